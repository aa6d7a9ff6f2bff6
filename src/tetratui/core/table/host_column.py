"""The host that each event was read from, as a column for queries and lists: `host:web1`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


class HostColumn:
    """The host of each event as the operator reaches it; `node_name`, which the event itself gives, is another thing.

    It is offered to queries where there are several sources. It is a `ComputedColumn`.
    """

    def __init__(self, host_of: Callable[[int], str], files: Callable[[int, int], NDArray[np.int64]]) -> None:
        """Take the functions that name the host of a file, and the files of the row ids in a range."""
        self.texts = [""]
        """The hosts by code; a code never comes to mean another host."""
        self._host_of = host_of
        self._files = files
        self._code_of: dict[str, int] = {}
        self._code_of_file: dict[int, int] = {}

    def codes(self, start: int, stop: int) -> NDArray[np.uint32]:
        """Return the codes of the row ids in [start, stop), all of which are in memory."""
        files = self._files(start, stop)
        distinct, inverse = np.unique(files, return_inverse=True)
        codes = np.array([self._code(int(file)) for file in distinct], dtype=np.uint32)
        return codes[inverse] if len(codes) else np.zeros(0, dtype=np.uint32)

    def name(self, row: int) -> str:
        """Return the host of one row."""
        return self.texts[int(self.codes(row, row + 1)[0])]

    def _code(self, file: int) -> int:
        code = self._code_of_file.get(file)
        if code is None:
            host = self._host_of(file)
            code = self._code_of.get(host)
            if code is None:
                # The text first: a thread that finds the code must find the text.
                self.texts.append(host)
                code = self._code_of.setdefault(host, len(self.texts) - 1)
            self._code_of_file[file] = code
        return code
