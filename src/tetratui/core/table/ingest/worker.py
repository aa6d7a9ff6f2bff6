"""A worker process: it indexes ranges of files for the process that started it.

A request is a header of numbers, sent together with the open file. An answer is its length and a pickle of the indexed
batch, or of None where the range could not be read. The worker ends when the connection is closed.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import socket
import struct

from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.table.ingest.ingest import IndexedBatch, index_batch

REQUEST = struct.Struct("<qqqq?")
"""File number, begin, end, where the data begins, whether the file ends with it."""
LENGTH = struct.Struct("<Q")


def serve(connection: socket.socket) -> None:
    """Answer requests until the other side closes the connection."""
    while True:
        header, fds, _, _ = socket.recv_fds(connection, REQUEST.size, 1)
        if len(header) < REQUEST.size or not fds:
            return
        answer = pickle.dumps(_index(fds[0], header), protocol=5)
        connection.sendall(LENGTH.pack(len(answer)))
        connection.sendall(answer)


def _index(fd: int, header: bytes) -> IndexedBatch | None:
    file, begin, end, data_begin, last = REQUEST.unpack(header)
    try:
        return index_batch(ByteRange(file, fd, begin, end, data_begin, last).read())
    except OSError:
        return None
    finally:
        os.close(fd)


def main() -> None:
    """Serve the connection that is the standard input."""
    # Reading makes no cycles, and the collector would walk all texts again and again.
    gc.disable()
    with socket.socket(fileno=os.dup(0)) as connection, contextlib.suppress(OSError):
        serve(connection)
