"""One change as a screen runs it: planned and applied in threads, answered and stopped from the event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tetratui.core.apply.change import AppliedChange, Operator
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.operation import CONFIRM_SECONDS, Dialogue, Operation
from tetratui.core.apply.plan import ApplyPlan
from tetratui.core.apply.runner import Progress
from tetratui.core.errors import TetratuiError
from tetratui.core.export.difference import describe_difference
from tetratui.core.workspace.applying import ApplyRequest, make_plan, make_revert_plan


def _ignore(_: object) -> None:
    pass


@dataclass(slots=True)
class ApplyRun:
    """One change of a session. `make_plan` and `run` wait for programs: call them in a thread."""

    journal: ChangeJournal = field(default_factory=ChangeJournal)
    clock: Clock = field(default_factory=Clock)
    on_progress: Callable[[Progress], None] = _ignore
    """Is called from the thread that runs the change."""
    on_countdown: Callable[[float], None] = _ignore
    """Is called several times a second with the seconds left to confirm."""
    plan: ApplyPlan | None = None
    _answer: bool | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def make_plan(self, request: ApplyRequest, say: Callable[[str], None] = _ignore) -> ApplyPlan:
        """Return what applying a folder would do; the change that is run later is exactly this one."""
        self.plan = make_plan(request, self.journal, say, self.clock)
        return self.plan

    def make_revert_plan(self, change: AppliedChange, say: Callable[[str], None] = _ignore) -> ApplyPlan:
        """Return what taking a change back would do."""
        self.plan = make_revert_plan(change, self.journal, say, self.clock)
        return self.plan

    def run(self, reason: str, confirm: float | None = CONFIRM_SECONDS, reverts: str = "") -> AppliedChange:
        """Make the planned change, and return how it ended.

        Raises:
            RefusedError: the plan is refused.
            TargetError: something stands in its way, or another change is under way.
        """
        assert self.plan is not None, "plan it first"
        operation = Operation(
            self.journal, self.plan, Operator.of_this_process(), reason, confirm, reverts, clock=self.clock
        )
        with self.journal.lock():
            return operation.run(Dialogue(self.on_progress, self._ask, self._stopping.is_set))

    def answer(self, keep: bool) -> None:
        """Keep the change, or go back."""
        self._answer = keep

    def go_back(self) -> None:
        """Go back at once, whatever the change is doing."""
        self._stopping.set()

    def _ask(self, left: float) -> bool | None:
        self.on_countdown(left)
        return self._answer


def read_difference(change: AppliedChange) -> str:
    """Return what a change did to its files as a unified diff; it must pass `visible()` before a terminal."""
    texts = []
    for facts in change.parts:
        name = str(facts.get("path") or facts.get("name") or "")
        copies = Path(str(facts.get("backups", ""))) / Path(name).name
        former, new = (_read(copies.with_name(f"{copies.name}.{side}")) for side in ("before", "after"))
        texts.append(describe_difference(name, former, new))
    return "\n".join(filter(None, texts))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def find_unfinished(journal: ChangeJournal) -> list[AppliedChange]:
    """Return the changes that a former run left in the middle; none where the journal cannot be read."""
    try:
        return journal.unfinished()
    except TetratuiError:
        return []
