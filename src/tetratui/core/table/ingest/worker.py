"""A process that indexes stretches of files for another: started by `crew`, ends when its line is closed.

A request is a header of numbers with the open file beside it; an answer is its length and a pickle of what the stretch
became, or of None where it could not be read.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import socket
import struct

from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.table.ingest.ingest import Indexed, indexed

REQUEST = struct.Struct("<qqqq?")
"""File number, begin, end, where the data begins, whether the file ends with it."""
LENGTH = struct.Struct("<Q")


def serve(line: socket.socket) -> None:
    """Answer requests until the other side leaves."""
    while True:
        header, fds, _, _ = socket.recv_fds(line, REQUEST.size, 1)
        if len(header) < REQUEST.size or not fds:
            return
        answer = pickle.dumps(_index(fds[0], header), protocol=5)
        line.sendall(LENGTH.pack(len(answer)))
        line.sendall(answer)


def _index(fd: int, header: bytes) -> Indexed | None:
    file, begin, end, data_begin, last = REQUEST.unpack(header)
    try:
        return indexed(ByteRange(file, fd, begin, end, data_begin, last).read())
    except OSError:
        return None
    finally:
        os.close(fd)


def main() -> None:
    """Serve the line that is the standard input."""
    # Reading makes no cycles, and the collector would walk all texts again and again.
    gc.disable()
    with socket.socket(fileno=os.dup(0)) as line, contextlib.suppress(OSError):
        serve(line)
