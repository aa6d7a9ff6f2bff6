from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tetratui.core.sources import Chunk, Follower, SourceRegistry, SourceStatus

ROTATION = Path(__file__).parents[2] / "data" / "rotation"
DEADLINE = 20.0


@pytest.fixture(scope="session")
def capture() -> list[list[bytes]]:
    """Return the lines of the real capture, a list for each file, oldest first."""
    files = [*sorted(ROTATION.glob("tetragon-*.gz")), ROTATION / "tetragon.log.gz"]
    return [gzip.decompress(file.read_bytes()).removesuffix(b"\n").split(b"\n") for file in files]


class Reader:
    """Collects what a follower reads, until a condition is true or a deadline passes."""

    def __init__(self, follower: Follower) -> None:
        self.follower = follower
        self.lines: list[bytes] = []
        self.locations: list[tuple[int, int, int]] = []
        self.statuses: list[SourceStatus] = []

    def until(self, is_true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not is_true():
            assert time.monotonic() < deadline, f"{len(self.lines)} lines, {self.statuses}"
            for item in self.follower.take(0.05):
                self._add(item)

    def until_lines(self, count: int) -> None:
        self.until(lambda: len(self.lines) >= count)

    def until_status(self, kind: str) -> None:
        self.until(lambda: any(status.kind == kind for status in self.statuses))

    def _add(self, item: Chunk | SourceStatus) -> None:
        if isinstance(item, SourceStatus):
            self.statuses.append(item)
            return
        self.lines += item.lines
        self.locations += [
            (item.file, offset, len(line)) for offset, line in zip(item.offsets, item.lines, strict=True)
        ]


@pytest.fixture
def registry() -> Iterator[SourceRegistry]:
    sources = SourceRegistry()
    yield sources
    sources.close()


@pytest.fixture
def follow(registry: SourceRegistry) -> Iterator[Callable[..., Reader]]:
    started: list[Follower] = []

    def begin(path: Path, **options: bool) -> Reader:
        follower = Follower(path, registry, **({"from_start": True} | options))
        started.append(follower)
        follower.start()
        return Reader(follower)

    yield begin
    for follower in started:
        follower.stop()
