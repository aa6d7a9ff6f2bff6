"""Where lines come from: a file followed through rotation, rotated and gzipped history, a pipe."""

from __future__ import annotations

from tetratui.core.sources.follow.follower import Follower
from tetratui.core.sources.follow.pipe import PipeReader
from tetratui.core.sources.follow.status import SourceEventKind, SourceStatus
from tetratui.core.sources.line_location import Chunk, LineGone, LineLocation
from tetratui.core.sources.read_backwards import Beginning, history_backwards
from tetratui.core.sources.read_sources import read_all
from tetratui.core.sources.source_files import Stdin, expand, is_pipe, live_file
from tetratui.core.sources.source_registry import SourceRegistry

__all__ = [
    "Beginning",
    "Chunk",
    "Follower",
    "LineGone",
    "LineLocation",
    "PipeReader",
    "SourceEventKind",
    "SourceRegistry",
    "SourceStatus",
    "Stdin",
    "expand",
    "history_backwards",
    "is_pipe",
    "live_file",
    "read_all",
]
