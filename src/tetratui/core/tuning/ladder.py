"""How general an exclusion is: the rungs of a ladder over marked events, each with what it would hide.

A rung is refused by name when it cannot be built, would let a marked event out, or would hide what must stay visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import EventTable
from tetratui.core.tuning.caution import needs_reason
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.marks import Marks
from tetratui.core.tuning.needles import Needle, Shield, of_marks, recorded
from tetratui.core.tuning.refusals import Blockers, Refusal, blockers, refusals
from tetratui.core.tuning.rungs import CALLER_ARM, COMMAND_ARM, SOCKET_ARM, WHAT, Builder, comparable


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder."""

    name: str
    what: str
    """The rung in words."""
    exclusions: tuple[Exclusion, ...]
    impact: Impact
    missed: int
    """Marked events that it would let out."""
    newly: int = 0
    """Events hidden here and not on the step before it on the same arm."""
    again: int = 0
    """Events hidden on the step before it and shown again here."""
    refused: str | None = None
    """Why it may not be taken, or None."""
    needs_reason: str | None = None
    """What a person must answer for in writing, or None. Without a reason such a rung is refused."""
    note: str = ""

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
class Ladder:
    """All rungs for some marked events."""

    arms: tuple[tuple[str, ...], ...]
    """The names of the rungs, narrow to broad: the command arm and the caller arm, or the socket arm alone."""
    rungs: tuple[Rung, ...]
    default: str | None
    """The narrowest rung that may be taken, or None."""
    rows: NDArray[np.int64]
    """The marked events it was made for (row ids)."""
    refused: tuple[Refusal, ...]
    """Marked events that no rung can cover."""
    summary: str
    """`exec a, exit b, of which c are forks that carry their parent's command`, and the hooks that stay."""
    _by_name: dict[str, Rung] = field(repr=False, default_factory=dict)

    def __getitem__(self, name: str) -> Rung:
        """Give a rung by its name; raises KeyError for one that this ladder has not."""
        return self._by_name[name]

    def broader(self, name: str) -> str | None:
        """Give the next rung up the same arm that may be taken; refused steps are skipped."""
        return self._step(name, 1)

    def narrower(self, name: str) -> str | None:
        """Give the next rung down the same arm that may be taken."""
        return self._step(name, -1)

    def other_arm(self, name: str) -> str | None:
        """Give the narrowest rung of the other arm that may be taken."""
        others = [arm for arm in self.arms if name not in arm]
        return next((rung for arm in others for rung in arm if self[rung].refused is None), None)

    def _step(self, name: str, way: int) -> str | None:
        arm = next(arm for arm in self.arms if name in arm)
        place = arm.index(name) + way
        while 0 <= place < len(arm):
            if self[arm[place]].refused is None:
                return arm[place]
            place += way
        return None


class Ground:
    """What ladders over one table share: columns, templates, what must stay visible. Make it once a table version."""

    def __init__(self, table: EventTable, marks: Marks | None = None, needles: Sequence[Needle] | None = None) -> None:
        self.table = table
        self.columns = Columns.of(table)
        self.matcher = Matcher(self.columns)
        self.commands = Commands.of(self.columns)
        self.builder = Builder(self.columns, self.commands)
        self.blockers: Blockers = blockers(self.columns)
        corpus = recorded() if needles is None else tuple(needles)
        kept = list(marks) if marks is not None else []
        self.shield = Shield(kept, (*corpus, *of_marks(kept)))

    def sockets(self, indexes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which of these events are kernel hooks with a socket."""
        return np.asarray((self.columns.kind[indexes] == Kind.KPROBE) & self.columns.has_socket[indexes])

    def ladder(self, rows: Sequence[int] | NDArray[np.int64], reason: str = "") -> Ladder:
        """Build every rung for these row ids; `reason` is what a person typed, and opens rungs that need one."""
        indexes = self.columns.indexes(rows)
        never = self.blockers.nothing | self.blockers.bare
        refused = refusals(self.blockers, "5", indexes)
        usable = indexes[~never[indexes]]
        socket = bool(len(usable)) and bool(self.sockets(usable).all())
        arms: tuple[tuple[str, ...], ...] = (SOCKET_ARM,) if socket else (COMMAND_ARM, CALLER_ARM)
        rungs: list[Rung] = []
        for arm in arms:
            before: Rung | None = None
            for name in arm:
                before = self.rung(name, usable, reason, before)
                rungs.append(before)
        ordered = sorted(rungs, key=lambda rung: rung.name)
        default = next((rung.name for rung in ordered if rung.refused is None), None)
        found = usable + self.columns.first
        summary = self.summary(usable)
        return Ladder(arms, tuple(ordered), default, found, tuple(refused), summary, {r.name: r for r in ordered})

    def rung(self, name: str, indexes: NDArray[np.int64], reason: str = "", before: Rung | None = None) -> Rung:
        """Build one rung for these indexes of held events."""
        open_to = indexes[~self.closed(name, indexes)]
        exclusions = self.builder.build(name, open_to) if len(open_to) else ()
        mask = self.matcher.any(exclusions)
        missed = int((~mask[indexes]).sum())
        typed = self._needs_reason(name, exclusions)
        earlier = before.impact.mask if before is not None else np.zeros_like(mask)
        return Rung(
            name=name,
            what=WHAT[name],
            exclusions=exclusions,
            impact=impact_of(self.columns, mask, None),
            missed=missed,
            newly=int((mask & ~earlier).sum()),
            again=int((earlier & ~mask).sum()),
            refused=self._refused(name, indexes, exclusions, missed, typed if not reason.strip() else None),
            needs_reason=typed,
            note=self._note(name, mask),
        )

    def closed(self, name: str, indexes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which of these events the rung cannot be built from."""
        closed = self.blockers.any(name)[indexes]
        if name in {"n0", "n1"}:
            return np.asarray(closed | self._uncomparable(indexes))
        return np.asarray(closed | ~self.sockets(indexes)) if name == "n2" else closed

    def reasons(self, name: str, indexes: NDArray[np.int64]) -> list[Refusal]:
        """Tell why the rung cannot be built from some of these events."""
        told = refusals(self.blockers, name, indexes)
        if name not in SOCKET_ARM:
            return told
        usable = indexes[~self.blockers.any(name)[indexes]]
        sockets = self.sockets(usable)
        if not sockets.all():
            told.append(Refusal("no socket: rungs n0 to n2 are for hooks that have one", int((~sockets).sum())))
        odd = int(self._uncomparable(usable)[sockets].sum())
        if odd and name != "n2":
            told.append(Refusal("an address that CEL cannot compare (IPv4-mapped, or none)", odd))
        return told

    def _uncomparable(self, indexes: NDArray[np.int64]) -> NDArray[np.bool_]:
        daddr = self.columns.text["daddr"]
        fine = np.array([comparable(text) for text in daddr.texts], dtype=np.bool_)
        return np.asarray(~fine[daddr.codes[indexes]] | ~self.sockets(indexes))

    def _needs_reason(self, name: str, exclusions: Sequence[Exclusion]) -> str | None:
        return next(filter(None, map(needs_reason, exclusions)), None) if name in {"5", "4"} else None

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

    def _note(self, name: str, mask: NDArray[np.bool_]) -> str:
        sockets = mask & self.columns.has_socket
        if name in {"n0", "n1"} or not sockets.any():
            return ""
        daddr = self.columns.text["daddr"]
        seen = np.unique(np.stack([daddr.codes[sockets], self.columns.dport[sockets]]), axis=1).shape[1]
        return f"hides all {seen} destinations seen"

    def summary(self, indexes: NDArray[np.int64]) -> str:
        """Count the kinds among these events, the forks, and the hooks of the same processes that would stay."""
        kind, identity = self.columns.kind, self.columns.identity
        execs, exits = indexes[kind[indexes] == Kind.EXEC], indexes[kind[indexes] == Kind.EXIT]
        forks = int((~np.isin(identity[exits], identity[kind == Kind.EXEC])).sum())
        hooks = (kind != Kind.EXEC) & (kind != Kind.EXIT) & np.isin(identity, identity[indexes]) & (identity != 0)
        hooks[indexes] = False
        told = f"exec {len(execs)}, exit {len(exits)}, of which {forks} are forks that carry their parent's command"
        others = len(indexes) - len(execs) - len(exits)
        told += f"; hooks {others}" if others else ""
        return told + (f"; {int(hooks.sum())} hook events of these processes stay" if hooks.any() else "")


def ladder(
    table: EventTable,
    rows: Sequence[int] | NDArray[np.int64],
    marks: Marks | None = None,
    needles: Sequence[Needle] | None = None,
    reason: str = "",
) -> Ladder:
    """Build the ladder for these row ids (see `Ground`, which is worth keeping when many ladders are asked for).

    `needles` None means the bundled corpus. Rows that have left memory are left out.
    """
    return Ground(table, marks, needles).ladder(rows, reason)
