"""Exclusions that might hide habits: for what each caller starts, for each command, and for hooks of policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.tuning.cover.recurring import HOOKS, Habits
from tetratui.core.tuning.scopes.cartesian_cover import products
from tetratui.core.tuning.scopes.scope_builder import reaches
from tetratui.core.tuning.scopes.scopes import TuningContext, expressions

MOST = 400
"""Callers and commands that are looked at, those with the most events first."""
_VALUES = 24
"""Binaries, command lines or policies that one exclusion may list."""

Proposal = tuple[str, Exclusion]
"""A scope and an exclusion built on it."""


def proposals(context: TuningContext, found: Habits, max_scope: str) -> Iterator[Proposal]:
    """Yield exclusions for habits, some of which may hide too much; the same one may come twice."""
    hook = np.isin(context.columns.kind, [int(kind) for kind in HOOKS])
    processes = np.flatnonzero(found.habit & ~hook)
    for caller in _biggest(found.caller[processes]):
        if caller >= 0:
            yield from _of_caller(context, found, processes[found.caller[processes] == caller], max_scope)
    for members in _alike(found.command, processes):
        yield from _of_command(context, members, max_scope)
    hooks = np.flatnonzero(found.habit & hook)
    for members in _alike(found.caller, hooks):
        if reaches(max_scope, "caller") and found.caller[members[0]] >= 0:
            yield from _hooks_of_caller(context, found, members)
    for members in _alike(found.command, hooks):
        yield from _hooks_of_command(context, found, members, max_scope)


def _biggest(codes: NDArray[np.int64]) -> list[int]:
    found, counts = np.unique(codes, return_counts=True)
    return [int(code) for code in found[np.argsort(-counts, kind="stable")][:MOST]]


def _alike(codes: NDArray[np.int64], indexes: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for code in _biggest(codes[indexes]):
        yield indexes[codes[indexes] == code]


def _of_command(context: TuningContext, members: NDArray[np.int64], max_scope: str) -> Iterator[Proposal]:
    for scope in ("exact", "command", "template"):
        if reaches(max_scope, scope):
            yield from _built(context, scope, members)


def _of_caller(context: TuningContext, found: Habits, members: NDArray[np.int64], max_scope: str) -> Iterator[Proposal]:
    """Yield the subtree, one exclusion a binary, and one that lists all binaries that are safe under this caller."""
    if reaches(max_scope, "subtree"):
        yield from _built(context, "subtree", members)
    if not reaches(max_scope, "caller"):
        return
    safe: list[tuple[int, Exclusion]] = []
    for of_binary in _alike(context.columns.text["bin"].codes, members):
        for scope, exclusion in _built(context, "caller", of_binary):
            yield scope, exclusion
            events = _safe_events(context, found, exclusion)
            if events:
                safe.append((events, exclusion))
    # Only one parent: then every pair of binary and parent listed was seen.
    alike: dict[Exclusion, list[tuple[int, Exclusion]]] = defaultdict(list)
    for events, one in safe:
        alike[replace(one, binary=())].append((events, one))
    for parent in sorted(alike, key=repr):
        yield from _listed(alike[parent])


def _safe_events(context: TuningContext, found: Habits, exclusion: Exclusion) -> int:
    """Count the events that an exclusion hides; none if one of them is rare or must stay visible."""
    mask = context.matcher.mask(exclusion)
    safe = not (mask & found.rare).any() and context.shield.refuses([exclusion]) is None
    return int(mask.sum()) if safe else 0


def _listed(safe: list[tuple[int, Exclusion]]) -> Iterator[Proposal]:
    """Join exclusions of one parent: all of them, and the biggest that hold nine tenths and half of the events."""
    ordered = sorted(safe, key=lambda one: (-one[0], repr(one[1])))[:_VALUES]
    total = sum(events for events, _ in ordered)
    for share in (1.0, 0.9, 0.5):
        taken, events = 0, 0
        while taken < len(ordered) and events < share * total:
            events += ordered[taken][0]
            taken += 1
        if taken > 1:
            binaries = {pattern for _, one in ordered[:taken] for pattern in one.binary}
            yield "caller", replace(ordered[0][1], binary=_sorted(binaries))


def _sorted(patterns: Iterable[Pattern]) -> tuple[Pattern, ...]:
    return tuple(sorted(patterns, key=Pattern.to_re2))


def _built(context: TuningContext, scope: str, members: NDArray[np.int64]) -> Iterator[Proposal]:
    usable = members[~context.closed(scope, members)]
    if len(usable):
        for exclusion in context.builder.build(scope, usable):
            if expressions(exclusion) <= _VALUES + 2:
                yield scope, exclusion


def _hooks_of_command(
    context: TuningContext, found: Habits, members: NDArray[np.int64], max_scope: str
) -> Iterator[Proposal]:
    socket = context.sockets(members)
    for scope, least in (("destination", "exact"), ("network", "template"), ("policy", "caller")):
        if reaches(max_scope, least) and socket.any():
            yield from _built(context, scope, members[socket])
    for scope in ("exact", "command", "template"):
        if reaches(max_scope, scope):
            built = list(_built(context, scope, members))
            yield from built
            yield from _joined(context, found, scope, [one for _, one in built])


def _hooks_of_caller(context: TuningContext, found: Habits, members: NDArray[np.int64]) -> Iterator[Proposal]:
    built: list[Exclusion] = []
    for of_binary in _alike(context.columns.text["bin"].codes, members):
        for scope, exclusion in _built(context, "caller", of_binary):
            yield scope, exclusion
            built.append(exclusion)
    yield from _joined(context, found, "caller", built)


def _joined(context: TuningContext, found: Habits, scope: str, built: Sequence[Exclusion]) -> Iterator[Proposal]:
    """Join exclusions that differ in policy and binary only, where every pair of these was seen and is safe."""
    groups: dict[Exclusion, list[Exclusion]] = defaultdict(list)
    for one in built:
        if _safe_events(context, found, one):
            groups[replace(one, binary=(), policies=())].append(one)
    for like, same in groups.items():
        pairs = [(policy, binary) for one in same for policy in one.policies or ("",) for binary in one.binary]
        for policies, binaries in products(pairs):
            if len(policies) * len(binaries) > 1 and max(len(policies), len(binaries)) <= _VALUES:
                names = tuple(sorted(name for name in policies if isinstance(name, str) and name))
                patterns = _sorted(one for one in binaries if isinstance(one, Pattern))
                yield scope, replace(like, binary=patterns, policies=names)
