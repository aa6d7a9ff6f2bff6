"""How general an exclusion is: the scopes of a scopes over marked events, each with what it would hide.

A scope is refused by name when it cannot be built, would let a marked event out, or would hide what must stay visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.forks import unmatched_exits
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import EventTable
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.learning.halves import Halves, Repeats
from tetratui.core.tuning.learning.learnable_events import suspicions
from tetratui.core.tuning.learning.suspicious_commands import EVERY, Reason
from tetratui.core.tuning.marks import Marks
from tetratui.core.tuning.safety.attack_samples import AttackSample, Protection, of_marks, recorded
from tetratui.core.tuning.safety.risky_binaries import needs_reason
from tetratui.core.tuning.scopes.refusals import Blockers, Refusal, blockers, refusals
from tetratui.core.tuning.scopes.scope_builder import (
    BY_COMMAND,
    BY_PARENT,
    BY_SOCKET,
    NAMES,
    WHAT,
    ScopeBuilder,
    comparable,
)

_WHERE = {True: "in containers only", False: "outside containers only", None: ""}


@dataclass(frozen=True, slots=True)
class Scope:
    """One step of a scopes."""

    name: str
    what: str
    """The scope in words."""
    exclusions: tuple[Exclusion, ...]
    impact: Impact
    missed: int
    """Marked events that it would let out."""
    newly: int = 0
    """Events hidden here and not on the step before it on the same side."""
    again: int = 0
    """Events hidden on the step before it and shown again here."""
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
    """Count what an exclusion asks: its patterns, policies, functions, networks and ports."""
    plain = (exclusion.binary, exclusion.arguments, exclusion.parent_binary, exclusion.parent_arguments)
    count = sum(map(len, plain)) + len(exclusion.policies) + len(exclusion.functions)
    socket = exclusion.socket
    return count + (len(socket.networks) + len(socket.ports) if socket else 0)


@dataclass(frozen=True, slots=True)
class Scopes:
    """All scopes for some marked events."""

    sides: tuple[tuple[str, ...], ...]
    """The names of the scopes, narrow to broad: by command and by parent, or by socket alone."""
    scopes: tuple[Scope, ...]
    default: str | None
    """The narrowest scope that may be taken and does not pin what changes from run to run, or None."""
    rows: NDArray[np.int64]
    """The marked events it was made for (row ids)."""
    refused: tuple[Refusal, ...]
    """Marked events that no scope can cover."""
    summary: str
    """How many execs and exits, what is known of exits without an exec, and the hooks that stay."""
    _by_name: dict[str, Scope] = field(repr=False, default_factory=dict)

    def __getitem__(self, name: str) -> Scope:
        """Give a scope by its name; raises KeyError for one that this scopes has not."""
        return self._by_name[name]

    def broader(self, name: str) -> str | None:
        """Give the next scope up the same side that may be taken; refused steps are skipped."""
        return self._step(name, 1)

    def narrower(self, name: str) -> str | None:
        """Give the next scope down the same side that may be taken."""
        return self._step(name, -1)

    def other_side(self, name: str) -> str | None:
        """Give the narrowest scope of the other side that may be taken."""
        others = [side for side in self.sides if name not in side]
        return next((scope for side in others for scope in side if self[scope].refused is None), None)

    def _step(self, name: str, way: int) -> str | None:
        side = next(side for side in self.sides if name in side)
        place = side.index(name) + way
        while 0 <= place < len(side):
            if self[side[place]].refused is None:
                return side[place]
            place += way
        return None


class TuningContext:
    """What scopes over one table share: columns, templates, what must stay visible. Make it once a table version."""

    def __init__(
        self,
        table: EventTable,
        marks: Marks | None = None,
        attack_samples: Sequence[AttackSample] | None = None,
        *,
        anywhere: bool = False,
    ) -> None:
        """Read the table; `anywhere` lets exclusions hide in containers and outside them alike."""
        self.table = table
        self._anywhere = anywhere
        self._look(Columns.of(table))
        corpus = recorded() if attack_samples is None else tuple(attack_samples)
        kept = list(marks) if marks is not None else []
        self.shield = Protection(kept, (*corpus, *of_marks(kept)))

    def _look(self, columns: Columns) -> None:
        self.columns = columns
        self.matcher = Matcher(columns)
        self.commands = Commands.of(columns)
        self.builder = ScopeBuilder(columns, self.commands, anywhere=self._anywhere)
        self.blockers: Blockers = blockers(columns)

    def part(self, indexes: NDArray[np.int64]) -> TuningContext:
        """Give the ground of some events alone, as if no others had come; what must stay visible is the same."""
        part = copy(self)
        part.__dict__.pop("suspects", None)
        part._look(self.columns.part(indexes))
        return part

    def untaught(self, events: Mask) -> TuningContext:
        """Give the same ground with templates learned as if these events had not come."""
        context = copy(self)
        context.commands = Commands.of(self.columns.part(np.flatnonzero(~events)))
        context.builder = ScopeBuilder(self.columns, context.commands, anywhere=self._anywhere)
        return context

    def sockets(self, indexes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which of these events are kernel hooks with a socket."""
        return np.asarray((self.columns.kind[indexes] == Kind.KPROBE) & self.columns.has_socket[indexes])

    def scopes_of(self, rows: Sequence[int] | NDArray[np.int64], reason: str = "") -> Scopes:
        """Build every scope for these row ids; `reason` is what a person typed, and opens scopes that need one."""
        indexes = self.columns.indexes(rows)
        never = self.blockers.nothing | self.blockers.bare
        refused = refusals(self.blockers, "binary", indexes)
        usable = indexes[~never[indexes]]
        socket = bool(len(usable)) and bool(self.sockets(usable).all())
        sides: tuple[tuple[str, ...], ...] = (BY_SOCKET,) if socket else (BY_COMMAND, BY_PARENT)
        scopes: list[Scope] = []
        repeats = self.repeats(usable)
        for side in sides:
            before: Scope | None = None
            for name in side:
                before = self.scope(name, usable, reason, before, repeats)
                scopes.append(before)
        ordered = sorted(scopes, key=lambda scope: NAMES.index(scope.name))
        taken = [scope for scope in ordered if scope.refused is None]
        default = next((scope.name for scope in taken if scope.holds and scope.name not in {"subtree", "binary"}), None)
        default = default or next((scope.name for scope in taken), None)
        found = usable + self.columns.first
        summary = self.summary(usable)
        return Scopes(sides, tuple(ordered), default, found, tuple(refused), summary, {r.name: r for r in ordered})

    def repeats(self, indexes: NDArray[np.int64]) -> Repeats:
        """Cut these events into halves, to judge scopes by them."""
        return Repeats(self.columns, self.commands, self.matcher, indexes)

    def built(self, name: str, indexes: NDArray[np.int64]) -> tuple[Exclusion, ...]:
        """Build the exclusions of a scope from those of these events that it is open to."""
        usable = indexes[~self.closed(name, indexes)]
        return self.builder.build(name, usable) if len(usable) else ()

    def scope(
        self,
        name: str,
        indexes: NDArray[np.int64],
        reason: str = "",
        before: Scope | None = None,
        repeats: Repeats | None = None,
    ) -> Scope:
        """Build one scope for these indexes of held events."""
        exclusions = self.built(name, indexes)
        mask = self.matcher.any(exclusions)
        missed = int((~mask[indexes]).sum())
        typed = self._needs_reason(name, exclusions) or self._suspect(mask, indexes)
        earlier = before.impact.mask if before is not None else np.zeros_like(mask)
        return Scope(
            name=name,
            what=WHAT[name],
            exclusions=exclusions,
            impact=impact_of(self.columns, mask, None),
            missed=missed,
            newly=int((mask & ~earlier).sum()),
            again=int((earlier & ~mask).sum()),
            refused=self._refused(name, indexes, exclusions, missed, typed if not reason.strip() else None),
            needs_reason=typed,
            note=self._note(name, mask, exclusions),
            halves=None if repeats is None else repeats.judge(partial(self.built, name)),
        )

    def closed(self, name: str, indexes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which of these events the scope cannot be built from."""
        closed = self.blockers.any(name)[indexes]
        if name in {"destination", "network"}:
            return np.asarray(closed | self._uncomparable(indexes))
        return np.asarray(closed | ~self.sockets(indexes)) if name == "policy" else closed

    def reasons(self, name: str, indexes: NDArray[np.int64]) -> list[Refusal]:
        """Tell why the scope cannot be built from some of these events."""
        told = refusals(self.blockers, name, indexes)
        if name not in BY_SOCKET:
            return told
        usable = indexes[~self.blockers.any(name)[indexes]]
        sockets = self.sockets(usable)
        if not sockets.all():
            told.append(Refusal("no socket: these scopes are for hooks that have one", int((~sockets).sum())))
        odd = int(self._uncomparable(usable)[sockets].sum())
        if odd and name != "policy":
            told.append(Refusal("an address that CEL cannot compare (IPv4-mapped, or none)", odd))
        return told

    def _uncomparable(self, indexes: NDArray[np.int64]) -> NDArray[np.bool_]:
        daddr = self.columns.text["daddr"]
        fine = np.array([comparable(text) for text in daddr.texts], dtype=np.bool_)
        return np.asarray(~fine[daddr.codes[indexes]] | ~self.sockets(indexes))

    def _needs_reason(self, name: str, exclusions: Sequence[Exclusion]) -> str | None:
        return next(filter(None, map(needs_reason, exclusions)), None) if name in {"binary", "subtree"} else None

    @cached_property
    def suspects(self) -> Mask:
        """Held events that look like an attack by themselves, whoever selected them."""
        found: Mask = (suspicions(self.table, self.columns) & int(EVERY & ~Reason.SHELL_CODE)) != 0
        return found

    def _suspect(self, mask: Mask, indexes: NDArray[np.int64]) -> str | None:
        """Say that events would be hidden that look like an attack, of commands that were not marked."""
        text = self.columns.text
        commands = (text["bin"].codes << 32) | text["args"].codes
        hidden = mask & self.suspects
        hidden &= ~np.isin(commands, commands[indexes])
        if not hidden.any():
            return None
        first = int(np.flatnonzero(hidden)[0])
        command = f"{self.columns.text['bin'].text(first)} {self.columns.text['args'].text(first)}".rstrip(" ")
        return (
            f"it would hide {format_count(int(hidden.sum()), 'event')} like an attack, not marked (for one: {command})"
        )

    def _refused(
        self, name: str, indexes: NDArray[np.int64], exclusions: Sequence[Exclusion], missed: int, typed: str | None
    ) -> str | None:
        if not len(indexes):
            return "no event to build it from"
        if missed:
            told = self.reasons(name, indexes)
            return f"would let {missed} marked out: {told[0].reason}" if told else f"would let {missed} marked out"
        if typed is not None:
            return f"{typed}: needs a typed reason"
        return self.shield.refuses(exclusions)

    def _note(self, name: str, mask: NDArray[np.bool_], exclusions: Sequence[Exclusion]) -> str:
        sides = {exclusion.in_container for exclusion in exclusions}
        where = _WHERE[next(iter(sides))] if len(sides) == 1 else ""
        return "; ".join(filter(None, (where, self._destinations(name, mask))))

    def _destinations(self, name: str, mask: NDArray[np.bool_]) -> str:
        sockets = mask & self.columns.has_socket
        if name in {"destination", "network"} or not sockets.any():
            return ""
        daddr = self.columns.text["daddr"]
        seen = np.unique(np.stack([daddr.codes[sockets], self.columns.dport[sockets]]), axis=1).shape[1]
        return f"hides all {seen} destinations seen"

    def summary(self, indexes: NDArray[np.int64]) -> str:
        """Count the kinds among these events, exits without exec, and hooks of the same processes that would stay."""
        kind, identity = self.columns.kind, self.columns.identity
        execs, exits = indexes[kind[indexes] == Kind.EXEC], indexes[kind[indexes] == Kind.EXIT]
        forks, unseen = (int(mask.sum()) for mask in unmatched_exits(self.columns, indexes))
        hooks = (kind != Kind.EXEC) & (kind != Kind.EXIT) & np.isin(identity, identity[indexes]) & (identity != 0)
        hooks[indexes] = False
        told = f"exec {len(execs)}, exit {len(exits)}, of which {forks} are forks that carry their parent's command"
        told += f", {unseen} exits' exec not seen" if unseen else ""
        others = len(indexes) - len(execs) - len(exits)
        told += f"; hooks {others}" if others else ""
        return told + (f"; {int(hooks.sum())} hook events of these processes stay" if hooks.any() else "")


def scopes_of(
    table: EventTable,
    rows: Sequence[int] | NDArray[np.int64],
    marks: Marks | None = None,
    attack_samples: Sequence[AttackSample] | None = None,
    reason: str = "",
) -> Scopes:
    """Build the scopes for these row ids (see `Ground`, which is worth keeping when many scopes are asked for).

    `attack samples` None means the bundled corpus. Rows that have left memory are left out.
    """
    return TuningContext(table, marks, attack_samples).scopes_of(rows, reason)
