"""Read lines from sources: a file followed through rotation, rotated and compressed files, a pipe."""

from __future__ import annotations

from tetratui.core.sources.follow.follower import Follower
from tetratui.core.sources.follow.pipe import PipeReader
from tetratui.core.sources.follow.status import SourceStatus, SourceStatusKind
from tetratui.core.sources.line_location import Chunk, LineGone, LineLocation
from tetratui.core.sources.read_backwards import Beginning, read_history
from tetratui.core.sources.read_sources import read_all
from tetratui.core.sources.source_files import Stdin, describe_left_out, expand, find_live_file, is_pipe
from tetratui.core.sources.source_registry import SourceRegistry

__all__ = [
    "Beginning",
    "Chunk",
    "Follower",
    "LineGone",
    "LineLocation",
    "PipeReader",
    "SourceRegistry",
    "SourceStatus",
    "SourceStatusKind",
    "Stdin",
    "describe_left_out",
    "expand",
    "find_live_file",
    "is_pipe",
    "read_all",
    "read_history",
]
