"""Count what a policy would have matched, reported and blocked among the events of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import orjson

from tetratui.core.errors import SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.process_tree import Lineage
from tetratui.core.table.event_table import EventTable
from tetratui.core.table.read_lines import Rows
from tetratui.core.tetragon.format.versions import Version
from tetratui.core.tetragon.policy.evaluate import Ancestors, evaluate_hook
from tetratui.core.tetragon.policy.hook_event import (
    CONNECT_CALLS,
    EXEC_CALLS,
    HookEvent,
    conclude_calls,
    normalize_call,
    read_hook_event,
)
from tetratui.core.tetragon.policy.load_checks import expand_calls
from tetratui.core.tetragon.policy.policy import Hook, HookKind, Policy, PolicyMode

_HOOK_KINDS = (Kind.KPROBE, Kind.LSM, Kind.TRACEPOINT, Kind.UPROBE, Kind.USDT)
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
    calls = [_calls_of(hook, policy) for hook in policy.hooks]
    reported = {event.call for _, event in _read_events(table, _hook_rows(table))}
    # Calls are concluded only for a hook of which none was reported: else some would count twice.
    wanted = {call for hook_calls in calls if not hook_calls & reported for call in hook_calls}
    rows = np.concatenate([_hook_rows(table), _exec_rows(table) if wanted & EXEC_CALLS else np.empty(0, np.int64)])
    lineage = Lineage(table)
    for row, event in _read_events(table, np.sort(rows), wanted & (EXEC_CALLS | CONNECT_CALLS)):
        for impact, hook_calls in zip(impacts, calls, strict=True):
            if event.call in hook_calls:
                _count(impact, policy, row, event, partial(_find_ancestors, lineage, row), version)
    return impacts


def _calls_of(hook: Hook, policy: Policy) -> frozenset[str]:
    """Return the names by which events call the functions of a hook; an LSM hook is the security_ function inside."""
    names = {normalize_call(call) for call in expand_calls(hook, policy)[0]}
    names |= {f"security_{_LSM_FUNCTIONS.get(name, name)}" for name in names if hook.kind is HookKind.LSM}
    names |= {_LSM_HOOKS.get(name, name.removeprefix("security_")) for name in names if name.startswith("security_")}
    return frozenset(names)


_LSM_FUNCTIONS = {"bprm_check_security": "bprm_check"}
_LSM_HOOKS = {"security_bprm_check": "bprm_check_security"}


def _hook_rows(table: EventTable) -> Rows:
    return np.flatnonzero(np.isin(table.kind, [int(kind) for kind in _HOOK_KINDS])).astype(np.int64) + table.first


def _exec_rows(table: EventTable) -> Rows:
    return np.flatnonzero(table.kind == int(Kind.EXEC)).astype(np.int64) + table.first


def _read_events(table: EventTable, rows: Rows, concluded: Set[str] = frozenset()) -> Iterator[tuple[int, HookEvent]]:
    for row, line in table.lines(rows):
        if isinstance(line, SourceError):
            continue
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if not isinstance(event, dict):
            continue
        reported = read_hook_event(event)
        if reported is not None:
            yield row, reported
        if concluded:
            yield from ((row, call) for call in conclude_calls(event) if call.call in concluded)


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


def _find_ancestors(lineage: Lineage, row: int) -> tuple[Sequence[str], bool]:
    """Return the binaries of the ancestors of the process of an event, and whether they reach the first process."""
    ancestors = lineage.ancestors(row)
    reached = bool(ancestors) and ancestors[-1].pid in (0, 1)
    return [ancestor.binary for ancestor in ancestors if ancestor.binary], reached
