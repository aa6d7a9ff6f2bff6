"""Where lines come from: a file followed through rotation, rotated and gzipped history, a pipe."""

from __future__ import annotations

from tetratui.core.sources.backwards import Beginning, history_backwards
from tetratui.core.sources.expand import Stdin, expand, is_pipe, live_file
from tetratui.core.sources.follower import Follower
from tetratui.core.sources.origins import Origins
from tetratui.core.sources.pipe import PipeReader
from tetratui.core.sources.place import Chunk, LineGone, Place
from tetratui.core.sources.reading import read_all
from tetratui.core.sources.status import Happening, SourceStatus

__all__ = [
    "Beginning",
    "Chunk",
    "Follower",
    "Happening",
    "LineGone",
    "Origins",
    "PipeReader",
    "Place",
    "SourceStatus",
    "Stdin",
    "expand",
    "history_backwards",
    "is_pipe",
    "live_file",
    "read_all",
]
