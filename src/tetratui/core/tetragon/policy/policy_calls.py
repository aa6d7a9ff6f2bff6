"""The calls that a table's events hold or let conclude, for the hooks of a policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import partial

import numpy as np
import orjson

from tetratui.core.errors import SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.process_tree import Lineage
from tetratui.core.table.event_table import EventTable
from tetratui.core.table.read_lines import Rows
from tetratui.core.tetragon.policy.evaluate import Ancestors
from tetratui.core.tetragon.policy.hook_event import (
    CONNECT_CALLS,
    EXEC_CALLS,
    HookEvent,
    conclude_calls,
    normalize_call,
    read_hook_event,
)
from tetratui.core.tetragon.policy.load_checks import expand_calls
from tetratui.core.tetragon.policy.policy import Hook, HookKind, Policy

_HOOK_KINDS = (Kind.KPROBE, Kind.LSM, Kind.TRACEPOINT, Kind.UPROBE, Kind.USDT)
_LSM_FUNCTIONS = {"bprm_check_security": "bprm_check"}
_LSM_HOOKS = {"security_bprm_check": "bprm_check_security"}


def names_of_calls(hook: Hook, policy: Policy) -> frozenset[str]:
    """Return the names by which events call the functions of a hook; an LSM hook is the security_ function inside."""
    names = {normalize_call(call) for call in expand_calls(hook, policy)[0]}
    names |= {f"security_{_LSM_FUNCTIONS.get(name, name)}" for name in names if hook.kind is HookKind.LSM}
    names |= {_LSM_HOOKS.get(name, name.removeprefix("security_")) for name in names if name.startswith("security_")}
    return frozenset(names)


def read_calls(
    policy: Policy, table: EventTable, *, conclude: bool = True
) -> Iterator[tuple[int, HookEvent, Ancestors]]:
    """Yield each call of the policy's hooks with its row id and a function that finds the caller's ancestors.

    With `conclude`, calls are also concluded from other events, for hooks of which none was reported: else some would
    count twice.
    """
    names = [names_of_calls(hook, policy) for hook in policy.hooks]
    hook_rows = _rows_of_kinds(table, _HOOK_KINDS)
    reported = {event.call for _, event in _read_events(table, hook_rows)}
    wanted = {call for calls in names if not calls & reported for call in calls} if conclude else set[str]()
    rows = np.concatenate([hook_rows, _rows_of_kinds(table, (Kind.EXEC,) if wanted & EXEC_CALLS else ())])
    lineage = Lineage(table)
    hooked = frozenset[str]().union(*names)
    for row, event in _read_events(table, np.sort(rows), wanted & (EXEC_CALLS | CONNECT_CALLS)):
        if event.call in hooked:
            yield row, event, partial(_find_ancestors, lineage, row)


def _rows_of_kinds(table: EventTable, kinds: Sequence[Kind]) -> Rows:
    return np.flatnonzero(np.isin(table.kind, [int(kind) for kind in kinds])).astype(np.int64) + table.first


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


def _find_ancestors(lineage: Lineage, row: int) -> tuple[Sequence[str], bool]:
    """Return the binaries of the ancestors of the process of an event, and whether they reach the first process."""
    ancestors = lineage.ancestors(row)
    reached = bool(ancestors) and ancestors[-1].pid in (0, 1)
    return [ancestor.binary for ancestor in ancestors if ancestor.binary], reached
