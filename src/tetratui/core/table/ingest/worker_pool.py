"""Worker processes that index ranges of a large history, one for each processor up to four."""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace

from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.sources.line_location import Chunk
from tetratui.core.table.ingest.ingest import IndexedBatch
from tetratui.core.table.ingest.worker import LENGTH, REQUEST

WORTH_BYTES = 48 << 20
"""Below this size of the history, starting workers takes longer than reading it without them."""
MAX_WORKERS = 4
"""One process joins all that the workers index: more of them would wait for it."""
RANGE_BYTES = 4 << 20
"""Bytes that a worker indexes at once: some 4,800 events."""
PROGRAM = "import os; os.nice(5); from tetratui.core.table.ingest.worker import main; main()"
"""The program of a worker. It lowers its priority first: even its imports must not slow the screen or the server."""
_AHEAD = 2
"""Requests under way for each worker: one that it works on, and one so that it need not wait for the next."""
_TIMEOUT = 20.0
"""Seconds without an answer after which a worker counts as lost."""


def workers_for(size: int) -> int:
    """Return how many workers are worth starting for `size` bytes of history; 0 where there is one processor."""
    processors = len(os.sched_getaffinity(0))
    return min(processors, MAX_WORKERS) if processors > 1 and size >= WORTH_BYTES and sys.executable else 0


class _Worker:
    """A worker process and the connection to it. Once lost (ended, silent or cut off) it gets no more requests."""

    def __init__(self) -> None:
        self._connection, theirs = socket.socketpair()
        self._connection.settimeout(_TIMEOUT)
        # -P: a module in the current folder must not be imported in place of ours.
        command = [sys.executable, "-P", "-c", PROGRAM]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                # A session of its own: Ctrl+C in the terminal is for the screen alone.
                start_new_session=True,
            )
        except OSError:
            self._connection.close()
            raise
        finally:
            theirs.close()
        self.lost = False

    def request(self, byte_range: ByteRange) -> None:
        header = REQUEST.pack(byte_range.file, byte_range.begin, byte_range.end, byte_range.data_begin, byte_range.last)
        try:
            socket.send_fds(self._connection, [header], [byte_range.fd])
        except OSError:
            self.lost = True

    def answer(self) -> IndexedBatch | None:
        """Wait for the answer to the oldest request; None when the range must be read in this process."""
        try:
            size = LENGTH.unpack(self._receive(LENGTH.size))[0]
            batch: IndexedBatch | None = pickle.loads(self._receive(size))  # noqa: S301 - our own process wrote it
        except (OSError, EOFError, pickle.UnpicklingError):
            self.lost = True
            return None
        return batch

    def _receive(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            received = self._connection.recv_into(view)
            if not received:
                raise EOFError
            view = view[received:]
        return data

    def kill(self) -> None:
        """End the worker immediately: it has no state to save."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


@dataclass(slots=True)
class _Task:
    item: ByteRange | Chunk
    worker: _Worker | None = None

    def close(self) -> None:
        if isinstance(self.item, ByteRange):
            os.close(self.item.fd)


def index_with_workers(
    workers: int, items: Iterable[ByteRange | Chunk], read: Callable[[ByteRange], Chunk]
) -> Generator[Chunk | IndexedBatch]:
    """Yield each item indexed, in their order; what no worker could index is read here and yielded as a chunk.

    At most two requests a worker are under way. The workers end with the iteration, whatever ends it.
    """
    pool: list[_Worker] = []
    under_way: deque[_Task] = deque()
    try:
        with contextlib.suppress(OSError):
            pool.extend(_Worker() for _ in range(workers))
        for number, item in enumerate(items):
            under_way.append(_start(item, pool[number % len(pool)] if pool else None))
            if len(under_way) > len(pool) * _AHEAD:
                yield _finish(under_way.popleft(), read)
        while under_way:
            yield _finish(under_way.popleft(), read)
    finally:
        for task in under_way:
            task.close()
        for worker in pool:
            worker.kill()


def _start(item: ByteRange | Chunk, worker: _Worker | None) -> _Task:
    if isinstance(item, Chunk):
        return _Task(item)
    # The iteration over the ranges closes their file when it goes on; the copy is for reading the range here.
    task = _Task(replace(item, fd=os.dup(item.fd)))
    if worker is not None and not worker.lost:
        task.worker = worker
        worker.request(item)
    return task


def _finish(task: _Task, read: Callable[[ByteRange], Chunk]) -> Chunk | IndexedBatch:
    try:
        if isinstance(task.item, Chunk):
            return task.item
        batch: IndexedBatch | None = None
        if task.worker is not None and not task.worker.lost:
            batch = task.worker.answer()
        return read(task.item) if batch is None else batch
    finally:
        task.close()
