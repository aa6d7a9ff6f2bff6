"""The installed command in a real pseudo terminal: start, keys, follow, resize, suspend, signals."""

from __future__ import annotations

import gzip
import signal
from pathlib import Path

import pexpect
import pytest
from tests_terminal.terminals import COMMAND, DEADLINE, Screen, Tmux

pytestmark = pytest.mark.terminal
DATA = Path(__file__).parents[1] / "data" / "captures"


def test_it_follows_the_file_answers_keys_and_quits_with_0(opened: Screen, export: Path) -> None:
    with gzip.open(DATA / "server.log.gz") as packed:
        line = packed.readline()
    with export.open("ab") as file:
        file.write(line * 3)
    opened.shows("of 4,003")
    opened.child.send("3")
    opened.child.send("\t")
    opened.shows("[Network]")
    opened.child.send("?")
    opened.shows("Watch events as they arrive")
    opened.child.send("\x1b")
    opened.until(lambda text: "Watch events as they arrive" not in text, "the screen below the help")
    opened.child.send("q")
    assert opened.end() == 0
    assert b"\x1b[?1049l" in opened.sent


def test_rotation_while_it_follows_loses_nothing(opened: Screen, export: Path) -> None:
    with gzip.open(DATA / "server.log.gz") as packed:
        lines = packed.read().split(b"\n")[:20]
    export.rename(export.with_name("tetragon-2026-11-23T19-20-00.000.log"))
    export.write_bytes(b"\n".join(lines) + b"\n")
    opened.shows("of 4,020")


def test_a_resize_is_taken_live(opened: Screen) -> None:
    opened.child.setwinsize(40, 130)
    opened.screen.resize(40, 130)
    opened.until(lambda text: "[Process] [Network]" in text, "two panes")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back_and_keeps_the_marks(
    opened: Screen, number: int, environment: dict[str, str], export: Path
) -> None:
    opened.child.send("m")
    opened.shows("marks 1")
    opened.child.kill(number)
    opened.end()
    assert b"\x1b[?1049l" in opened.sent
    again = Screen([str(export)], environment)
    again.shows("marks 1")
    again.child.close(force=True)


def test_no_color_draws_in_grey_only(export: Path, environment: dict[str, str]) -> None:
    screen = Screen([str(export)], {**environment, "NO_COLOR": "1"})
    screen.shows("of 4,000")
    for line in screen.screen.buffer.values():
        for cell in line.values():
            for colour in (cell.fg, cell.bg):
                assert colour == "default" or len({colour[0:2], colour[2:4], colour[4:6]}) == 1, colour
    screen.child.close(force=True)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [(["/nowhere/at/all.log"], 3, "no such file"), (["--theme", "nosuch", "/dev/null"], 2, "no theme is called")],
)
def test_what_cannot_be_opened_is_one_line_and_an_exit_code(
    environment: dict[str, str], arguments: list[str], code: int, says: str
) -> None:
    screen = Screen(arguments, environment)
    assert screen.end() == code
    assert says in "\n".join(screen.screen.display)
    assert "Traceback" not in screen.sent.decode()


def test_a_pipe_brings_events_and_the_keyboard_stays_the_terminals(export: Path, environment: dict[str, str]) -> None:
    screen = pexpect.spawn(
        "/bin/sh", ["-c", f"cat {export} | {COMMAND} -"], env=environment, dimensions=(24, 80), timeout=DEADLINE
    )
    screen.expect("of 4,000")
    screen.send("q")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 0


def below_the_clock(text: str) -> list[str]:
    return text.splitlines()[1:]


def test_in_tmux_it_suspends_and_comes_back_with_the_whole_screen(tmux: Tmux, export: Path) -> None:
    tmux.type(f"{COMMAND} {export}", "Enter")
    before = below_the_clock(tmux.until("3,934 of 4,000", "? help"))
    for _ in range(2):
        tmux.type("C-z")
        tmux.until("Stopped")
        tmux.type("clear; fg", "Enter")
        tmux.until(*(line.strip() for line in before))
    tmux.type("?")
    tmux.until("Watch events as they arrive")


def test_stopped_from_outside_it_draws_again_and_takes_every_key(opened: Screen) -> None:
    def drawn_since_start(number: int) -> bool:
        *before, since = opened.sent.split(b"\x1b[?1049h")
        return len(before) == number and b"of 4,000" in since

    for start in (2, 3):
        opened.child.kill(signal.SIGSTOP)
        opened.child.kill(signal.SIGCONT)
        opened.until(lambda _, start=start: drawn_since_start(start), "the whole screen anew")
    for _ in range(15):
        opened.child.send("\x1b[A")
    opened.until(lambda text: text.split("\n")[22 - 15].startswith(" >"), "the cursor 15 rows up")
    opened.child.send("q")
    assert opened.end() == 0
