"""The keeper: a process of its own that takes an unconfirmed change back when whoever applied it is gone.

It outlives a killed tetratui and a lost SSH session. It waits for the lock of the journal, which the kernel releases
when the other process ends, however it ends. A change that is finished by then needs nothing. Else the keeper gives the
operator the rest of the time to confirm from another terminal, and then puts the former state back.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tetratui.core.apply.change import AppliedChange, ChangeState, read_boot_id
from tetratui.core.apply.change_journal import BusyError, ChangeJournal
from tetratui.core.apply.change_part import ChangePart
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.rebuild import rebuild_parts
from tetratui.core.apply.runner import CONFIRM_TICK, GRACE, ChangeRunner
from tetratui.core.errors import TargetError, TetratuiError

PartMaker = Callable[[AppliedChange], Sequence[ChangePart]]
"""Makes the parts of a change from its facts."""
_SECRET_FOLLOWS = "--secret-on-stdin"  # noqa: S105 - an option
_POLL = 0.2
_START_WAIT = 60.0
"""Seconds in which a keeper must have started; on a slow machine an interpreter takes ten of them."""
_LOOK_EVERY = 2.0
"""Seconds between two looks at the time limit of the process that holds the lock."""
_SYSTEMD = Path("/run/systemd/system")
"""There is such a folder where systemd runs (sd_booted(3))."""
_PASSED_ON = ("PATH", "HOME", "PYTHONPATH", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TETRATUI_SHARED_STATE", "LC_ALL")
"""Variables that a keeper needs; none of them holds a secret."""


def start_keeper(change: AppliedChange, journal: ChangeJournal, secret: str = "", *, systemd: Path = _SYSTEMD) -> str:
    """Start the keeper of a change, and return how it runs.

    A secret reaches it through a pipe, so it stands on no command line and in no unit.

    Raises:
        TargetError: no keeper could be started.
    """
    command = [sys.executable, "-m", "tetratui.core.apply.keeper", str(journal.folder), change.id]
    if not secret and systemd.is_dir() and _start_unit(change.id, command) and _wait_for_keeper(journal, change.id):
        return f"systemd unit tetratui-keeper-{change.id}"
    name = _start_child(command, secret)
    if not _wait_for_keeper(journal, change.id):
        raise TargetError("the keeper did not start", "nothing was changed; does python start at all?")
    return name


def _wait_for_keeper(journal: ChangeJournal, change_id: str) -> bool:
    """Return whether the keeper is there: nothing may be changed before."""
    end = time.monotonic() + _START_WAIT
    while time.monotonic() < end:
        if journal.has_keeper(change_id):
            return True
        time.sleep(_POLL / 4)
    return False


def _start_child(command: Sequence[str], secret: str) -> str:
    try:
        # The words are our own; the id was made by us.
        process = subprocess.Popen(  # noqa: S603
            [*command, _SECRET_FOLLOWS],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        if process.stdin is not None:
            # One that has ended already is told of by its absence.
            with suppress(BrokenPipeError), process.stdin:
                process.stdin.write(secret.encode() + b"\n")
    except OSError as error:
        raise TargetError(f"no keeper could be started: {error.strerror or error}", "nothing was changed") from error
    return f"process {process.pid}"


def _start_unit(change_id: str, command: Sequence[str]) -> bool:
    """Start the keeper as a transient unit, outside the operator's session; it comes back if it is killed itself."""
    settings = [f"--setenv={name}={os.environ[name]}" for name in _PASSED_ON if name in os.environ]
    words = ["systemd-run", "--quiet", "--collect", f"--unit=tetratui-keeper-{change_id}", "--on-active=1s"]
    properties = ["--timer-property=AccuracySec=100ms", "--property=Restart=on-failure", "--property=RestartSec=1"]
    with suppress(OSError, subprocess.TimeoutExpired):
        # The words are our own; the values of variables are passed as they are, without a shell.
        done = subprocess.run(  # noqa: S603
            [*words, *properties, *settings, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
        return done.returncode == 0
    return False


def keep(journal: ChangeJournal, change_id: str, clock: Clock, make_parts: PartMaker) -> AppliedChange:
    """Wait until nobody works on the change any more, and take it back unless it is finished or confirmed."""
    looked = clock.uptime()
    while True:
        try:
            with journal.lock():
                return _finish(journal, journal.load(change_id), clock, make_parts)
        except BusyError:
            if clock.uptime() - looked > _LOOK_EVERY:
                looked = clock.uptime()
                _end_hung_runner(journal.load(change_id), clock)
            clock.sleep(_POLL)


def _finish(journal: ChangeJournal, change: AppliedChange, clock: Clock, make_parts: PartMaker) -> AppliedChange:
    if change.state.is_finished:
        return change
    runner = ChangeRunner(journal, change, make_parts(change), clock)
    if change.state is ChangeState.WAITING and _is_confirmed_in_time(journal, change, clock):
        runner.keep("confirmed from another terminal")
        return change
    runner.undo(_describe_end(change))
    return change


def _is_confirmed_in_time(journal: ChangeJournal, change: AppliedChange, clock: Clock) -> bool:
    """Wait for what is left of the time to confirm."""
    while True:
        if journal.is_confirmed_elsewhere(change.id):
            return True
        if change.deadline is None or change.boot != read_boot_id() or clock.uptime() >= change.deadline:
            return False
        clock.sleep(CONFIRM_TICK)


def _describe_end(change: AppliedChange) -> str:
    if change.state is ChangeState.WAITING:
        return "tetratui ended while it waited, and nobody confirmed"
    if change.state is ChangeState.APPLYING:
        return "tetratui ended in the middle"
    return change.outcome or "tetratui ended while it went back"


def _end_hung_runner(change: AppliedChange, clock: Clock) -> None:
    """Kill the process that works on a change if it has hung: it is stopped, or waits for what never comes."""
    if change.deadline is None or change.boot != read_boot_id() or not change.runner:
        return
    if clock.uptime() > change.deadline + GRACE and change.runner != os.getpid():
        with suppress(OSError):
            os.kill(change.runner, signal.SIGKILL)


def main(arguments: Sequence[str]) -> int:
    """Be the keeper of one change."""
    folder, change_id, *more = arguments
    for kind in (signal.SIGHUP, signal.SIGINT):
        signal.signal(kind, signal.SIG_IGN)
    secret = sys.stdin.readline().rstrip("\n") if _SECRET_FOLLOWS in more else ""
    clock, journal = Clock(), ChangeJournal(Path(folder))
    try:
        journal.announce_keeper(change_id)
        keep(journal, change_id, clock, lambda change: rebuild_parts(change, clock, secret))
    except TetratuiError as error:
        print(f"tetratui keeper: {error}", file=sys.stderr)
        return 1
    finally:
        journal.forget_keeper(change_id)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
