"""Index ranges of a large history in threads: the compiled scan does not hold the interpreter."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.sources.line_block import LineBlock
from tetratui.core.sources.line_location import Chunk
from tetratui.core.table.ingest.ingest import IndexedBatch, index_batch

WORTH_BYTES = 16 << 20
"""Below this size of the history, the thread that reads it indexes it too."""
MAX_THREADS = 4
"""One thread joins all that the others index: more of them would wait for it."""
RANGE_BYTES = 4 << 20
"""Bytes that are indexed at once: some 4,800 events."""
_AHEAD = 2
"""Ranges under way for each thread: one that it works on, and one so that it need not wait for the next."""


def threads_for(size: int) -> int:
    """Return how many threads are worth starting for `size` bytes of history; 0 where there is one processor."""
    processors = len(os.sched_getaffinity(0))
    return min(processors, MAX_THREADS) if processors > 1 and size >= WORTH_BYTES else 0


def index_ranges(
    threads: int, items: Iterable[ByteRange | Chunk], read: Callable[[ByteRange], LineBlock]
) -> Generator[IndexedBatch]:
    """Yield each item indexed, in their order; `read` reads a range in one of the threads, or here without any.

    Close the generator when the rest is not wanted: it waits for what is under way.
    """
    if not threads:
        yield from (index_batch(item if isinstance(item, Chunk) else read(item)) for item in items)
        return
    under_way: deque[Future[IndexedBatch]] = deque()
    with ThreadPoolExecutor(threads, "index", _lower_priority) as pool:
        try:
            for item in items:
                start = pool.submit(index_batch, item) if isinstance(item, Chunk) else _start(pool, item, read)
                under_way.append(start)
                if len(under_way) > threads * _AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for task in under_way:
                # A range that is cancelled leaves its descriptor open: let it run.
                task.exception()


def _start(pool: ThreadPoolExecutor, item: ByteRange, read: Callable[[ByteRange], LineBlock]) -> Future[IndexedBatch]:
    # The iteration over the ranges closes their file when it goes on.
    own = replace(item, fd=os.dup(item.fd))

    def index() -> IndexedBatch:
        try:
            return index_batch(read(own))
        finally:
            os.close(own.fd)

    return pool.submit(index)


def _lower_priority() -> None:
    """Let the screen and the server go first."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
