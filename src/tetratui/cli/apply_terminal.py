"""Show a plan, its progress and the countdown on a terminal, and read the operator's answers."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tetratui.cli.output import put, say
from tetratui.core.amounts import format_count

if TYPE_CHECKING:
    from tetratui.core.apply.change import AppliedChange
    from tetratui.core.apply.plan import ApplyPlan
    from tetratui.core.apply.runner import Progress

_FILTER_WIDTH = 110
_SAY_EVERY = 10.0
"""Seconds between two lines of a countdown that nobody sees as one line."""


class StopSignals:
    """Notes requests to end (ctrl+c, SIGTERM, SIGHUP) instead of ending: the former state must come back first."""

    def __init__(self) -> None:
        self.is_requested = False

    @contextmanager
    def handle(self) -> Iterator[StopSignals]:
        """Note requests in this context; a signal that is ignored (nohup) stays ignored."""
        kinds = [kind for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if _is_not_ignored(kind)]
        former = {kind: signal.signal(kind, self._note) for kind in kinds}
        try:
            yield self
        finally:
            for kind, handler in former.items():
                signal.signal(kind, handler)

    def __call__(self) -> bool:
        """Return whether a request came."""
        return self.is_requested

    def _note(self, *_: object) -> None:
        self.is_requested = True


def _is_not_ignored(kind: signal.Signals) -> bool:
    return signal.getsignal(kind) is not signal.SIG_IGN


class TerminalDialogue:
    """Tells what happens on stderr, and reads `y` and `n` from stdin if that is a terminal."""

    def __init__(self, confirm: float | None, change_id: str) -> None:
        self._confirm, self._id = confirm, change_id
        self._told = ""
        self._said_left: float | None = None
        self.is_terminal = sys.stdin.isatty()

    def report(self, progress: Progress) -> None:
        """Tell a step once for each of its states and phases."""
        phase = progress.message.rpartition(", ")[0] or progress.message
        text = f"{progress.step}{progress.state}{phase}"
        if text == self._told:
            return
        self._told = text
        sign = {"running": "…", "done": "✓", "failed": "✗"}[progress.state]
        what = "back " if progress.undoing else ""
        say(f"{sign} {what}{progress.number}/{progress.count} {progress.step}: {progress.message}")

    def ask(self, left: float) -> bool | None:
        """Return the operator's answer if there is one."""
        if self._said_left is None or self._said_left - left >= _SAY_EVERY:
            first = self._said_left is None
            self._said_left = left
            say(self._make_question(left) if first else f"{left:.0f} s left to confirm")
        if not self.is_terminal or not select.select([sys.stdin], [], [], 0)[0]:
            return None
        answer = os.read(sys.stdin.fileno(), 1024).decode("utf-8", "replace").strip().lower()
        return {"y": True, "yes": True, "n": False, "no": False}.get(answer)

    def _make_question(self, left: float) -> str:
        elsewhere = f"tetratui apply --finish {self._id} keeps it from another terminal"
        if self.is_terminal:
            question = "It is in force. Keep it? y keeps it, n goes back"
            return f"{question}; without an answer it goes back in {left:.0f} s. {elsewhere}"
        return f"It is in force, and goes back in {left:.0f} s unless it is confirmed: {elsewhere}"


def ask_yes(question: str) -> bool:
    """Ask a question on the terminal; anything but yes is no."""
    say(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def print_plan(plan: ApplyPlan) -> None:
    """Print everything that a plan would do."""
    put(f"{plan.host}: change {plan.id} from {plan.source}, plan {plan.digest}")
    for sentence in plan.in_force_already:
        put(f"  {sentence}")
    for file in plan.files:
        put(f"\n{file.diff}" if file.diff else f"  {file.path}: no line changes")
    for entry in plan.added:
        put(f"  + {_shorten(entry.filter)}{f'  ({entry.reason})' if entry.reason else ''}")
    for text in plan.removed:
        put(f"  - {_shorten(text)}")
    for number, (part, step) in enumerate(plan.steps(), start=1):
        put(f"  {number}. {part}: {step.name}: {step.title}")
        put(f"     proved by {step.proof}; undone: {step.undo}")
    for note in plan.notes:
        put(f"  note: {note}")
    for hindrance in plan.hindrances:
        put(f"  IN THE WAY {hindrance.code}: {hindrance.message}")
        if hindrance.remedy:
            put(f"             → {hindrance.remedy}")


def plan_json(plan: ApplyPlan) -> dict[str, Any]:
    """Return a plan as `--dry-run --json` has it."""
    return {
        "host": plan.host,
        "plan": plan.digest,
        "tetragon": plan.version or None,
        "steps": [
            {"step": step.name, "part": part, "changes": step.title, "proof": step.proof, "undo": step.undo}
            for part, step in plan.steps()
        ],
        "files": [
            {"path": str(file.path), "before": file.before or None, "after": file.after or None, "diff": file.diff}
            for file in plan.files
        ],
        "added": [entry.filter for entry in plan.added],
        "removed": plan.removed,
        "hindrances": [
            {"code": hindrance.code, "message": hindrance.message, "remedy": hindrance.remedy}
            for hindrance in plan.hindrances
        ],
        "notes": plan.notes,
    }


def change_json(change: AppliedChange) -> dict[str, Any]:
    """Return how a change ended, as `--json` has it."""
    steps = [*change.steps, *change.undo]
    return {
        "host": change.host,
        "steps": [
            {
                "step": step.step,
                "part": step.part,
                "ok": step.state == "done",
                "seconds": step.seconds,
                "message": step.message,
            }
            for step in steps
            if step.is_touched
        ],
        "in_force": change.in_force,
        "confirmed": str(change.state) == "confirmed",
        "reverted": str(change.state) == "reverted",
        "state": str(change.state),
        "outcome": change.outcome,
        "journal": change.id,
    }


def print_change(change: AppliedChange) -> None:
    """Print how a change ended."""
    put(f"change {change.id} on {change.host}: {change.state}: {change.outcome}")


def _shorten(text: str) -> str:
    return text if len(text) <= _FILTER_WIDTH else f"{text[: _FILTER_WIDTH - 1]}…"


def describe_unfinished(count: int) -> str:
    """Return what to do about changes that were left in the middle."""
    return (
        f"{format_count(count, 'change')} of the journal were neither finished nor taken back: "
        "tetratui status shows them; tetratui revert ID takes one back, tetratui apply --finish ID keeps one that waits"
    )
