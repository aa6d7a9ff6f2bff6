"""Rule ids: which are taken, and a free block for our rules."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from importlib import resources
from pathlib import Path

from tetratui.core.errors import RefusedError, SourceError

RULE_FILE = "0011-tetratui.xml"
"""Our rule file. The manager loads files by name: ours after `0010-rules_config.xml` and before all others."""
FIRST_CHOICE = 710_000
"""The first id of our block, if it is free."""
LAST = 999_999
"""The highest id: Wazuh allows six digits."""
_BLOCK = 1_000

_ID = re.compile(rb"<rule\b[^>]*?\bid\s*=\s*[\"']\s*(\d{1,6})\s*[\"']", re.IGNORECASE)


def ids_in(text: bytes) -> set[int]:
    """Return the ids of all rules in a rule file, those in comments too: they are then avoided without need."""
    return {int(digits) for digits in _ID.findall(text)}


def read_rule_files(folder: Path) -> dict[str, bytes]:
    """Return the contents of a folder's rule files by name; a single file may be given instead.

    Raises:
        SourceError: the folder or file cannot be read.
    """
    try:
        if folder.is_file():
            return {folder.name: folder.read_bytes()}
        return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.xml")) if path.is_file()}
    except OSError as error:
        raise SourceError(f"{folder} cannot be read: {error.strerror}", "name the folder of your rules") from error


def read_all_rule_files(folders: Iterable[Path]) -> dict[str, bytes]:
    """Return the contents of the rule files in several folders by name; single files may be given instead.

    Raises:
        SourceError: a folder or file is missing or cannot be read.
    """
    files: dict[str, bytes] = {}
    for folder in folders:
        if not folder.exists():
            raise SourceError(f"{folder} does not exist", "name the folder of your rules")
        files.update(read_rule_files(folder))
    return files


def free_block(taken: Collection[int], size: int, ours: bytes = b"") -> int:
    """Return the first id of a block of free ids: that of our former file if the block is still free.

    Raises:
        RefusedError: no block of this size is free.
    """
    former = ids_in(ours)
    starts: list[int] = [
        *([min(former)] if former else []),
        *range(FIRST_CHOICE, LAST, _BLOCK),
        *range(100_000, FIRST_CHOICE, _BLOCK),
        *range(100_000, LAST),
    ]
    stock = StockIds()
    for start in starts:
        block = range(start, start + size)
        if block[-1] <= LAST and not any(rule in taken or rule in stock for rule in block):
            return start
    raise RefusedError(f"no {size} rule ids in a row are free", "remove old drafts, or rule files that are not used")


class StockIds:
    """The ids that stock rules use, as a container.

    Without 700 and 701, although files of the ruleset name them: a real manager loads a rule of id 700 beside the stock
    without a warning.
    """

    def __init__(self) -> None:
        text = resources.files("tetratui.core.wazuh").joinpath("stock_ids.txt").read_text(encoding="ascii")
        self._firsts, self._lasts = parse_ranges(text.split())

    def __contains__(self, rule: int) -> bool:
        index = bisect_right(self._firsts, rule) - 1
        return index >= 0 and rule <= self._lasts[index]


def parse_ranges(words: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the first and the last numbers of ranges such as `5700-5799`; a single number is its own range."""
    firsts, lasts = [], []
    for word in words:
        first, _, last = word.partition("-")
        firsts.append(int(first))
        lasts.append(int(last or first))
    return firsts, lasts
