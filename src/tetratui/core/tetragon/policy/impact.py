"""Count what a policy would have matched, reported and blocked among the events of a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tetratui.core.table.event_table import EventTable
from tetratui.core.tetragon.format.versions import Version
from tetratui.core.tetragon.policy.evaluate import Ancestors, evaluate_hook
from tetratui.core.tetragon.policy.hook_event import HookEvent
from tetratui.core.tetragon.policy.policy import Hook, Policy, PolicyMode
from tetratui.core.tetragon.policy.policy_calls import names_of_calls, read_calls

MAX_COMMANDS = 1_000
"""Distinct command lines that are counted for each hook."""


@dataclass(slots=True)
class HookImpact:
    """What one hook of a policy would have done."""

    hook: Hook
    looked_at: int = 0
    """Calls that the events hold or let conclude."""
    matched: int = 0
    reported: int = 0
    """Matches that would be written; at most, where a rate limit applies."""
    blocked: int = 0
    """Matches that would be stopped in enforce mode."""
    unknown: int = 0
    """Calls for which the events do not tell."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why it is unknown → calls."""
    derived_from: str = ""
    """The events from which calls were concluded because none of the call itself is held."""
    by_selector: Counter[int] = field(default_factory=Counter)
    """Number of the selector → matches."""
    rows: list[int] = field(default_factory=list)
    """Row ids of the matched events."""
    commands: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Binary and arguments of the process → matches."""

    @property
    def caution(self) -> str:
        """What cannot be known from these events; empty if all of it is."""
        calls = self.hook.call
        if not self.looked_at:
            return f"no event of {calls} is held: a hook that was not loaded leaves no trace"
        if self.derived_from:
            return f"concluded from {self.derived_from}: calls that failed, and other kinds of them, are not seen"
        return f"only the calls of {calls} that a loaded policy reported are held"


def measure_policy(policy: Policy, table: EventTable, version: Version) -> list[HookImpact]:
    """Return what each hook of a policy that loads would have done with the events of a table."""
    impacts = [HookImpact(hook) for hook in policy.hooks]
    calls = [names_of_calls(hook, policy) for hook in policy.hooks]
    for row, event, find_ancestors in read_calls(policy, table):
        for impact, names in zip(impacts, calls, strict=True):
            if event.call in names:
                _count(impact, policy, row, event, find_ancestors, version)
    return impacts


def _count(
    impact: HookImpact,
    policy: Policy,
    row: int,
    event: HookEvent,
    find_ancestors: Ancestors,
    version: Version,
) -> None:
    impact.looked_at += 1
    impact.derived_from = impact.derived_from or event.derived_from
    outcome = evaluate_hook(impact.hook, policy, event, find_ancestors, version)
    if outcome.matched is None:
        impact.unknown += 1
        impact.reasons[outcome.reason] += 1
    if not outcome.matched:
        return
    impact.matched += 1
    impact.rows.append(row)
    number = outcome.selector
    impact.by_selector[-1 if number is None else number] += 1
    selector = None if number is None else impact.hook.selectors[number]
    impact.reported += selector is None or selector.reports
    impact.blocked += selector is not None and bool(selector.enforcing) and policy.mode is PolicyMode.ENFORCE
    command = str(event.process.get("binary", "")), str(event.process.get("arguments", ""))
    if command in impact.commands or len(impact.commands) < MAX_COMMANDS:
        impact.commands[command] += 1
