"""Run the screens on sources, for `tetratui SOURCE…` and `tetratui demo`."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import locale
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from textual.drivers.linux_driver import LinuxDriver

from tetratui.core.config import Config
from tetratui.core.errors import SourceError, TetratuiError, UsageError
from tetratui.core.events.visible import visible
from tetratui.core.hosts.host_source import Source, split_sources_by_place
from tetratui.core.session.session_file import Session, load, name_of
from tetratui.core.session.session_lock import SessionInUseError, lock_session
from tetratui.core.sources import is_pipe
from tetratui.core.workspace.feed import Feed, plan_reading
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.terminal.leaving_threads import LeavingThreads
from tetratui.ui.terminal.terminal_options import (
    TERMINAL_PATH,
    TRACEBACK_VARIABLE,
    TerminalOptions,
    count_colours,
    is_terminal,
    open_other_output,
)
from tetratui.ui.theme.theme_file import find_themes
from tetratui.ui.widgets.hint_line import hints_wanted


def run(
    sources: Sequence[Source],
    config: Config,
    *,
    theme: str | None = None,
    low_bandwidth: bool = False,
    quit_after: float | None = None,
    sidecar: Path | None = None,
    remember: bool = True,
    out: Path | None = None,
) -> int:
    """Show the screens until the operator quits; return the exit code.

    `remember` loads the session of these sources and saves it; `out` is the folder that Review offers. Without
    a terminal the screens run unseen, and only with `quit_after`, so that a script can try them.
    Raise SourceError for a source that is missing or may not be read, UsageError for an unknown theme or no terminal.
    """
    output, unseen = _choose_output(quit_after)
    if theme is not None:
        config = replace(config, theme=_check_theme(theme))
    here, _ = split_sources_by_place(sources)
    plan_reading(here)
    feed = Feed(sources, config.memory.budget_mib << 20)
    workspace = Workspace(feed.table, sources, config, sidecar or config.sidecar)
    workspace.tetragon = config.tetragon.version or ""
    workspace.out = out or workspace.out
    workspace.new_here = hints_wanted()
    session = _load_session(sources) if remember else None
    if session is not None:
        workspace.bench = session.workbench
        session = _lock(session, workspace)
    terminal = TerminalOptions(
        low_bandwidth, is_ascii(initial_environment()), count_colours(os.environ), quit_after, output
    )
    if any(map(is_pipe, here)):
        feed.open_pipe()
    if "-" in map(str, sources):
        read_keys_from_terminal()
    return _run_app(Tetratui(workspace, feed, terminal, LinuxDriver, session), feed, unseen=unseen)


def _choose_output(quit_after: float | None) -> tuple[IO[str] | None, bool]:
    """Return where to draw (None is the standard error), and whether there is no terminal at all. Raise UsageError."""
    on_error = is_terminal(sys.stderr)
    output = None if on_error else open_other_output(from_keyboard=quit_after is None)
    unseen = not on_error and output is None
    if unseen and quit_after is None:
        raise UsageError(
            "the screens need a terminal, and no standard stream is one",
            "in scripts use the verbs: tetratui --help",
        )
    if not unseen and os.environ.get("TERM") == "dumb":
        raise UsageError("TERM=dumb means a terminal that cannot move its cursor", "set TERM to what it is, say xterm")
    return output, unseen


def _check_theme(name: str) -> str:
    """Return the name of a theme that exists. Raise UsageError."""
    known = find_themes().themes
    if name not in known:
        raise UsageError(f"no theme is called {name!r}", f"themes: {', '.join(known)}")
    return name


def _run_app(app: Tetratui, feed: Feed, *, unseen: bool) -> int:
    _quit_on_signals(app)
    # A key waits up to this long for the reading thread, several times a key; the default is 5 ms.
    sys.setswitchinterval(0.001)
    # Objects of the start live as long as the program; looking through them was a tenth of the time to the first event.
    gc.freeze()
    app.threads = threads = LeavingThreads()
    try:
        app.run(headless=unseen, mouse=os.environ.get("TERM") != "linux")
    finally:
        feed.stop()
        finish(app)
    code = app.return_code or 0
    threads.leave_with(code)
    return code


def initial_environment() -> Mapping[str, str]:
    """Return the environment this process was started with: in the C locale Python changes LC_CTYPE in its own."""
    try:
        raw = Path("/proc/self/environ").read_bytes()
    except OSError:
        return os.environ
    return dict(os.fsdecode(entry).partition("=")[::2] for entry in raw.split(b"\0") if entry)


def is_ascii(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal's characters end at ASCII, by the locale in its environment."""
    locale_name = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    if locale_name in {"C", "POSIX"}:
        return True
    return bool(locale_name) and "utf" not in (locale_name + locale.getpreferredencoding(False)).lower()


def finish(app: Tetratui) -> None:
    """Save the session, and print what went wrong, now that the terminal is no longer drawn on."""
    try:
        app.session_saver.save()
    except (TetratuiError, OSError) as error:
        print(f"tetratui: marks and drafts could not be saved: {visible(str(error))}", file=sys.stderr)
    if os.environ.get(TRACEBACK_VARIABLE):
        for text in app.failures.tracebacks:
            print(text, file=sys.stderr)


def _load_session(sources: Sequence[Source]) -> Session:
    name = name_of([str(source) for source in sources])
    return load(name) or Session(name)


def _lock(session: Session, workspace: Workspace) -> Session | None:
    """Return the session if this process may write it: another screen on the same source would be overwritten."""
    try:
        # The lock lives as long as the process.
        lock_session(session.source)
    except SessionInUseError as error:
        workspace.unsaved = str(error)
        return None
    return session


def _quit_on_signals(app: Tetratui) -> None:
    """Shut down cleanly on SIGTERM and SIGHUP: the terminal is restored and the session saved."""

    def quit_app(_number: int, _frame: object) -> None:
        app.call_later(app.action_interrupt)
        with contextlib.suppress(RuntimeError):
            # Wake the event loop: it may sleep until its next timer.
            asyncio.get_running_loop().call_soon_threadsafe(lambda: None)

    signal.signal(signal.SIGTERM, quit_app)
    signal.signal(signal.SIGHUP, quit_app)


def read_keys_from_terminal() -> None:
    """Replace the standard input, which brings events, by the terminal. Raise SourceError without one."""
    try:
        terminal = os.open(TERMINAL_PATH, os.O_RDWR)
    except OSError as error:
        raise SourceError(
            f"{TERMINAL_PATH}: {error.strerror}",
            "with events from a pipe, keys are read from the terminal: run it in one",
        ) from error
    os.dup2(terminal, 0)
    os.close(terminal)
