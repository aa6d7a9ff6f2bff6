"""Events that try to act on the terminal, looked at on every screen: what is sent is ours, what is copied is theirs."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from tests_terminal import walk
from tests_terminal.terminals import COMMAND, Screen, Tmux
from tests_ui import hostile

pytestmark = pytest.mark.terminal

OURS = re.compile(
    rb"\x1b\[[0-9;]*[mH]"  # colours, and where to draw
    rb"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # modes
    rb"|\x1b\[\?(?:2026|2048)\$p|\x1b\[6n|\x1b\[>\d+u|\x1b\[<u"  # questions to the terminal, its keyboard
    rb"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"  # the clipboard
    rb"|\x1b\]22;[a-z]+\x07"  # the shape of the mouse pointer
    rb"|\r?\n"
)
"""All that tetratui itself sends besides text."""


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "hostile.log"
    path.write_bytes(b"\n".join(hostile.LINES) + b"\n")
    return path


@pytest.fixture
def denylist(tmp_path: Path) -> Path:
    path = tmp_path / "denylist"
    entries = [{"binary_regex": [f"^/bin/{text}$"], "event_set": ["PROCESS_EXEC"]} for text in hostile.TEXTS[3:8:3]]
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_no_byte_of_an_event_acts_from_any_screen_and_in_the_c_locale_all_is_ascii(
    events: Path, denylist: Path, environment: dict[str, str], locale: str
) -> None:
    screen = Screen([str(events)], {**environment, "LANG": locale})
    screen.shows("15 of 15")
    walk.through_all(screen, denylist)
    screen.type("q")
    assert screen.end() == 0
    texts = OURS.sub(b"", screen.sent)
    assert not re.findall(rb"[\x00-\x1f\x7f]", texts)
    assert b"pwned" in texts
    if locale == "C":
        assert texts.isascii()
    else:
        assert not set(hostile.FORBIDDEN) & set(texts.decode("utf-8"))


def test_copying_gives_the_true_line_and_the_true_cell(events: Path, environment: dict[str, str]) -> None:
    screen = Screen([str(events)], environment, 120, 36)
    screen.shows("15 of 15")
    # The bar's title is drawn before the list has the focus.
    screen.type(walk.HOME, walk.DOWN, walk.DOWN, walk.DOWN, "y", "Y")
    screen.until(lambda _: screen.sent.count(b"\x1b]52;") == 2, "the second copy")
    copied = [base64.b64decode(one) for one in re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", screen.sent)]
    assert copied == [hostile.LINES[3], hostile.TEXTS[3].encode()]
    screen.child.close(force=True)


def test_what_is_too_long_for_a_terminal_goes_into_a_file_of_the_operators_own(
    events: Path, environment: dict[str, str]
) -> None:
    screen = Screen([str(events)], environment, 200, 36)
    screen.shows("15 of 15")
    screen.type(walk.HOME, *[walk.DOWN] * 12, "y")
    screen.shows("Too long for the clipboard")
    (copy,) = Path(environment["XDG_STATE_HOME"]).rglob("copy-*.txt")
    assert copy.read_bytes() == hostile.LINES[12]
    assert copy.stat().st_mode & 0o077 == 0
    screen.child.close(force=True)


def test_copying_inside_tmux_reaches_its_buffer(events: Path, tmux: Tmux) -> None:
    tmux("set-option", "-g", "set-clipboard", "on")
    tmux.type(f"{COMMAND} {events}", "Enter")
    tmux.until("15 of 15")
    tmux.type("Home", "Down", "Down", "Down", "y")
    tmux.until("Copied")
    assert tmux("show-buffer").encode() == hostile.LINES[3]
