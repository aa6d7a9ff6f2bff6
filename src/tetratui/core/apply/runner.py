"""Run the steps of a change one after another; whatever ends them too early takes back what was done, in reverse.

Every step is in the journal, on the disk, before it begins. So whoever finds the journal after this process was killed
(the keeper, or the next start) knows what may have been changed, and takes it back by the same steps.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tetratui.core.apply.change import AppliedChange, ChangeState, StepRecord, read_boot_id
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.change_part import ChangePart, ChangeStep
from tetratui.core.apply.clock import Clock
from tetratui.core.errors import TetratuiError

GRACE = 30.0
"""Seconds beyond a time limit after which a process that works on a change counts as hung."""
CONFIRM_TICK = 0.25
_CHECK_EVERY = 2.0
"""Seconds between two looks at the agent while the operator thinks."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run does at this moment, for a screen or a terminal."""

    step: str
    part: str
    number: int
    """From 1."""
    count: int
    state: str
    """`running`, `done` or `failed`."""
    message: str
    undoing: bool
    seconds: float = 0.0


class StopRequestedError(Exception):
    """The operator wants to go back, or the terminal is gone."""


class TerminalLostError(Exception):
    """What is told cannot be shown any more."""


_INTERRUPTIONS = (KeyboardInterrupt, StopRequestedError, TerminalLostError)


def _ignore(progress: Progress) -> None:
    pass


@dataclass(slots=True)
class ChangeRunner:
    """Applies one change, confirms it or takes it back."""

    journal: ChangeJournal
    change: AppliedChange
    parts: Sequence[ChangePart]
    clock: Clock = field(default_factory=Clock)
    report: Callable[[Progress], None] = _ignore
    """Is called from the thread that runs this; an error in it counts as a lost terminal."""
    should_stop: Callable[[], bool] = lambda: False
    """Is asked again and again whether to go back; a signal sets what it returns. Going back itself is not stopped."""

    def apply(self) -> bool:
        """Run all steps, and return whether the new state is in force and proved; else the former one was put back."""
        try:
            self._own(ChangeState.APPLYING)
            for part in self.parts:
                steps = part.steps()
                records = [record for record in self.change.steps if record.part == part.kind]
                for step, record in zip(steps, records, strict=True):
                    if self.should_stop():
                        raise StopRequestedError
                    self._run(step, record)
            self.change.in_force = True
            self._save()
        except TetratuiError as error:
            self.undo(str(error))
        except BaseException as error:
            # A request to end, a lost terminal, a fault of ours: the former state comes back first.
            self.undo(describe_interruption(error))
            if not isinstance(error, _INTERRUPTIONS):
                raise
        return self.change.in_force

    def wait_for_confirmation(self, ask: Callable[[float], bool | None], seconds: float) -> bool:
        """Wait until the operator keeps the change or goes back, and return whether it is kept.

        `ask` is called again and again with the seconds left; True keeps, False goes back, None is no answer yet.
        """
        self.change.confirm_seconds = seconds
        self.change.deadline = self.clock.uptime() + seconds
        try:
            self._own(ChangeState.WAITING)
            reason = self._wait(ask)
        except TetratuiError as error:
            reason = f"while it waited for the confirmation: {error}"
        except BaseException as error:
            self.undo(describe_interruption(error))
            if not isinstance(error, _INTERRUPTIONS):
                raise
            return False
        if reason:
            self.undo(reason)
            return False
        self.keep("confirmed by the operator")
        return True

    def keep(self, how: str) -> None:
        """End the change with the new state in force."""
        self._end(ChangeState.CONFIRMED, f"in force since it was applied; {how}")

    def undo(self, reason: str) -> bool:
        """Put the former state back, in reverse, and return whether it is proved to be in force again."""
        self.change.in_force = False
        self.change.outcome = reason
        self._own_quietly(ChangeState.UNDOING)
        failures = [failure for part in reversed(self.parts) if (failure := self._undo_part(part))]
        if failures:
            self._end(ChangeState.STUCK, f"{reason}; going back failed: {'; '.join(failures)}")
        elif any(step.is_touched for step in self.change.undo):
            self._end(ChangeState.REVERTED, f"{reason}; the former state is back, and proved")
        else:
            self._end(ChangeState.REVERTED, f"{reason}; nothing had been changed")
        return not failures

    def _undo_part(self, part: ChangePart) -> str:
        touched = self.change.touched(part.kind)
        if not touched:
            return ""
        try:
            steps = part.undo_steps(touched)
        except TetratuiError as error:
            return str(error)
        records = [StepRecord(step.name, part.kind, step.title) for step in steps]
        first = len(self.change.undo)
        self.change.undo += records
        for number, (step, record) in enumerate(zip(steps, records, strict=True)):
            try:
                self._run(step, record, undoing=True, number=first + number + 1)
            except TetratuiError as error:
                return str(error)
        return ""

    def _run(self, step: ChangeStep, record: StepRecord, *, undoing: bool = False, number: int | None = None) -> None:
        all_records = self.change.undo if undoing else self.change.steps
        place = number or self.change.steps.index(record) + 1

        def tell(state: str, message: str) -> None:
            took = self.clock.now() - (record.began or self.clock.now())
            self._tell(Progress(step.name, record.part, place, len(all_records), state, message, undoing, took))

        def tell_phase(message: str) -> None:
            tell("running", message)
            if not undoing and self.should_stop():
                raise StopRequestedError

        record.state, record.began = "running", self.clock.now()
        self.change.deadline = self.clock.uptime() + step.wait + GRACE
        if undoing:
            self._save_quietly()
        else:
            self._save()
        tell("running", step.title)
        began = self.clock.uptime()
        try:
            record.message = step.run(tell_phase)
            record.state = "done"
        except BaseException as error:
            record.state = "failed"
            record.message = str(error) if isinstance(error, TetratuiError) else describe_interruption(error)
            raise
        finally:
            record.seconds = round(self.clock.uptime() - began, 3)
            if record.state != "done":
                with suppress(Exception):
                    tell(record.state, record.message)
        self._save_quietly()
        tell("done", record.message)

    def _wait(self, ask: Callable[[float], bool | None]) -> str:
        """Wait for an answer, and return why the change is taken back; empty if it is kept."""
        deadline = self.change.deadline or 0.0
        checked = self.clock.uptime()
        while (left := deadline - self.clock.uptime()) > 0:
            if self.should_stop():
                return "the operator went back"
            answer = ask(left)
            if answer is not None:
                return "" if answer else "the operator went back"
            if self.journal.is_confirmed_elsewhere(self.change.id):
                return ""
            if self.clock.uptime() - checked > _CHECK_EVERY:
                checked = self.clock.uptime()
                for part in self.parts:
                    part.check()
            self.clock.sleep(min(CONFIRM_TICK, left))
        return f"nobody confirmed within {self.change.confirm_seconds:.0f} s"

    def _own(self, state: ChangeState) -> None:
        self.change.state, self.change.runner, self.change.boot = state, os.getpid(), read_boot_id()
        self._save()

    def _own_quietly(self, state: ChangeState) -> None:
        self.change.state, self.change.runner, self.change.boot = state, os.getpid(), read_boot_id()
        self._save_quietly()

    def _end(self, state: ChangeState, outcome: str) -> None:
        self.change.state, self.change.outcome = state, outcome
        self.change.ended, self.change.deadline, self.change.runner = self.clock.now(), None, 0
        for part in self.parts if state.is_finished else ():
            part.finish()
        self.journal.forget_confirmation(self.change.id)
        self._save_quietly()

    def _save(self) -> None:
        self.journal.save(self.change)

    def _save_quietly(self) -> None:
        """Save where the work goes on whether or not the disk takes it: going back is worth more than its record."""
        with suppress(TetratuiError):
            self._save()

    def _tell(self, progress: Progress) -> None:
        if progress.undoing:
            with suppress(Exception):
                self.report(progress)
            return
        try:
            self.report(progress)
        except (OSError, ValueError) as error:
            raise TerminalLostError from error


def describe_interruption(error: BaseException) -> str:
    """Return what ended a run, in words."""
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted"
    if isinstance(error, StopRequestedError):
        return "the operator went back"
    if isinstance(error, TerminalLostError):
        return "the terminal is gone"
    return f"a fault of tetratui itself ({type(error).__name__}: {error})"
