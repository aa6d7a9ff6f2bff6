"""Start the screens on sources: what `tetratui SOURCE…` and `tetratui demo` call."""

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

from textual.drivers.linux_driver import LinuxDriver

from tetratui.core.config import Config
from tetratui.core.errors import SourceError, TetratuiError, UsageError
from tetratui.core.events.visible import visible
from tetratui.core.session.session_file import Session, load, name_of
from tetratui.core.sources import is_pipe
from tetratui.core.workspace.feed import Feed, plan_reading
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.terminal.terminal_options import (
    PATH,
    TRACEBACK_VARIABLE,
    TerminalOptions,
    is_terminal,
    output_beside,
)
from tetratui.ui.theme.theme_file import find_themes
from tetratui.ui.widgets import hint_line


def run(
    sources: Sequence[str | Path],
    config: Config,
    *,
    theme: str | None = None,
    low_bandwidth: bool = False,
    quit_after: float | None = None,
    sidecar: Path | None = None,
    remember: bool = True,
    out: Path | None = None,
) -> int:
    """Show the screens until the operator leaves; gives the exit code.

    `remember` takes the session of these sources up and keeps it; `out` is the folder that export proposes. Without a
    terminal the screens run unseen, and only with `quit_after`, so that a script can try them.
    Raises SourceError for a source that is missing or may not be read, UsageError for an unknown theme or no terminal.
    """
    on_error = is_terminal(sys.stderr)
    output = None if on_error else output_beside(typed=quit_after is None)
    unseen = not on_error and output is None
    if unseen and quit_after is None:
        raise UsageError(
            "the screens need a terminal, and no standard stream is one",
            "for scripts there are the verbs: tetratui --help",
        )
    if not unseen and os.environ.get("TERM") == "dumb":
        raise UsageError("TERM=dumb names a terminal that cannot place text", "set TERM to what it is, say xterm")
    if theme is not None:
        known = find_themes().themes
        if theme not in known:
            raise UsageError(f"no theme is called {theme!r}", f"themes: {', '.join(known)}")
        config = replace(config, theme=theme)
    plan_reading(sources)
    feed = Feed(sources, config.memory.budget_mib << 20)
    workspace = Workspace(feed.table, sources, config, sidecar or config.sidecar)
    workspace.tetragon = config.tetragon.version or ""
    workspace.out = out or workspace.out
    workspace.new_here = hint_line.wanted()
    session = _session(sources) if remember else None
    if session is not None:
        workspace.bench = session.workbench
    terminal = TerminalOptions(low_bandwidth, is_ascii(started_with()), quit_after, output)
    if any(map(is_pipe, sources)):
        feed.open_pipe()
    if "-" in map(str, sources):
        take_terminal()
    app = Tetratui(workspace, feed, terminal, LinuxDriver, session)
    _end_gently(app)
    # A key waits for the thread that reads at most so long, not the 5 ms of the default, several times a key.
    sys.setswitchinterval(0.001)
    # Nothing of what the start makes can be let go: looking for it was a tenth of the time to the first event.
    gc.freeze()
    try:
        app.run(headless=unseen, mouse=os.environ.get("TERM") != "linux")
    finally:
        feed.stop()
        _end(app)
    return app.return_code or 0


def started_with() -> Mapping[str, str]:
    """Give the environment this process was started with: in the C locale Python names another one in its own."""
    try:
        raw = Path("/proc/self/environ").read_bytes()
    except OSError:
        return os.environ
    return dict(os.fsdecode(entry).partition("=")[::2] for entry in raw.split(b"\0") if entry)


def is_ascii(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal's characters end at ASCII, by the locale it says it has."""
    named = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    if named in {"C", "POSIX"}:
        return True
    return bool(named) and "utf" not in (named + locale.getpreferredencoding(False)).lower()


def _end(app: Tetratui) -> None:
    """Keep the session, and say on the terminal, which is given back, what went wrong."""
    try:
        app.session_saver.keep()
    except (TetratuiError, OSError) as error:
        print(f"tetratui: marks and drafts could not be kept: {visible(str(error))}", file=sys.stderr)
    if os.environ.get(TRACEBACK_VARIABLE):
        for text in app.failures.tracebacks:
            print(text, file=sys.stderr)


def _session(sources: Sequence[str | Path]) -> Session:
    name = name_of([str(source) for source in sources])
    return load(name) or Session(name)


def _end_gently(app: Tetratui) -> None:
    """Leave by the door on SIGTERM and SIGHUP, so that the terminal is given back and the session kept."""

    def leave(_number: int, _frame: object) -> None:
        app.call_later(app.action_interrupt)
        with contextlib.suppress(RuntimeError):
            # A loop that waits for the next timer hears of a message at that time only.
            asyncio.get_running_loop().call_soon_threadsafe(lambda: None)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)


def take_terminal() -> None:
    """Put the terminal in the place of the standard input, which brings events; raises SourceError without one."""
    try:
        terminal = os.open(PATH, os.O_RDWR)
    except OSError as error:
        raise SourceError(f"{PATH}: {error.strerror}", "a pipe needs a terminal to take keys from") from error
    os.dup2(terminal, 0)
    os.close(terminal)
