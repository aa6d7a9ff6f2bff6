"""Rule ids: which are taken, and a free block for ours."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.wazuh.engine.load.stock import StockIds

RULE_FILE = "0011-tetratui.xml"
"""Our file's name: after `0010-rules_config.xml`, before other people's; the manager loads by name."""
FIRST_WISHED = 710_000
LAST = 999_999
"""Wazuh takes six digits at most."""
_BLOCK = 1_000

_ID = re.compile(rb"<rule\b[^>]*?\bid\s*=\s*[\"']\s*(\d{1,6})\s*[\"']", re.IGNORECASE)


def ids_in(text: bytes) -> set[int]:
    """Find the ids of all rules in a rule file; those in comments count too, which does no harm."""
    return {int(found) for found in _ID.findall(text)}


def rule_files(folder: Path) -> dict[str, bytes]:
    """Read the rule files of a folder by name; one file may be given instead.

    Raises:
        SourceError: it is missing or cannot be read.
    """
    try:
        if folder.is_file():
            return {folder.name: folder.read_bytes()}
        return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.xml")) if path.is_file()}
    except OSError as error:
        raise SourceError(f"{folder} cannot be read: {error.strerror}", "name the folder of your rules") from error


def all_rule_files(folders: Iterable[Path]) -> dict[str, bytes]:
    """Read several folders or files; a missing one is an error.

    Raises:
        SourceError: one is missing or cannot be read.
    """
    files: dict[str, bytes] = {}
    for folder in folders:
        if not folder.exists():
            raise SourceError(f"{folder} does not exist", "name the folder of your rules")
        files.update(rule_files(folder))
    return files


def free_block(taken: Collection[int], size: int, ours: bytes = b"") -> int:
    """Find the first id of a block of free ones: the block of our own former file if it still fits.

    Raises:
        RefusedError: no room.
    """
    former = ids_in(ours)
    starts: list[int] = [
        *([min(former)] if former else []),
        *range(FIRST_WISHED, LAST, _BLOCK),
        *range(100_000, FIRST_WISHED, _BLOCK),
        *range(100_000, LAST),
    ]
    stock = StockIds()
    for start in starts:
        block = range(start, start + size)
        if block[-1] <= LAST and not any(rule in taken or rule in stock for rule in block):
            return start
    raise RefusedError(f"no {size} rule ids in a row are free", "remove old drafts, or rule files that are not used")
