"""The columns of an event table, as one thread writes them and all others read them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table.storage.interned_rows import ContextTable, SocketTable
from tetratui.core.table.storage.process_table import ProcessTable
from tetratui.core.table.storage.table_state import TableState
from tetratui.core.table.storage.vector import Held


class EventColumns:
    """One value an event in each column, oldest first, and the tables that the numbers in the columns point into.

    Columns are views over the events in memory: index = row id - `first`. They are not copied.
    """

    def __init__(self) -> None:
        """Begin without events."""
        self._state = TableState.empty()

    @property
    def _window(self) -> Held:
        return self._state.window

    @property
    def processes(self) -> ProcessTable:
        """The rows that `process` and `parent` name; another object, numbered anew, after events have left memory."""
        return self._state.processes

    @property
    def contexts(self) -> ContextTable:
        """The rows that `context` names; another object after events have left memory."""
        return self._state.contexts

    @property
    def sockets(self) -> SocketTable:
        """The rows that `socket` names; another object after events have left memory."""
        return self._state.sockets

    @property
    def first(self) -> int:
        """The lowest row id in memory."""
        return self._window.first

    @property
    def stop(self) -> int:
        """One above the highest row id in memory."""
        return self._window.stop

    def __len__(self) -> int:
        window = self._window
        return window.stop - window.first

    @property
    def time(self) -> NDArray[np.int64]:
        """Nanoseconds since the epoch, UTC; -1 unknown."""
        return self._window.view("time")

    @property
    def kind(self) -> NDArray[np.uint8]:
        """Codes of `Kind`."""
        return self._window.view("kind")

    @property
    def process(self) -> NDArray[np.uint32]:
        """Row in `processes`; 0 without a process block."""
        return self._window.view("process")

    @property
    def parent(self) -> NDArray[np.uint32]:
        """Row in `processes` of the parent block; 0 without one."""
        return self._window.view("parent")

    @property
    def context(self) -> NDArray[np.uint32]:
        """Row in `contexts`."""
        return self._window.view("context")

    @property
    def socket(self) -> NDArray[np.uint32]:
        """Row in `sockets`; 0 without a socket."""
        return self._window.view("socket")

    @property
    def size(self) -> NDArray[np.uint32]:
        """Bytes of the line, without its line feed."""
        return self._window.view("size")

    @property
    def approximate(self) -> NDArray[np.bool_]:
        """Whether the line has no time of its own and `time` is that of the line before."""
        return self._window.view("approximate")

    def files(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return the number of the file of each row id in [start, stop), all of which are in memory."""
        return self._state.line_locations.files(start, stop)
