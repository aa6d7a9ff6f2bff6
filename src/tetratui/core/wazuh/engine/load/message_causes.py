"""Texts grouped by cause: messages that differ only in names and numbers say one thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

_Item = TypeVar("_Item")
_PARTICULARS = re.compile(r"'[^']*'|\"[^\"]*\"|[0-9]+")
_CODE = re.compile(r"^\([0-9]+\)")


def cause(text: str) -> str:
    """Take out of a message what is particular to one rule: quoted texts and numbers, but not the message's code."""
    code = _CODE.match(text)
    start = code.end() if code is not None else 0
    return text[:start] + _PARTICULARS.sub("…", text[start:])


def by_cause(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> list[list[_Item]]:
    """Group items that have one key, in the order of the first of each group."""
    groups: dict[Hashable, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())
