from __future__ import annotations

import os
import threading
from itertools import chain

import pytest

from tetratui.core.sources import Chunk, LineLocation, PipeReader, SourceRegistry


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    # Opened for both, so that neither side waits for the other.
    end = os.open(path, os.O_RDWR)
    yield path, end
    os.close(end)


def test_every_line_of_a_pipe_is_read_and_the_writer_waits_for_the_consumer(pipe, registry, capture):
    path, end = pipe
    everything = list(chain.from_iterable(capture))
    reader = PipeReader(path, registry, capacity=2)
    reader.start()
    data = memoryview(b"".join(line + b"\n" for line in everything))

    def write() -> None:
        rest = data
        while rest:
            rest = rest[os.write(end, rest[:65536]) :]

    writer = threading.Thread(target=write)
    writer.start()
    chunks: list[Chunk] = []
    while sum(len(chunk.lines) for chunk in chunks) < len(everything):
        items = reader.take(20)
        assert items
        chunks += [item for item in items if isinstance(item, Chunk)]
    writer.join()
    reader.stop()
    assert [line for chunk in chunks for line in chunk.lines] == everything
    last = chunks[-1]
    assert registry.read(LineLocation(last.file, last.offsets[-1]), len(last.lines[-1])) == everything[-1]


def test_stopping_a_silent_pipe_does_not_wait_for_its_writer(pipe):
    before = len(os.listdir("/proc/self/fd"))
    registry = SourceRegistry()
    reader = PipeReader(pipe[0], registry)
    reader.start()
    reader.stop()
    registry.close()
    assert len(os.listdir("/proc/self/fd")) == before
