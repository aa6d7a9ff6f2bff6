"""What is doubtful in the regular expressions of a filter, each with the safe form of the filter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.format.filter_writer import canonical
from tetratui.core.tetragon.lint.hardening import (
    ARGUMENT_FIELDS,
    BINARY_FIELDS,
    anchors,
    hardened,
    has_loose_dot,
    is_anchored,
    other_home,
)
from tetratui.core.tetragon.lint.reach import matches_every_text

Severity = Literal["error", "warning", "info"]


Finding = tuple[str, Severity, str, str]
"""Code, severity, message, fix."""

_LOOSE_PATH = {
    (False, False): "is found anywhere in a path: /tmp/… and ….bak match too",
    (True, False): "says only how a path begins: ….bak and any longer name match too",
    (False, True): "says only how a path ends: the same name under /tmp matches too",
}
"""What an expression lets through, by whether it holds the beginning and the end."""
_LOOSE_ARGUMENTS = {
    (False, False): "is found anywhere: an attacker can append it (… # {0})",
    (True, False): "says only how arguments begin: an attacker can append to them ({0} …)",
    (False, True): "says only how arguments end: an attacker can append it (… # {0})",
}


def expressions(one: Filter) -> Iterator[Finding]:
    """Look at every expression over a binary or arguments."""
    fix = _fix_of(one)
    for name in BINARY_FIELDS:
        for pattern in getattr(one, name) or ():
            if matches_every_text(pattern):
                continue
            if not is_anchored(pattern):
                text = f"{name} {pattern!r} {_LOOSE_PATH[anchors(pattern)]}"
                yield "unanchored-binary", "warning", text, fix
            if other_home(pattern) and other_home(pattern) not in _both_homes_named(one, name):
                text = f"{name} {pattern!r}: the path is as given to execve; /bin and /usr/bin are two texts"
                yield "one-path-of-two", "info", text, fix
    for name in ARGUMENT_FIELDS:
        for pattern in getattr(one, name) or ():
            if not is_anchored(pattern) and not matches_every_text(pattern):
                text = f"{name} {pattern!r} {_LOOSE_ARGUMENTS[anchors(pattern)].format(_plain(pattern))}"
                yield "arguments-appendable", "warning", text, fix
            if '"' in pattern or "  " in pattern or pattern.startswith(("^ ", " ")) or pattern in {"^$", "^ *$"}:
                text = f"{name} {pattern!r}: quoted and empty arguments are printed differently after 1.7"
                yield "arguments-quoting", "info", text, "check it again after an update of the agent"
            if re.search(r"\.sh\b", pattern):
                text = (
                    f"{name} {pattern!r}: started by its shebang, the script's own path is the binary, not an argument;"
                    " started by a relative path, that stands in the arguments"
                )
                yield "script-by-shebang", "info", text, "add an entry with the script's path as binary_regex"
    if one.parent_binary_regex or one.parent_arguments_regex:
        text = "only what that parent starts itself: what its children start has another parent and stays"
        yield "children-only", "info", text, "add an entry for them, or ancestor_binary_regex from 1.4 on"
    yield from _dots(one, fix)


def _fix_of(one: Filter) -> str:
    safe = canonical(hardened(one))
    return safe if safe != canonical(one) else "write the whole text, from ^ to $"


def _both_homes_named(one: Filter, name: str) -> set[str]:
    """Give both-path expressions whose two single forms stand in the list already."""
    patterns = set(getattr(one, name) or ())
    both = {other for pattern in patterns if (other := other_home(pattern))}
    return {other for other in both if {other.replace("(usr/)?", ""), other.replace("(usr/)?", "usr/")} <= patterns}


def _dots(one: Filter, fix: str) -> Iterator[Finding]:
    for name in (*BINARY_FIELDS, *ARGUMENT_FIELDS):
        for pattern in getattr(one, name) or ():
            if has_loose_dot(pattern):
                yield "unescaped-dot", "warning", f"{name} {pattern!r}: the dot matches any character", fix


def _plain(pattern: str) -> str:
    return pattern.replace("\\", "").strip("^$")[:60]
