"""Say why a command may be worth a look: reasons in words, never a score.

A reason counts only where it is unusual on this host: what the same kind of command shows again and again is its habit.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import LIFECYCLE_KINDS
from tetratui.core.lineage.command_top import find_command_tops
from tetratui.core.lineage.process_graph import Origin, ProcessGraph
from tetratui.core.lineage.programs import IN_SHARED_FOLDER, SHELLS, name_of
from tetratui.core.lineage.technique_column import event_texts, find_technique_codes
from tetratui.core.lineage.technique_rules import EVERYDAY, SERVICES, find_techniques
from tetratui.core.lineage.tree_order import NO_PROCESS

HABIT = 4
"""So many commands of one form make a habit, which is no reason to look."""
RARE = "rare"
"""The kind of the reason that a command was seen only now."""
SERVICE_USERS = (33, 48, 80)
"""The uids of web servers on Debian, Red Hat and others."""
_NUMBERS = re.compile(r"[0-9a-f]{8,}|[0-9]+")
_MEMORY = re.compile(r"^/dev/fd/|^/proc/(?:self|\d+)/fd/|memfd:| \(deleted\)$")
_HERE = re.compile(r"^(?:127\.|::1$|::ffff:127\.|0\.0\.0\.0$|::$|$)")

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SuspicionReason:
    """One reason to look at a process."""

    kind: str
    """Equal for reasons that say the same: the ATT&CK id, or a word."""
    sentence: str
    process: int


@dataclass(frozen=True, slots=True)
class Suspect:
    """A command with its reasons, each of another kind."""

    root: int
    reasons: tuple[SuspicionReason, ...]

    @property
    def explanation(self) -> str:
        """The reasons as one text."""
        return "; ".join(reason.sentence for reason in self.reasons)


class Hunt:
    """Examines the commands of a table."""

    def __init__(self, graph: ProcessGraph) -> None:
        """Find all reasons; slow in a large table, so for a thread."""
        self._graph = graph
        self._binary = graph.column("binary")
        self._texts = list(graph.texts("binary"))
        self._executed = np.array([origin is Origin.EXEC for origin in graph.origins()], dtype=np.bool_)
        self.tops = find_command_tops(graph)
        self._shell = self._is_program(lambda text: name_of(text) in SHELLS)
        self._reasons: defaultdict[int, list[SuspicionReason]] = defaultdict(list)
        for reason in self._find_reasons():
            self._reasons[int(self.tops[reason.process])].append(reason)

    def suspects(self, least: int = 2) -> list[Suspect]:
        """Return the commands with at least so many reasons, the shortest explanation first."""
        suspects = [Suspect(root, self.reasons(root)) for root in self._reasons]
        enough = [suspect for suspect in suspects if len(suspect.reasons) >= least]
        return sorted(enough, key=lambda suspect: (len(suspect.explanation), suspect.root))

    def reasons(self, root: int) -> tuple[SuspicionReason, ...]:
        """Return the reasons to look at a command; none for a habit of this host."""
        times = self._forms[self._form(root)]
        unusual: dict[str, SuspicionReason] = {}
        for reason in self._reasons[root] if times < HABIT else ():
            if self._usual[reason.kind, self._form(reason.process)] < HABIT:
                unusual.setdefault(reason.kind, reason)
        if set(unusual) <= EVERYDAY:
            return ()
        rare = [SuspicionReason(RARE, "such a command was seen only this time", root)] if times == 1 else []
        return (*unusual.values(), *rare)

    def _form(self, number: int) -> str:
        """Return the host and the command line of a process without its numbers: a habit is one of its host."""
        processes, row = self._graph.table.processes, self._graph.row(number)
        command = f"{processes.text('binary', row) or ''} {processes.text('arguments', row) or ''}"
        return f"{processes.value('node', row)} {_NUMBERS.sub('#', command)}"

    @cached_property
    def _forms(self) -> Counter[str]:
        """How many commands of each form were started."""
        tops = np.unique(self.tops[self._executed])
        return Counter(self._form(int(root)) for root in tops)

    @cached_property
    def _usual(self) -> Counter[tuple[str, str]]:
        """How many commands a reason holds of, by its kind and the form of the process."""
        commands = {
            (reason.kind, self._form(reason.process), root)
            for root, reasons in self._reasons.items()
            for reason in reasons
        }
        return Counter((kind, form) for kind, form, _ in commands)

    def _is_program(self, holds: Callable[[str], bool]) -> Mask:
        """Return by number whether its binary is one of which something holds; each distinct one is asked once."""
        answers = np.fromiter(map(holds, self._texts), dtype=np.bool_, count=len(self._texts))
        answers[0] = False
        by_number: Mask = answers[self._binary]
        return by_number

    def _find_reasons(self) -> Iterator[SuspicionReason]:
        yield from self._find_techniques()
        yield from self._find_files()
        yield from self._find_service_shells()
        yield from self._find_changed_users()
        yield from self._find_connections()

    def _find_techniques(self) -> Iterator[SuspicionReason]:
        graph = self._graph
        numbers = graph.numbers_of_events()
        codes = find_technique_codes(graph.table)
        for index in np.flatnonzero((codes > 0) & (numbers >= 0)).tolist():
            for rule in find_techniques(event_texts(graph.table, index)):
                yield SuspicionReason(rule.id, f"{rule.sentence} ({rule.id})", int(numbers[index]))

    def _find_files(self) -> Iterator[SuspicionReason]:
        memory = self._is_program(lambda text: _MEMORY.search(text) is not None)
        shared = self._is_program(lambda text: IN_SHARED_FOLDER.search(text) is not None) & ~memory
        for number in np.flatnonzero(memory & self._executed).tolist():
            yield SuspicionReason("deleted", f"{self._text(number)} is no file on a disk", number)
        for number in np.flatnonzero(shared & self._executed).tolist():
            yield SuspicionReason("writable", f"{self._text(number)} lies where anybody may write", number)

    def _find_service_shells(self) -> Iterator[SuspicionReason]:
        parent = self._graph.parent
        service = self._is_program(lambda text: name_of(text) in SERVICES)
        service |= np.isin(self._graph.column("uid"), SERVICE_USERS) & ~self._shell
        for number in np.flatnonzero(self._shell & self._executed & (parent >= 0) & service[parent]).tolist():
            yield SuspicionReason("service-shell", f"{self._text(int(parent[number]))} started a shell", number)

    def _find_changed_users(self) -> Iterator[SuspicionReason]:
        parent, uid, pid = self._graph.parent, self._graph.column("uid"), self._graph.column("pid")
        changed = self._executed & (parent >= 0) & (uid >= 0) & (uid[parent] >= 0) & (uid != uid[parent])
        # Root starts others' commands all day; a program that changes itself, or becomes root, is another matter.
        changed &= (uid[parent] != 0) | (pid == pid[parent])
        for number in np.flatnonzero(changed).tolist():
            text = f"{self._text(number)} runs as uid {uid[number]}, its parent as {uid[parent[number]]}"
            yield SuspicionReason("setuid", text, number)

    def _find_connections(self) -> Iterator[SuspicionReason]:
        """Find processes that connect out at or below a shell of the same command."""
        table, numbers = self._graph.table, self._graph.numbers_of_events()
        out = np.array([_HERE.match(text) is None for text in table.sockets.texts["daddr"].values()], dtype=np.bool_)
        hooks = ~np.isin(table.kind, [int(kind) for kind in LIFECYCLE_KINDS])
        connects = hooks & (numbers >= 0) & out[table.sockets.column("daddr")[table.socket]]
        below_shell = self._below_shell()
        for index in np.flatnonzero(connects).tolist():
            number = int(numbers[index])
            if below_shell[number]:
                address = table.sockets.text("daddr", int(table.socket[index]))
                yield SuspicionReason("network", f"{self._text(number)} connects to {address} from a shell", number)

    def _below_shell(self) -> Mask:
        below: list[bool] = self._shell.tolist()
        parent, tops = self._graph.parent.tolist(), self.tops.tolist()
        for number in self._graph.order.tolist():
            if tops[number] != number and parent[number] != NO_PROCESS and below[parent[number]]:
                below[number] = True
        return np.array(below, dtype=np.bool_)

    def _text(self, number: int) -> str:
        return self._texts[int(self._binary[number])]
