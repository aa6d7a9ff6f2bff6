"""The smallest safe cover: few exclusions that hide a share of the events, nothing rare, no attack sample, no *keep*.

Greedy: of all candidates the one that hides most new events for what it costs to read, again and again. Candidates are
judged by what they really hide, so a candidate that hides one rare event too many is out, whatever it was built from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np

from tetratui.core.amounts import format_count
from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.cover.candidates import proposals
from tetratui.core.tuning.cover.left_visible import Judged, Left, left_visible
from tetratui.core.tuning.cover.recurrence import DEFAULT as HABIT_BOUNDS
from tetratui.core.tuning.cover.recurrence import Bounds
from tetratui.core.tuning.cover.recurring import Habits, habits
from tetratui.core.tuning.learning.script_arguments import command_of
from tetratui.core.tuning.safety.risky_binaries import interpreter
from tetratui.core.tuning.scopes.scope_builder import NAMES
from tetratui.core.tuning.scopes.scopes import TuningContext, expressions

ALTERNATIVES = 20
"""Candidates not taken that are told of."""
_BY_CALLER = frozenset({"caller", "subtree"})
"""Scopes that say nothing of arguments."""
_ONE_LINE = 4
"""Expressions of one command line under one caller."""
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
        """What it costs a reader: the entry itself, each decision in it, and a little for each expression of a list."""
        return 1.0 + 0.25 * decisions(self.exclusion) + 0.02 * expressions(self.exclusion)


def decisions(exclusion: Exclusion) -> int:
    """Count what a reader decides: a list of binaries that one caller starts is one decision, else each expression."""
    by_caller = bool(exclusion.parent_binary) and not exclusion.arguments
    return 1 if by_caller and len(exclusion.parent_binary) == 1 else expressions(exclusion)


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
    left: tuple[Left, ...] = ()
    """Groups that stay visible, the biggest first, each with the reason and what would include it."""
    full: bool = False
    """Whether more could be hidden safely, by more exclusions than a person reads at a time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a person reads: many small exclusions are no help, and fit only the time they were learned from."""

    exclusions: int = 25
    decisions: int = 60


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

    `max_scope` is the broadest scope that may be used (up to `subtree`); `collateral` the most rare events that one
    exclusion may hide; `already` the events that other drafts hide.
    """
    found = habits(context.columns, context.commands, context.blockers, bounds)
    total = len(context.columns)
    base: Mask = np.zeros(total, dtype=np.bool_) if already is None else already
    safe, refused = _sorted_out(context, found, max_scope, collateral)
    chosen: list[Candidate] = []
    while best := _best(safe, chosen, base, cover, limits):
        safe.remove(best)
        chosen = _needed([*chosen, best], cover * total, base)
    chosen = _narrowed(chosen, safe, limits)
    full = _best(safe, chosen, base, cover, _NO_LIMITS) is not None
    hidden = _together(chosen, base)
    judged = [*refused, *((candidate, "not needed") for candidate in safe)]
    share = float(hidden.sum() / total) if total else 0.0
    spare = _WHEN_FULL if full else _WHEN_REACHED if share >= cover else _TOO_SMALL
    told = [Judged(one.mask, *spare) for one in safe]
    told += [Judged(one.mask, reason, _including(one, reason)) for one, reason in refused]
    left = left_visible(context, found, hidden, told, bounds, max_scope)
    return Cover(tuple(chosen), share, hidden, ~found.rare, left_out(judged, hidden), left=left, full=full)


_WHEN_FULL = ("no room: more filters or decisions than a person reads at a time", "apply these, then ask again")
_WHEN_REACHED = ("not needed: the share asked for is reached", "--cover 1")
_TOO_SMALL = ("adds less than a thousandth of the events", "mark it as noise, or draft it with --where")


def _including(one: Candidate, reason: str) -> str:
    """Say what would let a refused candidate be taken."""
    if one.rare and reason == _too_many_rare(one):
        return f"--collateral {one.rare}"
    return "mark the lines of it that are noise: a narrower exclusion"


def _too_many_rare(one: Candidate) -> str:
    return f"would hide {format_count(one.rare, 'rare event')}"


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
    room = limits.decisions - sum(decisions(candidate.exclusion) for candidate in chosen)
    fitting = (candidate for candidate in safe if decisions(candidate.exclusion) <= room)
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


def _narrowed(chosen: list[Candidate], safe: Iterable[Candidate], limits: Limits) -> list[Candidate]:
    """Take the one exact command line where it hides the same events as a broader exclusion, while there is room."""
    exact = [one for one in safe if one.scope == "exact" and expressions(one.exclusion) <= _ONE_LINE]
    sizes = [int(one.mask.sum()) for one in exact]
    room = limits.decisions - sum(decisions(one.exclusion) for one in chosen)
    found = []
    for one in chosen:
        size = int(one.mask.sum()) if one.scope in _BY_CALLER else -1
        same = (line for line, held in zip(exact, sizes, strict=True) if held == size and _same(line, one))
        narrower = next(same, one)
        more = decisions(narrower.exclusion) - decisions(one.exclusion)
        if more > room:
            narrower, more = one, 0
        room -= more
        found.append(narrower)
    return found


def _same(one: Candidate, other: Candidate) -> bool:
    return bool((one.mask == other.mask).all())


def _needed(chosen: list[Candidate], wanted: float, base: Mask) -> list[Candidate]:
    """Leave out what the later choices made superfluous, smallest first."""
    for candidate in sorted(chosen, key=lambda one: int(one.mask.sum())):
        others = [other for other in chosen if other is not candidate]
        together = _together(others, base)
        if not (candidate.mask & ~together).any() or together.sum() >= wanted:
            chosen = others
    return chosen


def _code_under_a_daemon(context: TuningContext, one: Candidate) -> str | None:
    """Say why a shell may not be hidden whatever it runs, where its caller is no script that says what; else None."""
    exclusion = one.exclusion
    if exclusion.arguments or not exclusion.parent_binary:
        return None
    callers = product(exclusion.parent_binary, exclusion.parent_arguments or (Pattern(()),))
    if all((ran := command_of(binary.display_text, text.display_text)).script or ran.code for binary, text in callers):
        return None
    binaries = context.columns.text["bin"]
    names = {binaries.texts[code] for code in np.unique(binaries.codes[one.mask]).tolist()}
    shell = next((name for name in sorted(names) if interpreter(name)), None)
    return None if shell is None else f"would hide {shell} whatever it runs, under a caller that is no script"


def _sorted_out(
    context: TuningContext, found: Habits, max_scope: str, collateral: int
) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
    safe, refused = [], []
    seen: set[Exclusion] = set()
    for scope, exclusion in proposals(context, found, max_scope):
        if exclusion in seen:
            continue
        seen.add(exclusion)
        mask = context.matcher.mask(exclusion)
        candidate = Candidate(exclusion, scope, mask, int((mask & found.rare).sum()))
        reason = context.shield.refuses([exclusion])
        reason = reason or _code_under_a_daemon(context, candidate)
        if reason is None and candidate.rare > collateral:
            reason = _too_many_rare(candidate)
        if reason is None:
            safe.append(candidate)
        else:
            refused.append((candidate, reason))
    return safe, refused
