"""The smallest safe cover: the fewest exclusions that hide a share of the events, nothing rare, no attack sample, no *keep*.

Greedy: of all candidates the one that hides most new events for what it costs to read, again and again. Candidates are
judged by what they really hide, so a candidate that hides one rare event too many is out, whatever it was built from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.cover.recurring import DEFAULT as HABIT_BOUNDS
from tetratui.core.tuning.cover.recurring import Bounds, Habits, habits
from tetratui.core.tuning.scopes.scope_builder import BASE, NAMES
from tetratui.core.tuning.scopes.scopes import TuningContext, expressions

_CANDIDATES = 400
"""Callers and commands that are looked at, those with the most events first."""
_BINARIES = 24
"""Binaries that one caller exclusion may list."""
ALTERNATIVES = 20
"""Candidates not taken that are told of."""
_LEAST_GAIN = 0.001
"""Share of the events that an exclusion must add."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One exclusion that might be suggested, and what it hides."""

    exclusion: Exclusion
    scope: str
    mask: Mask
    rare: int
    """Rare events among those it hides: the collateral."""

    @property
    def words(self) -> str:
        """The candidate in a few words: `scope 4 under /bin/bash /opt/x.sh`."""
        one = self.exclusion
        command = " ".join(filter(None, map(_text, (one.binary, one.arguments))))
        caller = " ".join(filter(None, map(_text, (one.parent_binary, one.parent_arguments))))
        return " ".join(filter(None, (f"scope {self.scope}", command, caller and f"under {caller}")))

    @property
    def brief(self) -> str:
        """The same in fewer: bare names, `4  all < x.sh /opt/x.sh`."""
        one = self.exclusion
        command = " ".join(filter(None, (_name(one.binary), _text(one.arguments)))) or "all"
        caller = " ".join(filter(None, (_name(one.parent_binary), _text(one.parent_arguments))))
        return " ".join(filter(None, (f"{self.scope:>2} ", command, caller and f"< {caller}")))

    @property
    def cost(self) -> float:
        """What it costs a reader: the entry itself, and each expression in it."""
        return 1.0 + 0.25 * expressions(self.exclusion)


def _text(patterns: tuple[Pattern, ...]) -> str:
    if not patterns:
        return ""
    more = f" (and {len(patterns) - 1} more)" if len(patterns) > 1 else ""
    return patterns[0].display_text[:80] + more


def _name(patterns: tuple[Pattern, ...]) -> str:
    return _text(patterns[:1]).rsplit("/", 1)[-1] + (f" +{len(patterns) - 1}" if len(patterns) > 1 else "")


@dataclass(frozen=True, slots=True)
class Alternative:
    """A candidate that was not taken."""

    candidate: Candidate
    reason: str
    more: int
    """Events that it would hide beside those that are hidden."""

    @property
    def why(self) -> str:
        """What it is, and why it was not taken."""
        return f"{self.candidate.words}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Cover:
    """A set of exclusions and what they reach together."""

    chosen: tuple[Candidate, ...]
    share: float
    """Of the events held, 0 to 1."""
    mask: Mask
    asked: Mask
    """What may be hidden; everything else that an exclusion hides is collateral."""
    alternatives: tuple[Alternative, ...]
    """Candidates that were refused or not needed, the broadest first."""
    missed: int = 0
    """Events asked for by name that stay visible; 0 where a share was asked for."""
    full: bool = False
    """Whether more could be hidden safely, by more exclusions than a person reads at a time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a person reads: many small exclusions are no help, and fit only the time they were learned from."""

    exclusions: int = 25
    expressions: int = 60


LIMITS = Limits()
_NO_LIMITS = Limits(sys.maxsize, sys.maxsize)


def suggest(
    context: TuningContext,
    cover: float = 0.6,
    max_scope: str = "caller",
    collateral: int = 0,
    bounds: Bounds = HABIT_BOUNDS,
    limits: Limits = LIMITS,
    already: Mask | None = None,
) -> Cover:
    """Choose exclusions until `cover` of the held events is hidden, or no safe candidate adds anything.

    `max_scope` is the broadest scope that may be used (up to `subtree`); `collateral` the most rare events that one exclusion
    may hide; `already` the events that other drafts hide. Only execs and exits are hidden: hooks need a mark.
    """
    found = habits(context.columns, context.commands, context.blockers, bounds)
    total = len(context.columns)
    base: Mask = np.zeros(total, dtype=np.bool_) if already is None else already
    safe, refused = _sorted_out(context, found, max_scope, collateral)
    chosen: list[Candidate] = []
    while best := _best(safe, chosen, base, cover, limits):
        safe.remove(best)
        chosen = _needed([*chosen, best], cover * total, base)
    full = _best(safe, chosen, base, cover, _NO_LIMITS) is not None
    hidden = _together(chosen, base)
    judged = [*refused, *((candidate, "not needed") for candidate in safe)]
    share = float(hidden.sum() / total) if total else 0.0
    return Cover(tuple(chosen), share, hidden, ~found.rare, left_out(judged, hidden), full=full)


def _together(chosen: Iterable[Candidate], base: Mask) -> Mask:
    hidden = base.copy()
    for candidate in chosen:
        hidden |= candidate.mask
    return hidden


def _best(
    safe: Iterable[Candidate], chosen: list[Candidate], base: Mask, cover: float, limits: Limits
) -> Candidate | None:
    """Find what hides most for what it costs to read and has room; None when enough is hidden or nothing adds."""
    hidden, total = _together(chosen, base), len(base)
    if hidden.sum() >= cover * total or len(chosen) >= limits.exclusions:
        return None
    room = limits.expressions - sum(expressions(candidate.exclusion) for candidate in chosen)
    fitting = (candidate for candidate in safe if expressions(candidate.exclusion) <= room)
    best = max(fitting, key=lambda candidate: _worth(candidate, hidden), default=None)
    if best is None or int((best.mask & ~hidden).sum()) < max(1, int(_LEAST_GAIN * total)):
        return None
    return best


def left_out(judged: Iterable[tuple[Candidate, str]], hidden: Mask) -> tuple[Alternative, ...]:
    """Rank candidates that were not taken by what more they would hide; those that would hide nothing are left out."""
    found = [Alternative(one, reason, int((one.mask & ~hidden).sum())) for one, reason in judged]
    ranked = sorted((one for one in found if one.more), key=lambda one: (-one.more, one.why))
    return tuple(ranked[:ALTERNATIVES])


def _worth(candidate: Candidate, hidden: Mask) -> tuple[float, float, str]:
    new = int((candidate.mask & ~hidden).sum())
    return new / candidate.cost, -NAMES.index(candidate.scope), repr(candidate.exclusion)


def _needed(chosen: list[Candidate], wanted: float, base: Mask) -> list[Candidate]:
    """Leave out what the later choices made superfluous, smallest first."""
    for candidate in sorted(chosen, key=lambda one: int(one.mask.sum())):
        others = [other for other in chosen if other is not candidate]
        together = _together(others, base)
        if not (candidate.mask & ~together).any() or together.sum() >= wanted:
            chosen = others
    return chosen


def _sorted_out(
    context: TuningContext, found: Habits, max_scope: str, collateral: int
) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
    safe, refused = [], []
    seen: set[Exclusion] = set()
    for scope, exclusion in _candidates(context, found, max_scope):
        if exclusion in seen:
            continue
        seen.add(exclusion)
        mask = context.matcher.mask(exclusion)
        candidate = Candidate(exclusion, scope, mask, int((mask & found.rare).sum()))
        reason = context.shield.refuses([exclusion])
        if candidate.rare > collateral:
            reason = f"would hide {format_count(candidate.rare, 'rare event')}"
        if reason is None:
            safe.append(candidate)
        else:
            refused.append((candidate, reason))
    return safe, refused


def _candidates(context: TuningContext, found: Habits, max_scope: str) -> Iterator[tuple[str, Exclusion]]:
    habit = np.flatnonzero(found.habit)
    for caller in _biggest(found.caller[habit]):
        if caller >= 0:
            yield from _of_caller(context, found, habit[found.caller[habit] == caller], max_scope)
    for command in _biggest(found.command[habit]):
        members = habit[found.command[habit] == command]
        for scope in ("exact", "command", "template"):
            if NAMES.index(scope) <= NAMES.index(max_scope):
                yield from _built(context, scope, members)


def _of_caller(
    context: TuningContext, found: Habits, members: NDArray[np.int64], max_scope: str
) -> Iterator[tuple[str, Exclusion]]:
    """Yield the subtree, one exclusion a binary, and one that lists all binaries that are safe under this caller."""
    if NAMES.index(max_scope) >= NAMES.index("subtree"):
        yield from _built(context, "subtree", members)
    if NAMES.index(max_scope) < NAMES.index("caller"):
        return
    safe: list[tuple[int, Exclusion]] = []
    for code in _biggest(context.columns.text["bin"].codes[members]):
        of_binary = members[context.columns.text["bin"].codes[members] == code]
        for scope, exclusion in _built(context, "caller", of_binary):
            yield scope, exclusion
            mask = context.matcher.mask(exclusion)
            if not (mask & found.rare).any() and context.shield.refuses([exclusion]) is None:
                safe.append((int(mask.sum()), exclusion))
    # Only one parent: then every pair of binary and parent listed was seen.
    parents = {(one.parent_binary, one.parent_arguments, one.hosts) for _, one in safe}
    for parent in sorted(parents, key=repr):
        same = [(events, one) for events, one in safe if (one.parent_binary, one.parent_arguments, one.hosts) == parent]
        yield from _listed(same)


def _listed(safe: list[tuple[int, Exclusion]]) -> Iterator[tuple[str, Exclusion]]:
    """Join exclusions of one parent: all of them, and the biggest that hold nine tenths and half of the events."""
    ordered = sorted(safe, key=lambda one: (-one[0], repr(one[1])))[:_BINARIES]
    total = sum(events for events, _ in ordered)
    for share in (1.0, 0.9, 0.5):
        taken, events = 0, 0
        while taken < len(ordered) and events < share * total:
            events += ordered[taken][0]
            taken += 1
        if taken > 1:
            binaries = {pattern for _, one in ordered[:taken] for pattern in one.binary}
            first = ordered[0][1]
            yield (
                "caller",
                Exclusion(
                    kinds=BASE,
                    binary=tuple(sorted(binaries, key=Pattern.to_re2)),
                    parent_binary=first.parent_binary,
                    parent_arguments=first.parent_arguments,
                    hosts=first.hosts,
                ),
            )


def _built(context: TuningContext, scope: str, members: NDArray[np.int64]) -> Iterator[tuple[str, Exclusion]]:
    usable = members[~context.closed(scope, members)]
    if len(usable):
        for exclusion in context.builder.build(scope, usable):
            if expressions(exclusion) <= _BINARIES + 2:
                yield scope, exclusion


def _biggest(codes: NDArray[np.int64]) -> list[int]:
    found, counts = np.unique(codes, return_counts=True)
    return [int(code) for code in found[np.argsort(-counts, kind="stable")][:_CANDIDATES]]
