"""Other processes that index stretches of a large history, as many as there are processors to spare."""

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
from tetratui.core.table.ingest.ingest import Indexed
from tetratui.core.table.ingest.worker import LENGTH, REQUEST

WORTH_BYTES = 48 << 20
"""Below so much history, starting others takes longer than reading it alone."""
MOST = 4
"""Workers at most: what they hand over is joined by one."""
STRETCH = 4 << 20
"""Bytes that a worker indexes at once: some 4,800 events."""
PROGRAM = "import os; os.nice(5); from tetratui.core.table.ingest.worker import main; main()"
"""What a worker runs: behind the screen, and whatever else the server does, from its first import on."""
_AHEAD = 2
"""Stretches each worker has been asked for: one it reads, one it goes on with."""
_PATIENCE = 20.0
"""Seconds without an answer after which a worker counts as lost."""


def workers_for(size: int) -> int:
    """Say how many workers pay for so many bytes of history; 0 where there is one processor."""
    processors = len(os.sched_getaffinity(0))
    return min(processors, MOST) if processors > 1 and size >= WORTH_BYTES and sys.executable else 0


class _Worker:
    """One other process and the line to it; a lost one stays lost."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        self._line.settimeout(_PATIENCE)
        # Not the folder we stand in: a module that lies there must not become a part of the program.
        command = [sys.executable, "-P", "-c", PROGRAM]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                # The terminal's signals are for the screen.
                start_new_session=True,
            )
        except OSError:
            self._line.close()
            raise
        finally:
            theirs.close()
        self.lost = False

    def ask(self, stretch: ByteRange) -> None:
        header = REQUEST.pack(stretch.file, stretch.begin, stretch.end, stretch.data_begin, stretch.last)
        try:
            socket.send_fds(self._line, [header], [stretch.fd])
        except OSError:
            self.lost = True

    def answer(self) -> Indexed | None:
        """Wait for what the oldest stretch became; None when it must be read here."""
        try:
            size = LENGTH.unpack(self._receive(LENGTH.size))[0]
            found: Indexed | None = pickle.loads(self._receive(size))  # noqa: S301 - our own process wrote it
        except (OSError, EOFError, pickle.UnpicklingError):
            self.lost = True
            return None
        return found

    def _receive(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            received = self._line.recv_into(view)
            if not received:
                raise EOFError
            view = view[received:]
        return data

    def dismiss(self) -> None:
        """End it at once: it holds nothing that anybody misses."""
        self._line.close()
        self._process.kill()
        self._process.wait()


@dataclass(slots=True)
class _Task:
    item: ByteRange | Chunk
    worker: _Worker | None = None

    def close(self) -> None:
        if isinstance(self.item, ByteRange):
            os.close(self.item.fd)


def indexed_by(
    workers: int, items: Iterable[ByteRange | Chunk], read: Callable[[ByteRange], Chunk]
) -> Generator[Chunk | Indexed]:
    """Give each item indexed, in their order; what no worker could do is read here and given as a chunk.

    At most two stretches a worker are under way. The workers end with the iteration, whatever ends it.
    """
    crew: list[_Worker] = []
    under_way: deque[_Task] = deque()
    try:
        with contextlib.suppress(OSError):
            crew.extend(_Worker() for _ in range(workers))
        for number, item in enumerate(items):
            under_way.append(_begun(item, crew[number % len(crew)] if crew else None))
            if len(under_way) > len(crew) * _AHEAD:
                yield _done(under_way.popleft(), read)
        while under_way:
            yield _done(under_way.popleft(), read)
    finally:
        for task in under_way:
            task.close()
        for worker in crew:
            worker.dismiss()


def _begun(item: ByteRange | Chunk, worker: _Worker | None) -> _Task:
    if isinstance(item, Chunk):
        return _Task(item)
    # Whoever gives stretches closes their file when going on.
    task = _Task(replace(item, fd=os.dup(item.fd)))
    if worker is not None and not worker.lost:
        task.worker = worker
        worker.ask(item)
    return task


def _done(task: _Task, read: Callable[[ByteRange], Chunk]) -> Chunk | Indexed:
    try:
        if isinstance(task.item, Chunk):
            return task.item
        found: Indexed | None = None
        if task.worker is not None and not task.worker.lost:
            found = task.worker.answer()
        return read(task.item) if found is None else found
    finally:
        task.close()
