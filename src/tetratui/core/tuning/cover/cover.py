"""Suggest the smallest safe cover: the fewest exclusions that hide a share of the events.

They hide no attack sample, no *keep*, and of the events that do not recur only as many as allowed. The choice is
greedy: again and again the candidate that hides most new events for what it costs to read. A candidate is judged by all
that it hides, whatever events it was built from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np

from tetratui.core.amounts import format_count
from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.lineage.programs import is_interpreter
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.cover.candidate_exclusions import build_exclusions
from tetratui.core.tuning.cover.candidates import Alternative, Candidate, decisions, hidden_by, rank_alternatives
from tetratui.core.tuning.cover.left_visible import LeftVisible, Obstacle, explain_visible
from tetratui.core.tuning.cover.recurrence import DEFAULT as DEFAULT_BOUNDS
from tetratui.core.tuning.cover.recurrence import Bounds
from tetratui.core.tuning.cover.recurring import RecurringEvents, find_recurring
from tetratui.core.tuning.learning.script_arguments import command_of
from tetratui.core.tuning.scopes.scope_builder import NAMES
from tetratui.core.tuning.scopes.scopes import expressions
from tetratui.core.tuning.tuning_context import TuningContext

_BY_CALLER = frozenset({"caller", "subtree"})
"""Scopes that compare no arguments."""
_ONE_LINE = 4
"""Expressions of one command line under one caller."""
_MIN_GAIN = 0.001
"""Share of the events that an exclusion must add."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A set of exclusions and what they hide together."""

    chosen: tuple[Candidate, ...]
    share: float
    """Hidden events per event held, 0 to 1."""
    mask: Mask
    asked: Mask
    """Events that may be hidden; any other that an exclusion hides is collateral."""
    alternatives: tuple[Alternative, ...]
    """Candidates that were refused or not needed, the broadest first."""
    missed: int = 0
    """Events chosen by name that stay visible; 0 where a share was the goal."""
    left: tuple[LeftVisible, ...] = ()
    """Groups that stay visible, the biggest first, each with the reason and what would include it."""
    full: bool = False
    """Whether more could be hidden safely, by more exclusions than a person reads at a time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a person reads; many small exclusions also fit only the time they were learned from."""

    exclusions: int = 25
    decisions: int = 60


LIMITS = Limits()
_NO_LIMITS = Limits(sys.maxsize, sys.maxsize)


def suggest(
    context: TuningContext,
    cover: float = 0.6,
    max_scope: str = "caller",
    collateral: int = 0,
    bounds: Bounds = DEFAULT_BOUNDS,
    limits: Limits = LIMITS,
    already: Mask | None = None,
) -> Cover:
    """Choose exclusions until `cover` of the held events is hidden, or no safe candidate adds anything.

    Args:
        context: the events.
        cover: the share of the events to hide, 0 to 1.
        max_scope: the broadest scope that may be used, at most `subtree`.
        collateral: the most events that do not recur which one exclusion may hide.
        bounds: how often a call must be seen to recur.
        limits: the most that a person reads.
        already: the events that other drafts hide.
    """
    events = find_recurring(context.columns, context.commands, context.blockers, bounds)
    total = len(context.columns)
    base: Mask = np.zeros(total, dtype=np.bool_) if already is None else already
    safe, refused = _candidates(context, events, max_scope, collateral)
    chosen: list[Candidate] = []
    while best := _best(safe, chosen, base, cover, limits):
        safe.remove(best)
        chosen = _needed([*chosen, best], cover * total, base)
    chosen = _narrowed(chosen, safe, limits)
    full = _best(safe, chosen, base, cover, _NO_LIMITS) is not None
    hidden = hidden_by(chosen, base)
    share = float(hidden.sum() / total) if total else 0.0
    spare_reason = _WHEN_FULL if full else _WHEN_REACHED if share >= cover else _TOO_SMALL
    obstacles = [Obstacle(candidate.mask, *spare_reason) for candidate in safe]
    obstacles += [Obstacle(candidate.mask, reason, _remedy(candidate, reason)) for candidate, reason in refused]
    left = explain_visible(context, events, hidden, obstacles, bounds, max_scope)
    rejected = [*refused, *((candidate, "not needed") for candidate in safe)]
    alternatives = rank_alternatives(rejected, hidden)
    return Cover(tuple(chosen), share, hidden, ~events.collateral, alternatives, left=left, full=full)


_WHEN_FULL = ("no room: more filters or decisions than a person reads at a time", "apply these, then ask again")
_WHEN_REACHED = ("not needed: the wanted share is reached", "--cover 1")
_TOO_SMALL = ("adds less than a thousandth of the events", "mark it as noise, or draft it with --where")


def _remedy(candidate: Candidate, reason: str) -> str:
    """Return what would let a refused candidate be chosen."""
    if candidate.collateral and reason == _too_much_collateral(candidate):
        return f"--collateral {candidate.collateral}"
    return "mark those of its lines that are noise, for a narrower exclusion"


def _too_much_collateral(candidate: Candidate) -> str:
    return f"would hide {format_count(candidate.collateral, 'rare event')}"


def _best(
    safe: Iterable[Candidate], chosen: list[Candidate], base: Mask, cover: float, limits: Limits
) -> Candidate | None:
    """Return the candidate that hides most for what it costs to read and has room.

    None when enough is hidden or no candidate adds anything.
    """
    hidden, total = hidden_by(chosen, base), len(base)
    if hidden.sum() >= cover * total or len(chosen) >= limits.exclusions:
        return None
    room = limits.decisions - sum(decisions(candidate.exclusion) for candidate in chosen)
    fitting = (candidate for candidate in safe if decisions(candidate.exclusion) <= room)
    best = max(fitting, key=lambda candidate: _worth(candidate, hidden), default=None)
    if best is None or int((best.mask & ~hidden).sum()) < max(1, int(_MIN_GAIN * total)):
        return None
    return best


def _worth(candidate: Candidate, hidden: Mask) -> tuple[float, float, str]:
    new = int((candidate.mask & ~hidden).sum())
    return new / candidate.cost, -NAMES.index(candidate.scope), repr(candidate.exclusion)


def _narrowed(chosen: list[Candidate], safe: Iterable[Candidate], limits: Limits) -> list[Candidate]:
    """Replace broad exclusions by one exact command line that hides the same events, while there is room."""
    exact = [candidate for candidate in safe if candidate.scope == "exact"]
    lines = [candidate for candidate in exact if expressions(candidate.exclusion) <= _ONE_LINE]
    # Comparing sizes first: comparing the masks of all pairs takes far longer.
    sizes = [int(line.mask.sum()) for line in lines]
    room = limits.decisions - sum(decisions(candidate.exclusion) for candidate in chosen)
    result = []
    for candidate in chosen:
        size = int(candidate.mask.sum()) if candidate.scope in _BY_CALLER else -1
        alike = (line for line, line_size in zip(lines, sizes, strict=True) if line_size == size)
        narrower = next((line for line in alike if (line.mask == candidate.mask).all()), candidate)
        more = decisions(narrower.exclusion) - decisions(candidate.exclusion)
        if more > room:
            narrower, more = candidate, 0
        room -= more
        result.append(narrower)
    return result


def _needed(chosen: list[Candidate], wanted: float, base: Mask) -> list[Candidate]:
    """Drop what the later choices made superfluous, smallest first."""
    for candidate in sorted(chosen, key=lambda candidate: int(candidate.mask.sum())):
        others = [other for other in chosen if other is not candidate]
        hidden = hidden_by(others, base)
        if not (candidate.mask & ~hidden).any() or hidden.sum() >= wanted:
            chosen = others
    return chosen


def _candidates(
    context: TuningContext, events: RecurringEvents, max_scope: str, collateral: int
) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
    """Return the safe candidates, and the refused ones with the reason."""
    safe, refused = [], []
    seen: set[Exclusion] = set()
    for scope, exclusion in build_exclusions(context, events, max_scope):
        if exclusion in seen:
            continue
        seen.add(exclusion)
        mask = context.matcher.mask(exclusion)
        candidate = Candidate(exclusion, scope, mask, int((mask & events.collateral).sum()))
        reason = context.shield.refuses([exclusion])
        reason = reason or _shell_under_daemon(context, candidate)
        if reason is None and candidate.collateral > collateral:
            reason = _too_much_collateral(candidate)
        if reason is None:
            safe.append(candidate)
        else:
            refused.append((candidate, reason))
    return safe, refused


def _shell_under_daemon(context: TuningContext, candidate: Candidate) -> str | None:
    """Return why a candidate may not hide a shell with any arguments; None if it may.

    It may where every caller is a script or given code, which then says what the shell runs.
    """
    exclusion = candidate.exclusion
    if exclusion.arguments or not exclusion.parent_binary:
        return None
    callers = product(exclusion.parent_binary, exclusion.parent_arguments or (Pattern(()),))
    commands = (command_of(binary.display_text, arguments.display_text) for binary, arguments in callers)
    if all(command.script or command.code for command in commands):
        return None
    binaries = context.columns.text["bin"]
    names = {binaries.texts[code] for code in np.unique(binaries.codes[candidate.mask]).tolist()}
    shell = next((name for name in sorted(names) if is_interpreter(name)), None)
    return None if shell is None else f"would hide {shell} with any arguments, under a caller that is no script"
