"""What a draft made from a query may learn: the events that the query means, without those that merely mention it.

A text in arguments is whatever the one who typed the command put there. So of the events that a query selects by such a
text only those teach whose process is the script of that name, or whose parent is; what looks like an attack is left
out as well, and no draft may hide what was left out (docs/drafts.md, "Drafts from a query").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.query.query import Query
from tetratui.core.query.syntax import Term
from tetratui.core.query.value_tests import build_text_test
from tetratui.core.table import EventTable
from tetratui.core.tuning.learning.script_arguments import command_of
from tetratui.core.tuning.learning.suspicious_commands import EVERY, NONE, Reason, suspicion, suspicion_of_child
from tetratui.core.tuning.safety.risky_binaries import interpreter
from tetratui.core.tuning.safety.techniques import technique_of

INCLUDE = (*(reason.word for reason in Reason), "all")
"""The words that name what shall be learned all the same."""
_EXAMPLES = 3
_COMMANDS = {"args": ("bin", "args"), "cmd": ("bin", "args"), "pargs": ("parent", "pargs")}
"""The fields of a query whose texts anybody can write, each with the columns of the command that it looks at."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Selected events that teach nothing, for the same reasons."""

    reasons: Reason
    events: int
    examples: tuple[str, ...]
    """A few of their command lines, the most frequent first."""

    technique: str = ""
    """The ATT&CK technique of the first of them that has one, where they are like an attack sample."""

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
    """The events of a query, told apart."""

    selected: Mask
    """Per held event: the query selects it."""
    taught: Mask
    """Those of them that a draft is made from."""
    protected: Mask
    """Events that no draft may hide: those left out, and others that look like an attack."""
    left_out: tuple[LeftOut, ...]
    """The most events first."""

    @property
    def remedy(self) -> str:
        """The options that would include everything left out; empty when nothing is."""
        words = {word for one in self.left_out for word in one.reasons.words}
        return " ".join(f"--include {word}" for word in INCLUDE if word in words)

    def part(self, indexes: NDArray[np.int64]) -> Lesson:
        """Give what it says of some of the events; the counts stay those of all."""
        masks = {name: getattr(self, name)[indexes] for name in ("selected", "taught", "protected")}
        return replace(self, **masks)


def lesson(table: EventTable, columns: Columns, query: Query, include: Iterable[str] = ()) -> Lesson:
    """Tell the events that a query selects apart; `include` names reasons (`INCLUDE`) that shall not count.

    Raises:
        QueryTimeout: for an expression that takes too long.
    """
    selected = query.mask(table)
    meant = query.mask(table, narrow=lambda term, mask: _in_position(columns, term, mask))
    reasons = suspicions(table, columns)
    # A query cannot mean all that any shell started: only what it selects is protected for that.
    reasons[~selected] &= int(EVERY & ~Reason.SHELL_CODE)
    reasons[selected & ~meant] |= int(Reason.MENTION)
    reasons &= int(EVERY & ~_reasons(include))
    left: Mask = reasons != 0
    return Lesson(selected, selected & ~left, left, _counted(columns, reasons, selected & left))


def _reasons(words: Iterable[str]) -> Reason:
    known = {reason.word: reason for reason in Reason} | {"all": EVERY}
    found = NONE
    for word in words:
        found |= known[word]
    return found


def _in_position(columns: Columns, term: Term, mask: Mask) -> Mask:
    """Say which of these events a term over a command line selects by the script that the command runs."""
    if term.field not in _COMMANDS or term.operator == "=" or any(value.present for value in term.values):
        return mask
    test = _test(term)
    binary, arguments = _COMMANDS[term.field]

    def names(binary: str, arguments: str) -> bool:
        whole = term.field == "cmd" or not interpreter(binary)
        paths = (command_of(binary, arguments).script, binary if whole else "")
        return any(test(path) for path in paths if path)

    return _over_pairs(columns, binary, arguments, mask, names)


def _test(term: Term) -> Callable[[str], bool]:
    """Say whether a path is one that the term names."""
    if term.operator == ":":
        wanted = [value.text.casefold() for value in term.values]
        return lambda path: any(names_path(text, path.casefold()) for text in wanted)
    asked = build_text_test(replace(term, field="args"))
    return lambda path: bool(asked.matches([path])[0])


def names_path(text: str, path: str) -> bool:
    """Say whether a text names this path: whole, or from the beginning of one of its names on."""
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


def _over_pairs(columns: Columns, first: str, second: str, mask: Mask, test: Callable[[str, str], bool]) -> Mask:
    """Ask a test once per distinct pair of texts among the events of a mask."""
    found: Mask = np.zeros(len(columns), dtype=np.bool_)
    where = np.flatnonzero(mask)
    one, two = columns.text[first], columns.text[second]
    pairs, places = np.unique((one.codes[where] << 32) | two.codes[where], return_inverse=True)
    answers = [test(one.texts[pair >> 32], two.texts[pair & 0xFFFFFFFF]) for pair in pairs.tolist()]
    found[where] = np.array(answers, dtype=np.bool_)[places.reshape(-1)]
    return found


def suspicions(table: EventTable, columns: Columns) -> NDArray[np.uint8]:
    """Give the reasons against each held event by itself (`suspects.Reason`), asked once per distinct command."""
    processes = table.processes
    names = ("binary", "arguments", "cwd")
    codes = np.stack([np.asarray(getattr(processes, name), dtype=np.int64) for name in names])
    distinct, command = np.unique(codes, axis=1, return_inverse=True)
    texts = [processes.texts[name].values() for name in names]
    commands = [[text[code] or "" for text, code in zip(texts, column, strict=True)] for column in distinct.T.tolist()]
    script = np.array([bool(command_of(binary, arguments).script) for binary, arguments, _ in commands])
    own = [
        np.array([suspicion(one[0], one[1], one[2], under) for one in commands], dtype=np.uint8)
        for under in (False, True)
    ]
    above = np.array([suspicion_of_child(*one) for one in commands], dtype=np.uint8)
    command = command.reshape(-1)
    process, parent = command[columns.process], command[np.asarray(table.parent, dtype=np.int64)]
    found = np.where(script[parent], own[1][process], own[0][process]) | above[parent]
    return np.where(columns.has_process, found, 0).astype(np.uint8)


def _counted(columns: Columns, reasons: NDArray[np.uint8], mask: Mask) -> tuple[LeftOut, ...]:
    events: Counter[int] = Counter()
    lines: dict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
    binary, arguments = columns.text["bin"], columns.text["args"]
    where = np.flatnonzero(mask)
    keys = np.stack([reasons[where].astype(np.int64), binary.codes[where], arguments.codes[where]])
    distinct, counts = np.unique(keys, axis=1, return_counts=True)
    for (reason, name, text), count in zip(distinct.T.tolist(), counts.tolist(), strict=True):
        events[reason] += count
        lines[reason][name, text] += count
    found = []
    for reason, count in events.most_common():
        commands = [(binary.texts[name], arguments.texts[text]) for (name, text), _ in lines[reason].most_common()]
        like = (technique_of(*command) for command in commands) if reason & Reason.ATTACK_SAMPLE else ()
        examples = tuple(" ".join(command).rstrip(" ") for command in commands[:_EXAMPLES])
        found.append(LeftOut(Reason(reason), count, examples, next(filter(None, like), "")))
    return tuple(found)
