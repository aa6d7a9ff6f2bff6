"""Every scope for some marked events, each with what it would hide.

A scope is refused, with the reason, when it cannot be built, would miss a marked event, or would hide what must stay
visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Mask
from tetratui.core.table import EventTable
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.learning.halves import Halves, Repeats
from tetratui.core.tuning.marks import Marks
from tetratui.core.tuning.safety.attack_samples import AttackSample
from tetratui.core.tuning.safety.risky_binaries import needs_reason
from tetratui.core.tuning.scopes.refusals import Refusal, refusals
from tetratui.core.tuning.scopes.scope_builder import BY_COMMAND, BY_PARENT, BY_PLACE, BY_SOCKET, NAMES, WHAT
from tetratui.core.tuning.tuning_context import Indexes, TuningContext

_WHERE = {"host": "outside containers only", "anywhere": ""}
"""The note on a place; that of any other place is `in this PLACE only`."""
_BROAD = frozenset({"binary", "subtree", "namespace"})
"""Scopes that are never the default while a narrower one holds, and need a reason where they hide a risky binary."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope for some marked events."""

    name: str
    what: str
    """The scope in words."""
    exclusions: tuple[Exclusion, ...]
    impact: Impact
    missed: int
    """Marked events that it would leave visible."""
    newly: int = 0
    """Events that it hides and the next narrower scope of its side does not."""
    again: int = 0
    """Events that the next narrower scope of its side hides and it does not."""
    refused: str | None = None
    """Why it may not be taken, or None."""
    needs_reason: str | None = None
    """What a person must answer for in writing, or None. Without a reason such a scope is refused."""
    note: str = ""
    halves: Halves | None = None
    """What the first half of the events teaches, judged on the second; None when nothing in it repeats."""

    @property
    def holds(self) -> bool:
        """Whether it can be expected to hide the next run as it hides this one."""
        return self.halves is None or self.halves.hold

    @property
    def expressions(self) -> int:
        """Patterns, names, networks and ports in all of its exclusions."""
        return sum(map(expressions, self.exclusions))


def expressions(exclusion: Exclusion) -> int:
    """Count the patterns, policies, functions, networks and ports of an exclusion."""
    patterns = (exclusion.binary, exclusion.arguments, exclusion.parent_binary, exclusion.parent_arguments)
    count = sum(map(len, patterns)) + len(exclusion.policies) + len(exclusion.functions)
    socket = exclusion.socket
    return count + (len(socket.networks) + len(socket.ports) if socket else 0)


@dataclass(frozen=True, slots=True)
class Scopes:
    """All scopes for some marked events."""

    sides: tuple[tuple[str, ...], ...]
    """Names of scopes, narrow to broad: by command and by parent, or by socket; for events of pods also by place."""
    scopes: tuple[Scope, ...]
    default: str | None
    """The narrowest scope that may be taken and does not pin what changes from run to run, or None."""
    rows: NDArray[np.int64]
    """The marked events it was made for (row ids)."""
    refused: tuple[Refusal, ...]
    """Marked events that no scope can cover."""
    summary: str
    """How many starts and exits, what is known of exits without a start, and the hooks that stay."""
    _by_name: dict[str, Scope] = field(repr=False, default_factory=dict)

    def __getitem__(self, name: str) -> Scope:
        """Return a scope by its name; raises KeyError for one that does not suit these events."""
        return self._by_name[name]

    def broader(self, name: str) -> str | None:
        """Return the next broader scope of the same side that may be taken; refused ones are skipped."""
        return self._step(name, 1)

    def narrower(self, name: str) -> str | None:
        """Return the next narrower scope of the same side that may be taken; refused ones are skipped."""
        return self._step(name, -1)

    def other_side(self, name: str) -> str | None:
        """Return the narrowest scope of the next side that may be taken."""
        own = next(number for number, side in enumerate(self.sides) if name in side)
        others = (*self.sides[own + 1 :], *self.sides[:own])
        return next((scope for side in others for scope in side if self[scope].refused is None), None)

    def _step(self, name: str, direction: int) -> str | None:
        side = next(side for side in self.sides if name in side)
        position = side.index(name) + direction
        while 0 <= position < len(side):
            if self[side[position]].refused is None:
                return side[position]
            position += direction
        return None


def scopes_of(
    table: EventTable,
    rows: Sequence[int] | NDArray[np.int64],
    marks: Marks | None = None,
    attack_samples: Sequence[AttackSample] | None = None,
    reason: str = "",
) -> Scopes:
    """Build the scopes for these row ids of a table; `build_scopes` with a context is quicker where many are built.

    `attack_samples` None takes the recorded ones. Rows that have left memory are left out.
    """
    return build_scopes(TuningContext(table, marks, attack_samples), rows, reason)


def build_scopes(context: TuningContext, rows: Sequence[int] | NDArray[np.int64], reason: str = "") -> Scopes:
    """Build every scope for these row ids; `reason` is what a person typed, and opens scopes that need one."""
    indexes = context.columns.indexes(rows)
    never = context.blockers.nothing | context.blockers.bare
    refused = refusals(context.blockers, "binary", indexes)
    usable = indexes[~never[indexes]]
    only_sockets = bool(len(usable)) and bool(context.sockets(usable).all())
    sides: tuple[tuple[str, ...], ...] = (BY_SOCKET,) if only_sockets else (BY_COMMAND, BY_PARENT)
    if len(usable) and (context.columns.text["ns"].codes[usable] > 0).all():
        probes = bool(context.columns.probe[usable].any())
        sides += (BY_PLACE if probes else ("namespace",),)
    scopes: dict[str, Scope] = {}
    repeats = context.repeats(usable)
    for side in sides:
        narrower: Scope | None = None
        for name in side:
            narrower = scopes[name] = _build_scope(context, name, usable, reason, narrower, repeats)
    ordered = sorted(scopes.values(), key=lambda scope: NAMES.index(scope.name))
    summary = context.summary(usable)
    rows = usable + context.columns.first
    return Scopes(sides, tuple(ordered), _default(ordered), rows, tuple(refused), summary, scopes)


def _default(ordered: Sequence[Scope]) -> str | None:
    """Return the narrowest open scope that holds; where none does, the narrowest open one."""
    open_scopes = [scope for scope in ordered if scope.refused is None]
    holding = (scope.name for scope in open_scopes if scope.holds and scope.name not in _BROAD)
    return next(holding, None) or next((scope.name for scope in open_scopes), None)


def _build_scope(
    context: TuningContext, name: str, indexes: Indexes, reason: str, narrower: Scope | None, repeats: Repeats
) -> Scope:
    exclusions = context.build(name, indexes)
    mask = context.matcher.any(exclusions)
    missed = int((~mask[indexes]).sum())
    risk = _risky_form(name, exclusions) or _hidden_suspects(context, mask, indexes)
    narrower_mask = narrower.impact.mask if narrower is not None else np.zeros_like(mask)
    return Scope(
        name=name,
        what=WHAT[name],
        exclusions=exclusions,
        impact=impact_of(context.columns, mask, None),
        missed=missed,
        newly=int((mask & ~narrower_mask).sum()),
        again=int((narrower_mask & ~mask).sum()),
        refused=_refusal(context, name, indexes, exclusions, missed, risk if not reason.strip() else None),
        needs_reason=risk,
        note=_note(context, name, mask, exclusions),
        halves=repeats.judge(partial(context.build, name)),
    )


def _risky_form(name: str, exclusions: Sequence[Exclusion]) -> str | None:
    return next(filter(None, map(needs_reason, exclusions)), None) if name in _BROAD else None


def _hidden_suspects(context: TuningContext, mask: Mask, indexes: Indexes) -> str | None:
    """Count the events that would be hidden, look like an attack and are of commands that were not marked."""
    text = context.columns.text
    commands = (text["bin"].codes << 32) | text["args"].codes
    hidden = mask & context.suspects
    hidden &= ~np.isin(commands, commands[indexes])
    if not hidden.any():
        return None
    first = int(np.flatnonzero(hidden)[0])
    command = f"{text['bin'].text(first)} {text['args'].text(first)}".rstrip(" ")
    events = format_count(int(hidden.sum()), "event")
    return f"would hide {events} not marked that look like an attack (for example: {command})"


def _refusal(
    context: TuningContext,
    name: str,
    indexes: Indexes,
    exclusions: Sequence[Exclusion],
    missed: int,
    unanswered_risk: str | None,
) -> str | None:
    if not len(indexes):
        return "no event to build it from"
    if missed:
        reasons = context.refusals(name, indexes)
        text = f"would miss {format_count(missed, 'marked event')}"
        return f"{text}: {reasons[0].reason}" if reasons else text
    if unanswered_risk is not None:
        return f"{unanswered_risk}: needs a typed reason"
    return context.shield.refuses(exclusions)


def _note(context: TuningContext, name: str, mask: Mask, exclusions: Sequence[Exclusion]) -> str:
    places = {exclusion.place_name for exclusion in exclusions}
    where = _words_of_place(exclusions[0]) if len(places) == 1 else ""
    return "; ".join(filter(None, (where, _destinations(context, name, mask))))


def _words_of_place(exclusion: Exclusion) -> str:
    if exclusion.in_container:
        return "in containers only"
    return _WHERE.get(exclusion.place_name, f"in this {exclusion.place_name} only")


def _destinations(context: TuningContext, name: str, mask: Mask) -> str:
    sockets = mask & context.columns.has_socket
    if name in {"destination", "network"} or not sockets.any():
        return ""
    daddr = context.columns.text["daddr"]
    seen = np.unique(np.stack([daddr.codes[sockets], context.columns.dport[sockets]]), axis=1).shape[1]
    return f"hides all {seen} destinations seen"
