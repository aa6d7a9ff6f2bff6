"""The events that a draft made from a query may learn from: those the query means, without those that only mention it.

Arguments hold whatever the person who typed the command put there. So of the events that a query selects by a text in
arguments, a draft learns only from those whose process, or whose parent, is the script of that name. It does not learn
from what looks like an attack. No draft may hide the events left out (docs/drafts.md, "Drafts from a query").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.programs import is_interpreter
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.interner import number_combinations
from tetratui.core.query.query import Query
from tetratui.core.query.syntax import All, Node, Term
from tetratui.core.query.value_tests import build_text_test
from tetratui.core.table import EventTable
from tetratui.core.tuning.learning.script_arguments import command_of
from tetratui.core.tuning.learning.suspicious_commands import EVERY, NONE, Suspicion, suspect_children, suspect_command
from tetratui.core.tuning.safety.techniques import technique_of

INCLUDE = (*(reason.word for reason in Suspicion), "all")
"""The words by which `--include` names events that are learned from all the same."""
_EXAMPLES = 3
"""Command lines that are shown for each group left out."""
_COMMANDS = {"args": ("bin", "args"), "cmd": ("bin", "args"), "pargs": ("parent", "pargs")}
"""The query fields whose texts anybody can write, each with the columns of the command that it is about."""

_OFTEN = 3
"""Starts of a command in the pods of a workload that make the code it is given the workload's own."""
_OF_PODS = frozenset({"ns", "workload", "pod", "container", "labels"})
"""The query fields that Kubernetes fills, and nobody who types a command."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Selected events that are not learned from, all for the same reasons."""

    reasons: Suspicion
    events: int
    examples: tuple[str, ...]
    """A few of their command lines, the most frequent first."""
    technique: str = ""
    """Where they resemble an attack sample, the ATT&CK technique of the most frequent one that has one."""

    @property
    def words(self) -> str:
        """The reasons as `--include` takes them: `shell-code, mention`."""
        return ", ".join(self.reasons.words)

    @property
    def why(self) -> str:
        """The reasons in a sentence."""
        return f"{self.technique} {self.reasons.sentence}".lstrip()


@dataclass(frozen=True, slots=True)
class Lesson:
    """The events of a query: those to learn from, and those left out."""

    selected: Mask
    """Held events that the query selects."""
    taught: Mask
    """Selected events that a draft is made from."""
    protected: Mask
    """Events that no draft may hide: those left out, and others that look like an attack."""
    left_out: tuple[LeftOut, ...]
    """Groups of selected events that are not learned from, the largest first."""

    @property
    def remedy(self) -> str:
        """The options that would include everything left out; empty when nothing is."""
        words = {word for group in self.left_out for word in group.reasons.words}
        return " ".join(f"--include {word}" for word in INCLUDE if word in words)

    def part(self, indexes: NDArray[np.int64]) -> Lesson:
        """Return the lesson for some of the events; `left_out` stays that of all."""
        masks = {name: getattr(self, name)[indexes] for name in ("selected", "taught", "protected")}
        return replace(self, **masks)


def learn_from_query(table: EventTable, columns: Columns, query: Query, include: Iterable[str] = ()) -> Lesson:
    """Choose the events of a query to learn from; `include` names reasons (`INCLUDE`) that do not count.

    Raises:
        QueryTimeout: for an expression that takes too long.
    """
    selected = query.mask(table)
    meant = query.mask(table, narrow=lambda term, mask: _in_position(columns, term, mask))
    reasons = suspect_events(columns)
    # A query cannot mean all that any shell started: code given to a shell is protected only where it is selected.
    reasons[~selected] &= int(EVERY & ~Suspicion.SHELL_CODE)
    own = _own_code(columns, selected if _names_pods(query.node) else selected & _repeated_in_pods(columns))
    reasons[own] &= int(EVERY & ~Suspicion.SHELL_CODE)
    reasons[selected & ~meant] |= int(Suspicion.MENTION)
    reasons &= int(EVERY & ~_reasons_of(include))
    protected: Mask = reasons != 0
    groups = _group_by_reasons(columns, reasons, selected & protected)
    return Lesson(selected, selected & ~protected, protected, groups)


def _names_pods(node: Node | None) -> bool:
    """Return whether a query asks for pods by their exact namespace, workload, name, container or label."""
    if isinstance(node, Term):
        return node.operator == "=" and node.field in _OF_PODS and not any(value.present for value in node.values)
    return isinstance(node, All) and any(map(_names_pods, node.nodes))


def _own_code(columns: Columns, selected: Mask) -> Mask:
    """Return the selected events of pods whose code for a shell, if any, is in the arguments.

    Whoever asks for the events of a pod, or for what a workload does again and again, means the code that it runs, as
    probes and cron jobs do. A draft compares the code with all of its text. A shell that reads its code from its input
    may run anything.
    """
    in_pods = selected & (columns.text["ns"].codes > 0)
    return in_pods & ~_mask_by_command(columns, ("bin", "args"), in_pods, lambda *words: command_of(*words).stdin)


def _repeated_in_pods(columns: Columns) -> Mask:
    """Return the events of commands that a workload has started again and again under the same parent command."""
    in_pods = columns.text["ns"].codes > 0
    if not in_pods.any():
        return in_pods
    names = ("ns", "workload_kind", "workload", "bin", "args", "parent", "pargs")
    inverse, _ = number_combinations([columns.text[name].codes[in_pods] for name in names])
    starts = np.bincount(inverse, weights=columns.kind[in_pods] == Kind.EXEC)
    repeated: Mask = np.zeros(len(columns), dtype=np.bool_)
    repeated[in_pods] = starts[inverse] >= _OFTEN
    return repeated


def _reasons_of(words: Iterable[str]) -> Suspicion:
    by_word = {reason.word: reason for reason in Suspicion} | {"all": EVERY}
    reasons = NONE
    for word in words:
        reasons |= by_word[word]
    return reasons


def _in_position(columns: Columns, term: Term, mask: Mask) -> Mask:
    """Return which of these events a term about a command line selects by the script that the command runs."""
    if term.field not in _COMMANDS or term.operator == "=" or any(value.present for value in term.values):
        return mask
    test = _path_test(term)

    def runs_named_script(binary: str, arguments: str) -> bool:
        # An interpreter itself counts only where the query is about the whole command, `cmd`.
        binary_counts = term.field == "cmd" or not is_interpreter(binary)
        paths = (command_of(binary, arguments).script, binary if binary_counts else "")
        return any(test(path) for path in paths if path)

    return _mask_by_command(columns, _COMMANDS[term.field], mask, runs_named_script)


def _path_test(term: Term) -> Callable[[str], bool]:
    """Return a test whether a path is one that the term names."""
    if term.operator == ":":
        wanted = [value.text.casefold() for value in term.values]
        return lambda path: any(names_path(text, path.casefold()) for text in wanted)
    test = build_text_test(replace(term, field="args"))
    return lambda path: bool(test.matches([path])[0])


def names_path(text: str, path: str) -> bool:
    """Return whether a text names this path: whole, or from the beginning of one of its components on."""
    if not text or (text.count("/") > 1 and text.startswith("/") and not path.startswith(text)):
        return False
    start = path.find(text)
    while start >= 0:
        stop = start + len(text)
        begins = start == 0 or text[0] == "/" or path[start - 1] == "/"
        whole = stop == len(path) or text[-1] == "/" or path[stop] == "/"
        if begins and (whole or "." not in text.rsplit("/", 1)[-1]):
            return True
        start = path.find(text, start + 1)
    return False


def _mask_by_command(columns: Columns, command: tuple[str, str], mask: Mask, test: Callable[[str, str], bool]) -> Mask:
    """Return the events of a mask that pass a test of their command, run once for each distinct command."""
    passing: Mask = np.zeros(len(columns), dtype=np.bool_)
    indexes = np.flatnonzero(mask)
    binary, arguments = (columns.text[name] for name in command)
    pairs, inverse = np.unique((binary.codes[indexes] << 32) | arguments.codes[indexes], return_inverse=True)
    answers = [test(binary.texts[pair >> 32], arguments.texts[pair & 0xFFFFFFFF]) for pair in pairs.tolist()]
    passing[indexes] = np.array(answers, dtype=np.bool_)[inverse.reshape(-1)]
    return passing


def suspect_events(columns: Columns) -> NDArray[np.uint8]:
    """Return for each held event the reasons (`Suspicion`) why it looks like an attack, whoever selected it."""
    processes = columns.processes
    names = ("binary", "arguments", "cwd")
    codes = np.stack([np.asarray(getattr(processes, name), dtype=np.int64) for name in names])
    # Thousands of processes share a command and a folder: each distinct one is judged once.
    distinct, inverse = np.unique(codes, axis=1, return_inverse=True)
    binaries, arguments, folders = (processes.texts[name].values() for name in names)
    commands = [
        (binaries[binary] or "", arguments[text] or "", folders[folder] or "")
        for binary, text, folder in distinct.T.tolist()
    ]
    is_script = np.array([bool(command_of(binary, text).script) for binary, text, _ in commands])
    own, under_script = (
        np.array([suspect_command(*command, under) for command in commands], dtype=np.uint8) for under in (False, True)
    )
    as_parent = np.array([suspect_children(*command) for command in commands], dtype=np.uint8)
    inverse = inverse.reshape(-1)
    process, parent = inverse[columns.process], inverse[columns.parent]
    reasons = np.where(is_script[parent], under_script[process], own[process]) | as_parent[parent]
    return np.where(columns.has_process, reasons, 0).astype(np.uint8)


def _group_by_reasons(columns: Columns, reasons: NDArray[np.uint8], mask: Mask) -> tuple[LeftOut, ...]:
    events: Counter[int] = Counter()
    codes_by_reason: dict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
    binary, arguments = columns.text["bin"], columns.text["args"]
    indexes = np.flatnonzero(mask)
    keys = np.stack([reasons[indexes].astype(np.int64), binary.codes[indexes], arguments.codes[indexes]])
    distinct, counts = np.unique(keys, axis=1, return_counts=True)
    for (reason, name, text), count in zip(distinct.T.tolist(), counts.tolist(), strict=True):
        events[reason] += count
        codes_by_reason[reason][name, text] += count
    groups = []
    for reason, count in events.most_common():
        frequent = codes_by_reason[reason].most_common()
        commands = [(binary.texts[name], arguments.texts[text]) for (name, text), _ in frequent]
        techniques = (technique_of(*command) for command in commands) if reason & Suspicion.ATTACK_SAMPLE else ()
        examples = tuple(" ".join(command).rstrip(" ") for command in commands[:_EXAMPLES])
        groups.append(LeftOut(Suspicion(reason), count, examples, next(filter(None, techniques), "")))
    return tuple(groups)
