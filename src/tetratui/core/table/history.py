"""What was there before following began, the newest first: by other processes where it is much."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

from tetratui.core.sources import Beginning, Chunk, Origins, history_backwards
from tetratui.core.sources.backwards import stretches_backwards
from tetratui.core.sources.opening import refusal
from tetratui.core.sources.place import BLOCK
from tetratui.core.sources.stretch import Stretch
from tetratui.core.table.crew import STRETCH, indexed_by, workers_for
from tetratui.core.table.intake import Indexed


def history(origins: Origins, beginning: Beginning | None, older: Sequence[Path]) -> Generator[Chunk | Indexed]:
    """Give what `history_backwards` reads; the first chunk as soon as it is read, large rests indexed by others.

    What cannot be read is added to `origins.faults`. Close it when the rest is not wanted.
    """
    workers = workers_for(sum(map(_size, older)) + (beginning.offset if beginning else 0))
    if not workers:
        yield from history_backwards(origins, beginning, older)
        return

    def read(stretch: Stretch) -> Chunk:
        try:
            return stretch.chunk()
        except OSError as error:
            origins.faults.append(refusal(origins.path(stretch.file), error))
            return Chunk(stretch.file, stretch.begin, [], [], stretch.last)

    stretches = stretches_backwards(origins, beginning, older, (BLOCK, STRETCH))
    for newest in stretches:
        yield read(newest)
        break
    yield from indexed_by(workers, stretches, read)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
