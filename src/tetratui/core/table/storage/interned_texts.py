"""The distinct texts of one column: each text once, a small number everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

ABSENT = 0
"""The code of a field that the event has not; a field that is there and empty has a code of its own."""


class Texts:
    """Distinct texts by code. Codes only grow; one thread adds, any may read."""

    def __init__(self) -> None:
        self._texts: list[str] = [""]
        self._codes: dict[str | None, int] = {None: ABSENT}
        self._characters = 0

    def code(self, text: str | None) -> int:
        """Give the code of a text, a new one if it is new; 0 for None."""
        code = self._codes.get(text)
        return self._new(text) if code is None else code

    def codes(self, texts: Iterable[str | None]) -> list[int]:
        """Give the codes of many texts."""
        wanted, known = list(texts), self._codes
        codes = list(map(known.get, wanted))
        if None not in codes:
            return codes  # type: ignore[return-value]  # No None is left.
        return [self.code(text) if code is None else code for text, code in zip(wanted, codes, strict=True)]

    def joined(self, texts: Sequence[str]) -> NDArray[np.uint32]:
        """Take the texts of another column, by its codes, and give each one's code here; code 0 stays absent."""
        return np.array([ABSENT, *self.codes(texts[1:])], dtype=np.uint32)

    def _new(self, text: str | None) -> int:
        assert text is not None
        code = len(self._texts)
        # The list first: whoever finds the code finds the text.
        self._texts.append(text)
        self._codes[text] = code
        self._characters += sys.getsizeof(text)
        return code

    def find(self, text: str) -> int | None:
        """Give the code of a text that is there already."""
        return self._codes.get(text)

    @overload
    def __getitem__(self, code: int, /) -> str: ...

    @overload
    def __getitem__(self, code: slice, /) -> list[str]: ...

    def __getitem__(self, code: int | slice, /) -> str | list[str]:
        return self._texts[code]

    def get(self, code: int) -> str | None:
        """Give the text of a code, None for the absent one."""
        return self._texts[code] if code else None

    def __len__(self) -> int:
        return len(self._texts)

    def values(self) -> list[str]:
        """List the texts; the index is the code, and index 0 is the empty text. Not a copy: it grows, never changes."""
        return self._texts

    def kept(self, codes: NDArray[Any]) -> tuple[Texts, NDArray[np.uint32]]:
        """Make a smaller one that holds only these codes' texts; give it and their new codes, in the same order."""
        kept = Texts()
        distinct, inverse = np.unique(codes, return_inverse=True)
        new = np.array(kept.codes([self.get(code) for code in distinct.tolist()]), dtype=np.uint32)
        return kept, new[inverse]

    @property
    def bytes_held(self) -> int:
        """Memory it takes, about: the texts, their list and their index."""
        return self._characters + len(self._texts) * 112
