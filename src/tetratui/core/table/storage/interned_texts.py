"""The distinct texts of one column: each is kept once and has a small number, its code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

ABSENT = 0
"""The code of a field that the event lacks; an empty text has a code of its own."""
_BYTES_PER_ENTRY = 112
"""What the list and the index take for each text, about."""


class Texts:
    """Distinct texts by code. A code never changes its text. One thread adds, any thread may read."""

    def __init__(self) -> None:
        self._texts: list[str] = [""]
        self._codes: dict[str | None, int] = {None: ABSENT}
        self._text_bytes = 0

    def code(self, text: str | None) -> int:
        """Return the code of a text, a new one for a new text; 0 for None."""
        code = self._codes.get(text)
        return self._new(text) if code is None else code

    def codes(self, texts: Iterable[str | None]) -> list[int]:
        """Return the codes of many texts."""
        keys = list(texts)
        # In C for texts that are known, as nearly all are; a loop of Python only where one is new.
        codes = list(map(self._codes.get, keys))
        if None not in codes:
            return codes  # type: ignore[return-value]  # No None is left.
        return [self.code(text) if code is None else code for text, code in zip(keys, codes, strict=True)]

    def join(self, texts: Sequence[str]) -> NDArray[np.uint32]:
        """Add the texts of another column, given by its codes; return the code here of each, 0 for its code 0."""
        return np.array([ABSENT, *self.codes(texts[1:])], dtype=np.uint32)

    def _new(self, text: str | None) -> int:
        assert text is not None
        code = len(self._texts)
        # The list first: a thread that finds the code must find the text.
        self._texts.append(text)
        self._codes[text] = code
        self._text_bytes += sys.getsizeof(text)
        return code

    def find(self, text: str) -> int | None:
        """Return the code of a text, None for a text that has none."""
        return self._codes.get(text)

    @overload
    def __getitem__(self, code: int, /) -> str: ...

    @overload
    def __getitem__(self, code: slice, /) -> list[str]: ...

    def __getitem__(self, code: int | slice, /) -> str | list[str]:
        return self._texts[code]

    def get(self, code: int) -> str | None:
        """Return the text of a code, None for code 0."""
        return self._texts[code] if code else None

    def __len__(self) -> int:
        return len(self._texts)

    def values(self) -> list[str]:
        """Return the texts so far by code, an empty text for code 0; the list does not grow."""
        return self._texts[:]

    def select(self, codes: NDArray[Any]) -> tuple[Texts, NDArray[np.uint32]]:
        """Return new texts that hold only those of these codes, and the new code of each, in the same order."""
        selected = Texts()
        distinct, inverse = np.unique(codes, return_inverse=True)
        new_codes = np.array(selected.codes([self.get(code) for code in distinct.tolist()]), dtype=np.uint32)
        return selected, new_codes[inverse]

    @property
    def nbytes(self) -> int:
        """Memory in use, about: the texts, their list and their index."""
        return self._text_bytes + len(self._texts) * _BYTES_PER_ENTRY
