"""Find out whether a pcre2 pattern is recursive: which of its groups call which."""

from __future__ import annotations

import re

from tetratui.core.wazuh.engine.patterns.pcre_scan import FLAGS, Item, ItemKind

_NAMED = re.compile(rb"\(\?(?:P?<([^=!*>][^>]*)>|'([^']*)')")
_TARGET = re.compile(rb"\(\?(?:&|P>)?([^)]*)\)?|\\g[<']([^>']*)[>']?")
_WHOLE = 0


def is_recursive(items: list[Item]) -> bool:
    """Return whether a call may reach the group that it stands in; true also if that is unclear."""
    if not any(item.kind is ItemKind.CALL for item in items):
        return False
    calls = _GroupCalls(items)
    return calls.is_unclear or any(calls.reaches(group, group) for group in calls.called)


class _GroupCalls:
    """The capture groups of a pattern and the groups that each calls, by number; 0 is the whole pattern."""

    def __init__(self, items: list[Item]) -> None:
        self.is_unclear = False
        self.called: dict[int, set[int]] = {}
        self._names: dict[bytes, int] = {}
        pending: list[tuple[list[int], bytes, int]] = []
        open_groups: list[int | None] = []
        count = 0
        for item in items:
            if item.kind is ItemKind.OPEN:
                named = _NAMED.fullmatch(item.text)
                is_captured = item.text == b"(" or named is not None
                count += is_captured
                open_groups.append(count if is_captured else None)
                if named:
                    self._names[named[1] or named[2]] = count
            elif item.kind is ItemKind.CLOSE and open_groups:
                open_groups.pop()
            elif item.kind is ItemKind.CALL:
                pending.append(([_WHOLE, *(group for group in open_groups if group)], item.text, count))
            self.is_unclear |= _renumbers(item)
        for callers, text, before in pending:
            self._add(callers, text, before)

    def _add(self, callers: list[int], text: bytes, before: int) -> None:
        match = _TARGET.fullmatch(text)
        target = (match[1] or match[2] or b"") if match else b""
        if re.fullmatch(rb"[+-]\d+", target):
            number: int | None = before + int(target) + (target[:1] == b"-")
        elif target.isdigit() or target == b"R":
            number = 0 if target == b"R" else int(target)
        else:
            number = self._names.get(target)
        if number is None:
            self.is_unclear = True
            return
        for caller in callers:
            self.called.setdefault(caller, set()).add(number)

    def reaches(self, start: int, goal: int) -> bool:
        """Return whether calls lead from one group to another."""
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            for target in self.called.get(waiting.pop(), ()):
                if target == goal:
                    return True
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return False


def _renumbers(item: Item) -> bool:
    """Return whether an item changes how later groups are numbered: `(?|`, `(?n)`, `(?J)`."""
    flags = FLAGS.fullmatch(item.text)
    return item.text == b"(?|" or (flags is not None and (b"n" in flags[2] or b"J" in flags[2]))
