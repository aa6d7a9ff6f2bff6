"""Undo and redo as JSON: the first state whole, then what each step changed.

Marks, drafts, lines and lists are written once each, and named by their numbers.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Hashable
from dataclasses import replace
from itertools import pairwise
from typing import Any, Generic, TypeVar

from tetratui.core.events.kinds import KIND_OF_WORD
from tetratui.core.session.draft_json import draft_from_json, draft_to_json
from tetratui.core.session.workbench import BenchState
from tetratui.core.tuning.history import History
from tetratui.core.tuning.marks import Changes, Mark, Verdict

_KEPT = 50
"""Steps of undo and of redo that a restart keeps."""
Thing = TypeVar("Thing", bound=Hashable)


class _Numbered(Generic[Thing]):
    """Things written once each."""

    def __init__(self, write: Callable[[Thing], Any]) -> None:
        self.written: list[Any] = []
        self._write = write
        self._numbers: dict[Thing, int] = {}

    def number(self, thing: Thing) -> int:
        """Return the number of a thing."""
        number = self._numbers.setdefault(thing, len(self.written))
        if number == len(self.written):
            self.written.append(self._write(thing))
        return number


class _UndoWriter:
    """Writes states one after the other, each as what it changed of the one before."""

    def __init__(self) -> None:
        self.data: _Numbered[bytes] = _Numbered(lambda data: base64.b64encode(data).decode())
        """Lines of marks and imported lists; base64 keeps every byte."""
        self.marks: _Numbered[Mark] = _Numbered(self._mark)
        self.drafts = _Numbered(draft_to_json)

    def _mark(self, mark: Mark) -> tuple[Any, ...]:
        return mark.verdict.word, mark.kind.word, mark.exec_id, mark.time, self.data.number(mark.line)

    def step(self, before: BenchState, state: BenchState) -> dict[str, Any]:
        """Return what leads from one state to the next."""
        parts = state.changed_from(before)
        step: dict[str, Any] = {}
        if "marks" in parts:
            changes = state.marks.changes_since(before.marks)
            step["marked"] = [self.marks.number(mark) for mark in changes.values() if mark is not None]
            gone = (before.marks.get(key) for key, mark in changes.items() if mark is None)
            step["unmarked"] = [self.marks.number(mark) for mark in gone if mark is not None]
        if "drafts" in parts:
            step["drafts"] = [self.drafts.number(draft) for draft in state.drafts]
        if "denylist" in parts:
            step["denylist"] = None if state.denylist is None else self.data.number(state.denylist)
        return step


def history_to_json(history: History[BenchState]) -> dict[str, Any]:
    """Return the states behind undo and redo as JSON values."""
    past, state, future = history.steps()
    past = past[-_KEPT:]
    states = [BenchState(), *past, state, *future[:_KEPT]]
    writer = _UndoWriter()
    steps = [writer.step(before, after) for before, after in pairwise(states)]
    things = {name: getattr(writer, name).written for name in ("marks", "drafts", "data")}
    return {"steps": steps, "now": len(past), **things}


def history_from_json(value: dict[str, Any]) -> History[BenchState]:
    """Read what `history_to_json` wrote; raises LookupError, TypeError or ValueError for anything else."""
    data = [base64.b64decode(text, validate=True) for text in value["data"]]
    marks = [_mark(data, *written) for written in value["marks"]]
    drafts = [draft_from_json(draft) for draft in value["drafts"]]
    states = [BenchState()]
    for step in value["steps"]:
        parts: dict[str, Any] = {}
        if "marked" in step:
            changes: Changes = {marks[number].key: None for number in step["unmarked"]}
            changes |= {marks[number].key: marks[number] for number in step["marked"]}
            parts["marks"] = states[-1].marks.apply(changes)
        if "drafts" in step:
            parts["drafts"] = tuple(drafts[number] for number in step["drafts"])
        if "denylist" in step:
            parts["denylist"] = None if step["denylist"] is None else data[step["denylist"]]
        states.append(replace(states[-1], **parts))
    now = int(value["now"]) + 1
    return History(states[now], states[1:now], states[now + 1 :])


def _mark(data: list[bytes], verdict: str, kind: str, exec_id: str, time: int, line: int) -> Mark:
    return Mark(Verdict[verdict.upper()], KIND_OF_WORD[kind], str(exec_id), int(time), data[line])
