"""Make a change as it was shown: journal, keeper, steps, confirmation; or finish and undo one that was left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tetratui.core.apply.change import AppliedChange, ChangeState, Operator
from tetratui.core.apply.change_journal import BusyError, ChangeJournal
from tetratui.core.apply.change_part import ChangePart
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.keeper import start_keeper
from tetratui.core.apply.plan import ApplyPlan
from tetratui.core.apply.runner import ChangeRunner, Progress
from tetratui.core.errors import TargetError, TetratuiError, UsageError
from tetratui.core.export.atomic_write import replace_private
from tetratui.core.export.sidecar import default_path, read_file
from tetratui.core.export.sidecar import write as write_sidecar

CONFIRM_SECONDS = 120.0
"""How long an operator has to confirm, unless the configuration says otherwise."""
_FINISH_WAIT = 30.0
"""Seconds in which whoever works on a change must have taken up a confirmation."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """How a change talks with its operator; a screen and a terminal each bring their own."""

    report: Callable[[Progress], None] = lambda _progress: None
    ask: Callable[[float], bool | None] = lambda _seconds: None
    """Returns whether the operator keeps the change; None while there is no answer. Is called again and again."""
    should_stop: Callable[[], bool] = lambda: False


@dataclass(slots=True)
class Operation:
    """One change, from the plan to its end. The lock of the journal must be held."""

    journal: ChangeJournal
    plan: ApplyPlan
    operator: Operator
    reason: str
    confirm: float | None = CONFIRM_SECONDS
    """Seconds to confirm; None keeps the change at once, which needs a reason."""
    reverts: str = ""
    secret: str = field(default="", repr=False)
    """The manager's password, for the keeper."""
    clock: Clock = field(default_factory=Clock)
    start_keeper: Callable[[AppliedChange, ChangeJournal, str], str] = start_keeper

    def run(self, dialogue: Dialogue) -> AppliedChange:
        """Make the change, and return how it ended: confirmed, reverted, or stuck.

        Raises:
            RefusedError: the plan is refused.
            TargetError: something stands in its way; nothing was changed.
        """
        self.plan.check()
        change = self.plan.make_change(self.clock, self.operator, self.reason, self.reverts)
        self.journal.save(change)
        runner = ChangeRunner(self.journal, change, self.plan.parts, self.clock, dialogue.report, dialogue.should_stop)
        try:
            self.start_keeper(change, self.journal, self.secret)
        except TetratuiError as error:
            runner.undo(error.message)
            raise
        if runner.apply():
            if self.confirm is None:
                runner.keep(f"kept without a confirmation: {self.reason}")
            else:
                runner.wait_for_confirmation(dialogue.ask, self.confirm)
        if change.state is ChangeState.CONFIRMED and self.plan.reasons:
            self._keep_reasons(change)
        return change

    def _keep_reasons(self, change: AppliedChange) -> None:
        """Add the reasons of the folder to those of the host; what cannot be written is told and takes nothing back."""
        path = default_path(os.uname().nodename)
        try:
            replace_private(path, write_sidecar({**read_file(path), **self.plan.reasons}))
        except TetratuiError as error:
            change.outcome += f"; reasons and owners were not kept: {error}"


def undo_left_change(
    journal: ChangeJournal, change: AppliedChange, parts: list[ChangePart], clock: Clock, dialogue: Dialogue
) -> AppliedChange:
    """Take back a change that was neither finished nor undone. The lock of the journal must be held."""
    runner = ChangeRunner(journal, change, parts, clock, dialogue.report)
    runner.undo(change.outcome or "it was left in the middle; the operator takes it back")
    return change


def finish_left_change(
    journal: ChangeJournal, change_id: str, parts_of: Callable[[AppliedChange], list[ChangePart]]
) -> AppliedChange:
    """Keep a change that is applied and proved and waits for its confirmation, whoever waits.

    Raises:
        UsageError: it does not wait for a confirmation.
        TargetError: whoever works on it did not take the confirmation up.
    """
    change = journal.load(change_id)
    if change.state is not ChangeState.WAITING:
        raise UsageError(f"change {change_id} does not wait for a confirmation: it is {change.state}", "")
    try:
        with journal.lock():
            change = journal.load(change_id)
            if change.state is ChangeState.WAITING:
                ChangeRunner(journal, change, parts_of(change)).keep("confirmed after tetratui had ended")
            return change
    except BusyError:
        journal.confirm_from_elsewhere(change_id)
    end = time.monotonic() + _FINISH_WAIT
    while not change.state.is_finished and time.monotonic() < end:
        time.sleep(0.1)
        change = journal.load(change_id)
    if not change.state.is_finished:
        raise TargetError(f"change {change_id} is {change.state}: nobody took the confirmation up", "tetratui status")
    return change
