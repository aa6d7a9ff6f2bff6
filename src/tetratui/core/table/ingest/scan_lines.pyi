"""Read lines of Tetragon's own shape into columns of numbers, without the interpreter."""

import numpy as np
from numpy.typing import NDArray

from tetratui.core.table.storage.distinct_rows import DistinctRows

def find_lines(data: bytes) -> NDArray[np.int64]:
    """Return where each line begins and ends: at line feeds only; the last one may lack its own."""

def numbered(prefix: str) -> list[tuple[str, int]]:
    """Return the names and numbers of the constants that begin with a prefix; the names without it."""

class TextArena:
    """The distinct texts of a scan by number."""

    @property
    def data(self) -> NDArray[np.uint8]: ...
    @property
    def starts(self) -> NDArray[np.uint32]: ...

class LineScan:
    """Some lines as columns, one row a line, with tables of its own."""

    @property
    def time(self) -> NDArray[np.int64]: ...
    @property
    def kind(self) -> NDArray[np.uint8]: ...
    @property
    def process(self) -> NDArray[np.uint32]: ...
    @property
    def parent(self) -> NDArray[np.uint32]: ...
    @property
    def context(self) -> NDArray[np.uint32]: ...
    @property
    def socket(self) -> NDArray[np.uint32]: ...
    @property
    def texts(self) -> TextArena: ...
    @property
    def contexts(self) -> DistinctRows: ...
    @property
    def sockets(self) -> DistinctRows: ...
    @property
    def blocks(self) -> NDArray[np.int64]: ...
    def clear(self, rows: int) -> None: ...
    def scan(
        self,
        data: bytes,
        begins: NDArray[np.int64],
        ends: NDArray[np.int64],
        rows: NDArray[np.int64] | None = None,
    ) -> None: ...
    def take_refused(self) -> list[int]: ...
