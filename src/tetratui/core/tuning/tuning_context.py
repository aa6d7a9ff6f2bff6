"""What all drafts of one table share: its columns, its command templates and what must stay visible."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.forks import find_unmatched_exits
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import EventTable
from tetratui.core.tuning.learning.halves import Repeats
from tetratui.core.tuning.learning.learnable_events import suspect_events
from tetratui.core.tuning.learning.suspicious_commands import EVERY, Suspicion
from tetratui.core.tuning.marks import Marks
from tetratui.core.tuning.safety.attack_samples import AttackSample, Protection, of_marks, recorded
from tetratui.core.tuning.scopes.places import DEFAULT_PLACE
from tetratui.core.tuning.scopes.refusals import Blockers, Refusal, blockers, refusals
from tetratui.core.tuning.scopes.scope_builder import BY_PLACE, BY_SOCKET, ScopeBuilder, is_comparable

Indexes = NDArray[np.int64]
"""Positions of events in the columns; a row id less the table's first."""


class TuningContext:
    """One version of a table, prepared for drafts: make it once and ask it for many of them."""

    def __init__(
        self,
        table: EventTable,
        marks: Marks | None = None,
        attack_samples: Sequence[AttackSample] | None = None,
        *,
        place: str = DEFAULT_PLACE,
    ) -> None:
        """Read the table.

        Args:
            table: the events held.
            marks: its *keep* and *threat* marks protect their events.
            attack_samples: None takes the recorded ones.
            place: how narrowly exclusions are bound to where the events ran (`scopes.places.PLACES`).
        """
        self.table = table
        self._place = place
        self._set_columns(Columns.of(table))
        samples = recorded() if attack_samples is None else tuple(attack_samples)
        listed = list(marks) if marks is not None else []
        self.shield = Protection(listed, (*samples, *of_marks(listed)))

    def _set_columns(self, columns: Columns) -> None:
        self.columns = columns
        self.matcher = Matcher(columns)
        self.commands = Commands.of(columns)
        self.builder = ScopeBuilder(columns, self.commands, place=self._place)
        self.blockers: Blockers = blockers(columns)

    def part(self, indexes: Indexes) -> TuningContext:
        """Return the context of these events alone, as if no others had come; what must stay visible is the same."""
        part = copy(self)
        # The copy has the cached mask of the whole table, which is too long for the part.
        part.__dict__.pop("suspects", None)
        part._set_columns(self.columns.part(indexes))
        return part

    def without_learning(self, events: Mask) -> TuningContext:
        """Return a context with the same events whose command templates are learned from the others only."""
        context = copy(self)
        context.commands = Commands.of(self.columns.part(np.flatnonzero(~events)))
        context.builder = ScopeBuilder(self.columns, context.commands, place=self._place)
        return context

    def sockets(self, indexes: Indexes) -> NDArray[np.bool_]:
        """Return which of these events are kernel hooks with a socket."""
        return np.asarray((self.columns.kind[indexes] == Kind.KPROBE) & self.columns.has_socket[indexes])

    def repeats(self, indexes: Indexes) -> Repeats:
        """Cut these events into halves by time, to judge scopes by them."""
        return Repeats(self.columns, self.commands, self.matcher, indexes)

    def build(self, scope: str, indexes: Indexes) -> tuple[Exclusion, ...]:
        """Build the exclusions of a scope from those of these events that it is open to."""
        usable = indexes[~self.closed(scope, indexes)]
        return self.builder.build(scope, usable) if len(usable) else ()

    def closed(self, scope: str, indexes: Indexes) -> NDArray[np.bool_]:
        """Return which of these events the scope cannot be built from."""
        closed = self.blockers.any(scope)[indexes]
        if scope in BY_PLACE:
            return np.asarray(closed | ~self._in_place(scope, indexes))
        if scope in {"destination", "network"}:
            return np.asarray(closed | self._uncomparable(indexes))
        return np.asarray(closed | ~self.sockets(indexes)) if scope == "policy" else closed

    def refusals(self, scope: str, indexes: Indexes) -> list[Refusal]:
        """Count the events that the scope cannot be built from, by reason."""
        refused = refusals(self.blockers, scope, indexes)
        if scope in BY_PLACE:
            elsewhere = int((~self._in_place(scope, indexes[~self.blockers.any(scope)[indexes]])).sum())
            reason = "Tetragon flags neither it nor its parent as a probe" if scope == "probe" else "it has no pod"
            return [*refused, Refusal(reason, elsewhere)] if elsewhere else refused
        if scope not in BY_SOCKET:
            return refused
        usable = indexes[~self.blockers.any(scope)[indexes]]
        sockets = self.sockets(usable)
        if not sockets.all():
            refused.append(Refusal("no socket: these scopes are for hooks that have one", int((~sockets).sum())))
        uncomparable = int(self._uncomparable(usable)[sockets].sum())
        if uncomparable and scope != "policy":
            refused.append(Refusal("an address that CEL cannot compare (IPv4-mapped, or none)", uncomparable))
        return refused

    def _in_place(self, scope: str, indexes: Indexes) -> NDArray[np.bool_]:
        """Return which of these events a scope by place can be built from: those of pods, or of probes."""
        columns = self.columns
        return columns.probe[indexes] if scope == "probe" else columns.text["ns"].codes[indexes] > 0

    def _uncomparable(self, indexes: Indexes) -> NDArray[np.bool_]:
        daddr = self.columns.text["daddr"]
        fine = np.array([is_comparable(text) for text in daddr.texts], dtype=np.bool_)
        return np.asarray(~fine[daddr.codes[indexes]] | ~self.sockets(indexes))

    @cached_property
    def suspects(self) -> Mask:
        """Held events that look like an attack by themselves, whoever selected them."""
        suspects: Mask = (suspect_events(self.columns) & int(EVERY & ~Suspicion.SHELL_CODE)) != 0
        return suspects

    def summary(self, indexes: Indexes) -> str:
        """Count starts, exits and hooks among these events, and the hooks of the same processes that would stay."""
        kind, identity = self.columns.kind, self.columns.identity
        starts, exits = (int((kind[indexes] == wanted).sum()) for wanted in (Kind.EXEC, Kind.EXIT))
        forks, unseen = (int(mask.sum()) for mask in find_unmatched_exits(self.columns, indexes))
        staying = (kind != Kind.EXEC) & (kind != Kind.EXIT) & np.isin(identity, identity[indexes]) & (identity != 0)
        staying[indexes] = False
        without_start = [format_count(forks, "plain fork")] if forks else []
        without_start += [f"{unseen:,} whose start was not seen"] if unseen else []
        hooks = len(indexes) - starts - exits
        kinds = [format_count(starts, "start"), format_count(exits, "exit")]
        text = f"{format_count(len(indexes), 'event')}: {', '.join(kinds)}"
        text += f" ({', '.join(without_start)})" if without_start else ""
        text += f", {format_count(hooks, 'hook event')}" if hooks else ""
        return text + (
            f"; {format_count(int(staying.sum()), 'hook event')} of these processes stay" if staying.any() else ""
        )
