"""The safe form of a filter someone wrote by hand: anchored, dots escaped, both paths of a program."""

from __future__ import annotations

import re
from dataclasses import replace

from tetratui.core.tetragon.format.filter import Filter

BINARY_FIELDS = ("binary_regex", "parent_binary_regex", "ancestor_binary_regex")
ARGUMENT_FIELDS = ("arguments_regex", "parent_arguments_regex")

_LOOSE_DOT = re.compile(r"(?<=[A-Za-z0-9_-])\.(?=[A-Za-z0-9])")
"""A dot between letters, as in a file's name, that no backslash escapes."""
_READABLE = re.compile(r"\^?(?:\\.|[^\\()\[\]{}|*+?^$])*\$?")
"""An expression of literals and dots only: what can be put right without guessing."""
_WHOLE_PATH = re.compile(r"\^|/[^/]+/")
"""What begins as a whole path does; `/bash$` alone could stand for any folder."""
_TWO_HOMES = re.compile(r"\^/(?:usr/)?(s?bin)/([^/()|\[]+)\$")


def is_anchored(pattern: str) -> bool:
    """Say whether an expression must match from the first character to the last."""
    return anchors(pattern) == (True, True)


def anchors(pattern: str) -> tuple[bool, bool]:
    """Say whether an expression holds a text at its first character, and whether at its last."""
    if any(word in pattern for word in ("(?m", "(?im", "(?sm", "(?ms", "(?mi")):
        return False, False
    body = re.sub(r"^\(\?[is]+\)", "", pattern)
    if "|" in _outside_groups(body):
        return False, False
    ends = (body.endswith("$") and not body.endswith(r"\$")) or body.endswith(r"\z")
    return body.startswith(("^", r"\A")), ends


def _outside_groups(pattern: str) -> str:
    depth, outside = 0, ""
    for piece in re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|.", pattern, re.DOTALL):
        depth += (piece == "(") - (piece == ")")
        outside += piece if depth == 0 else ""
    return outside.replace(r"\|", "")


def has_loose_dot(pattern: str) -> bool:
    """Say whether a dot stands there as in a file's name and matches any character."""
    return bool(_LOOSE_DOT.search(pattern)) and ".*" not in pattern


def other_home(pattern: str) -> str | None:
    """Give the expression for both `/bin/x` and `/usr/bin/x` where only one is named; else None."""
    match = _TWO_HOMES.fullmatch(pattern)
    return f"^/(usr/)?{match[1]}/{match[2]}$" if match else None


def hardened(one: Filter) -> Filter:
    """Give the same filter with its readable expressions anchored and escaped; the others stay as they are."""
    changes: dict[str, tuple[str, ...]] = {}
    for name in (*BINARY_FIELDS, *ARGUMENT_FIELDS):
        patterns = getattr(one, name)
        if patterns:
            fixed = [_fixed(pattern, name in BINARY_FIELDS) for pattern in patterns]
            changes[name] = tuple(dict.fromkeys(fixed))
    return replace(one, **changes)  # type: ignore[arg-type]


def _fixed(pattern: str, is_binary: bool) -> str:
    if not pattern or not _READABLE.fullmatch(pattern) or (is_binary and not _WHOLE_PATH.match(pattern)):
        return pattern
    body = _LOOSE_DOT.sub(r"\.", pattern)
    whole = ("" if body.startswith("^") else "^") + body + ("" if body.endswith("$") else "$")
    return (other_home(whole) or whole) if is_binary else whole
