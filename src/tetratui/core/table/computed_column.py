"""What a column must offer that somebody else computes and a query can name: `mark`, `group`, `rule`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class ComputedColumn(Protocol):
    """A column of codes over distinct texts that is computed outside the table.

    When codes come to mean other texts, `texts` must be another object: queries remember their answers by that object.
    """

    @property
    def texts(self) -> Sequence[str]:
        """The distinct values by code; code 0 stands for "no value"."""

    def codes(self, start: int, stop: int) -> NDArray[np.unsignedinteger[Any]]:
        """Return the codes of the row ids in [start, stop), all of which are in memory."""
