"""Where lines come from: a file followed through rotation, rotated and gzipped history, a pipe."""

from __future__ import annotations

from tetratui.core.sources.expand import Stdin, expand, live_file
from tetratui.core.sources.origins import Origins
from tetratui.core.sources.place import Chunk, LineGone, Place
from tetratui.core.sources.reading import read_all

__all__ = ["Chunk", "LineGone", "Origins", "Place", "Stdin", "expand", "live_file", "read_all"]
