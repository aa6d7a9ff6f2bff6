"""Judge the expressions of a filter that was written by hand, and write its safe form.

That is: anchored at both ends, dots of file names escaped, both paths of a program in /bin and /usr/bin.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tetratui.core.tetragon.format.filter import Filter

BINARY_FIELDS = ("binary_regex", "parent_binary_regex", "ancestor_binary_regex")
ARGUMENT_FIELDS = ("arguments_regex", "parent_arguments_regex")

_LOOSE_DOT = re.compile(r"(?<=[A-Za-z0-9_-])\.(?=[A-Za-z0-9])")
"""An unescaped dot between letters, as in a file name."""
_READABLE = re.compile(r"\^?(?:\\.|[^\\()\[\]{}|*+?^$])*\$?")
"""An expression of literals and dots only: it can be fixed without guessing what was meant."""
_WHOLE_PATH = re.compile(r"\^|/[^/]+/")
"""An expression that begins as a whole path does; `/bash$` could be meant for any folder."""
_BIN_PATH = re.compile(r"\^/(?:usr/)?(s?bin)/([^/()|\[]+)\$")


def is_anchored(pattern: str) -> bool:
    """Return whether an expression must match from the first character of a text to the last."""
    return find_anchors(pattern) == (True, True)


def find_anchors(pattern: str) -> tuple[bool, bool]:
    """Return whether an expression is anchored at the first character of a text, and whether at the last."""
    # With (?m) the anchors match at every line.
    if any(word in pattern for word in ("(?m", "(?im", "(?sm", "(?ms", "(?mi")):
        return False, False
    body = re.sub(r"^\(\?[is]+\)", "", pattern)
    # An alternative outside of groups has anchors of its own.
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
    """Return whether an expression holds a dot that looks like that of a file name but matches any character."""
    return bool(_LOOSE_DOT.search(pattern)) and ".*" not in pattern


def widen_to_both_homes(pattern: str) -> str | None:
    """Return the expression for both `/bin/x` and `/usr/bin/x` if this one names only one of them, else None."""
    match = _BIN_PATH.fullmatch(pattern)
    return f"^/(usr/)?{match[1]}/{match[2]}$" if match else None


def harden(filter_: Filter) -> Filter:
    """Return the filter with its simple expressions anchored and escaped. Other expressions stay as they are."""
    changes: dict[str, tuple[str, ...]] = {}
    for name in (*BINARY_FIELDS, *ARGUMENT_FIELDS):
        patterns = getattr(filter_, name)
        if patterns:
            fixed = [_harden_pattern(pattern, name in BINARY_FIELDS) for pattern in patterns]
            changes[name] = tuple(dict.fromkeys(fixed))
    return replace(filter_, **changes)  # type: ignore[arg-type]


def _harden_pattern(pattern: str, is_binary: bool) -> str:
    if not pattern or not _READABLE.fullmatch(pattern) or (is_binary and not _WHOLE_PATH.match(pattern)):
        return pattern
    body = _LOOSE_DOT.sub(r"\.", pattern)
    whole = ("" if body.startswith("^") else "^") + body + ("" if body.endswith("$") else "$")
    return (widen_to_both_homes(whole) or whole) if is_binary else whole
