"""Find what is doubtful in the regular expressions of a filter, and propose the safe form of the filter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.format.filter_writer import canonical_text
from tetratui.core.tetragon.lint.hardening import (
    ARGUMENT_FIELDS,
    BINARY_FIELDS,
    find_anchors,
    harden,
    has_loose_dot,
    is_anchored,
    widen_to_both_homes,
)
from tetratui.core.tetragon.lint.reach import matches_every_text

Severity = Literal["error", "warning", "info"]


FilterFinding = tuple[str, Severity, str, str]
"""Code, severity, message and fix of one finding."""

_LOOSE_PATH = {
    (False, False): "matches anywhere in a path: /tmp/… and ….bak match too",
    (True, False): "fixes only the start of a path: ….bak and any longer name match too",
    (False, True): "fixes only the end of a path: the same name under /tmp matches too",
}
"""What else an expression matches, by whether it is anchored at the start and at the end."""
_LOOSE_ARGUMENTS = {
    (False, False): "matches anywhere in the arguments: an attacker can append it (… # {0})",
    (True, False): "fixes only the start of the arguments: an attacker can append to them ({0} …)",
    (False, True): "fixes only the end of the arguments: an attacker can append it (… # {0})",
}


def lint_patterns(filter_: Filter, as_allowlist: bool = False) -> Iterator[FilterFinding]:
    """Yield the findings on the expressions for binaries and arguments.

    An expression that matches more than it seems to is a danger in a denylist. In an allowlist it keeps more events.
    """
    if as_allowlist:
        yield from _lint_narrowed(filter_)
        return
    fix = _fix_of(filter_)
    yield from _lint_binaries(filter_, fix)
    yield from _lint_arguments(filter_, fix)
    if filter_.parent_binary_regex or filter_.parent_arguments_regex:
        text = "it matches what that parent starts itself; what its children start has another parent and stays visible"
        yield "children-only", "info", text, "add an entry for them, or ancestor_binary_regex from 1.4 on"
    yield from _lint_dots(filter_, fix)


def _lint_narrowed(filter_: Filter) -> Iterator[FilterFinding]:
    """Yield a finding on an entry of an allowlist that compares binaries or arguments."""
    names = [name for name in (*BINARY_FIELDS, *ARGUMENT_FIELDS) if getattr(filter_, name)]
    if names:
        text = f"{', '.join(names)}: in an allowlist every event that no entry matches is lost, attacks among them"
        yield "narrow-allowlist", "warning", text, "keep whole kinds here, and name what is noise in the denylist"


def _lint_binaries(filter_: Filter, fix: str) -> Iterator[FilterFinding]:
    for name in BINARY_FIELDS:
        for pattern in getattr(filter_, name) or ():
            if matches_every_text(pattern):
                continue
            if not is_anchored(pattern):
                text = f"{name} {pattern!r} {_LOOSE_PATH[find_anchors(pattern)]}"
                yield "unanchored-binary", "warning", text, fix
            both_homes = widen_to_both_homes(pattern)
            if both_homes and both_homes not in _both_homes_named(filter_, name):
                text = f"{name} {pattern!r}: the path is compared as given to execve; /bin and /usr/bin differ"
                yield "one-path-of-two", "info", text, fix


def _lint_arguments(filter_: Filter, fix: str) -> Iterator[FilterFinding]:
    for name in ARGUMENT_FIELDS:
        for pattern in getattr(filter_, name) or ():
            if not is_anchored(pattern) and not matches_every_text(pattern):
                text = f"{name} {pattern!r} {_LOOSE_ARGUMENTS[find_anchors(pattern)].format(_plain(pattern))}"
                yield "arguments-appendable", "warning", text, fix
            if '"' in pattern or "  " in pattern or pattern.startswith(("^ ", " ")) or pattern in {"^$", "^ *$"}:
                text = f"{name} {pattern!r}: quoted and empty arguments are printed differently after 1.7"
                yield "arguments-quoting", "info", text, "check it again after you update the agent"
            if re.search(r"\.sh\b", pattern):
                text = (
                    f"{name} {pattern!r}: a script started by its shebang has its own path as binary, not as argument;"
                    " one started by a relative path has that path in its arguments"
                )
                yield "script-by-shebang", "info", text, "add an entry with the script's path as binary_regex"


def _fix_of(filter_: Filter) -> str:
    safe = canonical_text(harden(filter_))
    return safe if safe != canonical_text(filter_) else "write the whole text, from ^ to $"


def _both_homes_named(filter_: Filter, name: str) -> set[str]:
    """Return the expressions for both paths whose two single paths are named already."""
    patterns = set(getattr(filter_, name) or ())
    both = {other for pattern in patterns if (other := widen_to_both_homes(pattern))}
    return {other for other in both if {other.replace("(usr/)?", ""), other.replace("(usr/)?", "usr/")} <= patterns}


def _lint_dots(filter_: Filter, fix: str) -> Iterator[FilterFinding]:
    for name in (*BINARY_FIELDS, *ARGUMENT_FIELDS):
        for pattern in getattr(filter_, name) or ():
            if has_loose_dot(pattern):
                yield "unescaped-dot", "warning", f"{name} {pattern!r}: the dot matches any character", fix


def _plain(pattern: str) -> str:
    return pattern.replace("\\", "").strip("^$")[:60]
