"""Build exclusions for recurring events: for what each caller starts, for each command, and for hooks of policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.tuning.cover.recurring import HOOKS, RecurringEvents
from tetratui.core.tuning.scopes.cartesian_cover import products
from tetratui.core.tuning.scopes.scope_builder import reaches
from tetratui.core.tuning.scopes.scopes import expressions
from tetratui.core.tuning.tuning_context import Indexes, TuningContext

_MAX_GROUPS = 400
"""Callers and commands that are considered, those with the most events first."""
_MAX_VALUES = 24
"""Binaries, command lines or policies that one exclusion may list."""

ScopedExclusion = tuple[str, Exclusion]
"""A scope and an exclusion built on it."""


def build_exclusions(context: TuningContext, events: RecurringEvents, max_scope: str) -> Iterator[ScopedExclusion]:
    """Yield exclusions for recurring events; some may hide too much, and the same one may come twice."""
    hook = np.isin(context.columns.kind, [int(kind) for kind in HOOKS])
    processes = np.flatnonzero(events.recurring & ~hook)
    for members in _group(events.caller, processes):
        if events.caller[members[0]] >= 0:
            yield from _for_caller(context, events, members, max_scope)
    probes = processes[context.columns.probe[processes]]
    if len(probes) and reaches(max_scope, "probe"):
        yield from _build(context, "probe", probes)
        for of_namespace in _group(context.columns.text["ns"].codes, probes):
            for members in _group(context.columns.text["workload"].codes, of_namespace):
                yield from _build(context, "probe", members)
    for members in _group(events.command, processes):
        yield from _for_command(context, members, max_scope)
    hooks = np.flatnonzero(events.recurring & hook)
    for members in _group(events.caller, hooks):
        if reaches(max_scope, "caller") and events.caller[members[0]] >= 0:
            yield from _for_hooks_of_caller(context, events, members)
    for members in _group(events.command, hooks):
        yield from _for_hooks_of_command(context, events, members, max_scope)


def _group(codes: Indexes, indexes: Indexes) -> Iterator[Indexes]:
    """Yield the events of each code, the biggest groups first."""
    of_events = codes[indexes]
    distinct, counts = np.unique(of_events, return_counts=True)
    for code in distinct[np.argsort(-counts, kind="stable")][:_MAX_GROUPS].tolist():
        yield indexes[of_events == code]


def _for_command(context: TuningContext, members: Indexes, max_scope: str) -> Iterator[ScopedExclusion]:
    for scope in ("exact", "command", "template"):
        if reaches(max_scope, scope):
            yield from _build(context, scope, members)


def _for_caller(
    context: TuningContext, events: RecurringEvents, members: Indexes, max_scope: str
) -> Iterator[ScopedExclusion]:
    """Yield the subtree, one exclusion a binary, and one that lists all binaries that are safe under this caller."""
    if reaches(max_scope, "subtree"):
        yield from _build(context, "subtree", members)
    if not reaches(max_scope, "caller"):
        return
    # A list of binaries is for one parent only: then every pair of binary and parent that it covers was seen.
    by_parent: dict[Exclusion, list[tuple[int, Exclusion]]] = defaultdict(list)
    for of_binary in _group(context.columns.text["bin"].codes, members):
        for scope, exclusion in _build(context, "caller", of_binary):
            yield scope, exclusion
            count = _count_if_safe(context, events, exclusion)
            if count:
                by_parent[replace(exclusion, binary=())].append((count, exclusion))
    for parent in sorted(by_parent, key=repr):
        yield from _list_binaries(by_parent[parent])


def _count_if_safe(context: TuningContext, events: RecurringEvents, exclusion: Exclusion) -> int:
    """Count the events that an exclusion hides; 0 if one of them is collateral or must stay visible."""
    mask = context.matcher.mask(exclusion)
    safe = not (mask & events.collateral).any() and context.shield.refuses([exclusion]) is None
    return int(mask.sum()) if safe else 0


def _list_binaries(safe: list[tuple[int, Exclusion]]) -> Iterator[ScopedExclusion]:
    """Join exclusions of one parent, given with their events: all, and the biggest for 90 and 50 % of the events."""
    ordered = sorted(safe, key=lambda counted: (-counted[0], repr(counted[1])))[:_MAX_VALUES]
    total = sum(count for count, _ in ordered)
    for share in (1.0, 0.9, 0.5):
        taken, count = 0, 0
        while taken < len(ordered) and count < share * total:
            count += ordered[taken][0]
            taken += 1
        if taken > 1:
            binaries = {pattern for _, exclusion in ordered[:taken] for pattern in exclusion.binary}
            yield "caller", replace(ordered[0][1], binary=_sorted(binaries))


def _sorted(patterns: Iterable[Pattern]) -> tuple[Pattern, ...]:
    return tuple(sorted(patterns, key=Pattern.to_re2))


def _build(context: TuningContext, scope: str, members: Indexes) -> Iterator[ScopedExclusion]:
    for exclusion in context.build(scope, members):
        if expressions(exclusion) <= _MAX_VALUES + 2:
            yield scope, exclusion


def _for_hooks_of_command(
    context: TuningContext, events: RecurringEvents, members: Indexes, max_scope: str
) -> Iterator[ScopedExclusion]:
    socket = context.sockets(members)
    for scope, least in (("destination", "exact"), ("network", "template"), ("policy", "caller")):
        if reaches(max_scope, least) and socket.any():
            yield from _build(context, scope, members[socket])
    for scope in ("exact", "command", "template"):
        if reaches(max_scope, scope):
            built = list(_build(context, scope, members))
            yield from built
            yield from _join(context, events, scope, [exclusion for _, exclusion in built])


def _for_hooks_of_caller(
    context: TuningContext, events: RecurringEvents, members: Indexes
) -> Iterator[ScopedExclusion]:
    built: list[Exclusion] = []
    for of_binary in _group(context.columns.text["bin"].codes, members):
        for scope, exclusion in _build(context, "caller", of_binary):
            yield scope, exclusion
            built.append(exclusion)
    yield from _join(context, events, "caller", built)


def _join(
    context: TuningContext, events: RecurringEvents, scope: str, built: Sequence[Exclusion]
) -> Iterator[ScopedExclusion]:
    """Join exclusions that differ in policy and binary only, where every pair of these was seen and is safe."""
    groups: dict[Exclusion, list[Exclusion]] = defaultdict(list)
    for exclusion in built:
        if _count_if_safe(context, events, exclusion):
            groups[replace(exclusion, binary=(), policies=())].append(exclusion)
    for common, members in groups.items():
        pairs = [
            (policy, binary) for member in members for policy in member.policies or ("",) for binary in member.binary
        ]
        for policies, binaries in products(pairs):
            if len(policies) * len(binaries) > 1 and max(len(policies), len(binaries)) <= _MAX_VALUES:
                names = tuple(sorted(name for name in policies if isinstance(name, str) and name))
                patterns = _sorted(binary for binary in binaries if isinstance(binary, Pattern))
                yield scope, replace(common, binary=patterns, policies=names)
