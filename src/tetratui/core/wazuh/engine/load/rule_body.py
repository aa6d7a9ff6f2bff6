"""What the elements of one `<rule>` contain, before a rule is made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tetratui.core.wazuh.engine.formats.osxml import Element
from tetratui.core.wazuh.engine.match.addresses import Addresses
from tetratui.core.wazuh.engine.match.lists import Lookup
from tetratui.core.wazuh.engine.match.rule import Condition
from tetratui.core.wazuh.engine.match.times import DayTime
from tetratui.core.wazuh.engine.patterns import compile_pattern, unknown_part


class RuleRefusedError(ValueError):
    """The rule stops the manager; its messages are logged already."""


class RuleSkippedError(ValueError):
    """The manager leaves the rule out and starts."""


LogMessage = Callable[[str, str, Element], None]
"""A function that logs a message: level, text, and the element that it is about."""


@dataclass(slots=True)
class RuleBody:
    """The contents of one rule's elements."""

    texts: dict[str, bytes] = field(default_factory=dict)
    """Texts by element name; those of repeated elements are joined."""
    types: dict[str, str] = field(default_factory=dict)
    negated: dict[str, bool] = field(default_factory=dict)
    elements: dict[str, Element] = field(default_factory=dict)
    """The last element of each name, for the lines of messages."""
    fields: list[Condition] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    decoded_as: str | None = None
    category: str | None = None
    correlates: bool = False
    """Whether an `if_matched_*` makes the rule correlate events."""
    needs_correlation: bool = False
    """Whether an element of it is allowed only beside an `if_matched_*`."""
    matched_sid: int | None = None
    same: list[tuple[str, bytes]] = field(default_factory=list)
    """(`same_field`, `different_field`, `same` or `different`; the field)."""
    options: list[str] = field(default_factory=list)
    addresses: dict[str, Addresses] = field(default_factory=dict)
    day_time: DayTime | None = None
    days: frozenset[int] | None = None
    first_seen: bool = False
    """Whether it has an `if_fts`: the event must be the first of its kind."""
    mitre: tuple[str, ...] = ()
    """Technique ids."""
    unknown: list[str] = field(default_factory=list)

    def emulated_condition(self, tag: str, condition: Condition) -> Condition:
        """Return a condition as it can be emulated, and note what is unknown in its pattern.

        A condition with an unknown pattern becomes one that every text satisfies. So the rule is reported as unknown
        exactly where it may win.
        """
        part = unknown_part(condition.expression)
        if not part:
            return condition
        self.unknown.append(f"in <{tag}>, {part}")
        return replace(condition, expression=compile_pattern("osmatch", b""), negated=False)
