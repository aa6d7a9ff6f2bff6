"""Remember earlier events of a session for `if_matched_sid`, `if_matched_group` and `if_matched_regex` (eventinfo.c).

Only events whose final rule has a level over 0 are remembered, each under that rule.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats.decoder import DecodedEvent
from tetratui.core.wazuh.engine.match.rule import Correlation, Rule

MEMORY_SIZE = 8192
"""Events remembered (`analysisd.memory_size`); beyond that the ten oldest are forgotten."""
_FORGOTTEN_AT_ONCE = 10


@dataclass(slots=True, eq=False)
class PastEvent:
    """A remembered event."""

    event: DecodedEvent
    when: float
    """Seconds on the session's clock."""
    used_level: int = 0
    """Highest level of a correlating rule that has counted this event."""
    forgotten: bool = False


class EventHistory:
    """The remembered events of one session.

    An event stays in the queues of its rule and groups until it is met there, marked as forgotten.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._all: deque[PastEvent] = deque()
        self._of_rule: dict[int, deque[PastEvent]] = {}
        self._of_correlation: dict[int, deque[PastEvent]] = {}
        self._groups_of: dict[int, list[int]] = {}
        for rule in rules:
            self._watch(rule)
        self.is_needed = bool(self._of_rule or self._of_correlation)
        """Whether any rule correlates events."""

    def _watch(self, rule: Rule) -> None:
        correlation = rule.correlation
        if correlation is None:
            return
        if correlation.sid:
            self._of_rule.setdefault(correlation.sid, deque())
            return
        self._of_correlation[rule.id] = self._all if correlation.group is None else deque()
        for member, count in correlation.members.items():
            self._groups_of.setdefault(member, []).extend([rule.id] * count)

    def remember(self, past: PastEvent, rule: Rule) -> None:
        """Remember an event under its final rule."""
        self._all.append(past)
        if rule.id in self._of_rule:
            self._of_rule[rule.id].append(past)
        else:
            for watching in self._groups_of.get(rule.id, ()):
                self._of_correlation[watching].append(past)
        if len(self._all) > MEMORY_SIZE:
            for _ in range(min(_FORGOTTEN_AT_ONCE, len(self._all) - 1)):
                self._all.popleft().forgotten = True

    def _candidates(self, rule: Rule, correlation: Correlation) -> Iterator[PastEvent]:
        if correlation.sid:
            events = self._of_rule.get(correlation.sid, deque())
        else:
            events = self._of_correlation.get(rule.id, deque())
        while events and events[0].forgotten:
            events.popleft()
        return reversed(events)

    def fires(self, rule: Rule, now: PastEvent) -> bool:
        """Return whether enough earlier events correlate with this one; if so, mark it and the newest as used."""
        correlation = rule.correlation
        assert correlation is not None
        count = 0
        newest: PastEvent | None = None
        for past in self._candidates(rule, correlation):
            if now.when - past.when > correlation.timeframe:
                return False
            if not _correlates(correlation, past.event, now.event):
                continue
            if past.used_level >= rule.level:
                return False
            if count < correlation.frequency:
                count += 1
                newest = newest or past
                continue
            now.used_level = rule.level
            if newest is not None:
                newest.used_level = rule.level
            return True
        return False


def _correlates(correlation: Correlation, past: DecodedEvent, now: DecodedEvent) -> bool:
    # The manager ignores the expression beside an id or a group.
    regex = correlation.regex if correlation.sid is None and correlation.group is None else None
    if regex is not None and not regex.matches(past.line):
        return False
    fields, earlier = now.fields, past.fields
    if any(name not in fields or fields[name] != earlier.get(name) for name in correlation.same_fields):
        return False
    if any(name in fields and fields[name] == earlier.get(name) for name in correlation.different_fields):
        return False
    if correlation.different_fields and not (now.has_fields or past.has_fields):
        return False
    if any(_text(now, name) is None or _text(now, name) != _text(past, name) for name in correlation.same_static):
        return False
    return all(
        _text(now, name) is None or _text(now, name) != _text(past, name) for name in correlation.different_static
    )


def _text(event: DecodedEvent, name: bytes) -> bytes | None:
    # All lines of one file have one location.
    return b"" if name == b"location" else event.static.get(name)
