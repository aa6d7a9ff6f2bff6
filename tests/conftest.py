"""What every test stands on: a machine without the operator's settings, and the real captures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tetratui.core.demo import capture

# Where the stand-ins are imported from.
sys.path.insert(0, str(Path(__file__).parent))

# Read when textual is imported, so it must stand before any test imports it.
os.environ["TEXTUAL_ANIMATIONS"] = "none"


@pytest.fixture(autouse=True)
def clean_machine(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the settings, sessions and terminal of the machine that runs the tests out of them."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("TETRATUI_", "XDG_")) or name in {
            "NO_COLOR",
            "TEXTUAL_THEME",
            "COLORTERM",
            "SSH_CONNECTION",
        }:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    # Of root, backups and reasons go where all operators of the machine share them.
    monkeypatch.setenv("TETRATUI_SHARED_STATE", str(home / "shared"))


@pytest.fixture
def default_signals() -> Iterator[None]:
    """Let requests to end do what they do in a terminal: a test run in the background ignores them."""
    defaults = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,
    }
    former = {kind: signal.signal(kind, handler) for kind, handler in defaults.items()}  # type: ignore[arg-type]
    yield
    for kind, handler in former.items():
        signal.signal(kind, handler)


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export file of a noisy server, 21,300 events: the capture that the demo brings."""
    path = tmp_path_factory.mktemp("server") / "tetragon.log"
    path.write_bytes(b"".join(line + b"\n" for line in capture.read_capture()))
    return path


Verb = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def tetratui() -> Verb:
    """The command in a process of its own, as a script would call it: `tetratui("stats", path, "--json")`."""

    def call(*args: object, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from tetratui.cli.main import main; main()", *map(str, args)]
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)
        return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.fixture
def report_agreement(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Note how far we agree with a real program; the run prints it at its end, from worker processes too."""
    return lambda text: record_property("agreement", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts of agreement with the real programs."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    texts = [text for report in reports for name, text in report.user_properties if name == "agreement"]
    if texts:
        terminalreporter.section("agreement with the real programs")
        for text in sorted(texts):
            terminalreporter.write_line(text)
