"""An empty list says why it is empty and what to do, whole at 80 columns."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests_ui import drawn

from conftest import real_lines
from tetratui.core.table import build_table
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.render import empty_state as emptiness


def workspace(lines: tuple[bytes, ...] = (), **more: object) -> Workspace:
    return Workspace(build_table(lines), **{"history": False, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (workspace(), "No events yet"),
        (workspace(history=True), "Reading"),
        (workspace(real_lines()[:5]), "No event matches this query"),
        (workspace((b"x", b"y")), "None of the 2 lines read is an event: B lists them"),
        (workspace(trouble="a.log: does not exist yet; waiting for it"), "tetratui doctor"),
        (workspace(trouble="a.log: permission denied: do this"), "a.log: permission denied: do this"),
        (workspace(ended=True, sources=("-",)), "- ended without an event"),
        (workspace(ended=True, sources=("\x1b[2J",)), r"\x1b[2J ended"),
    ],
)
def test_every_kind_of_emptiness_has_its_words(state: Workspace, says: str) -> None:
    assert says in emptiness.words(state)


def test_a_panes_own_query_is_not_offered_back() -> None:
    told = emptiness.words(workspace(real_lines()[:5]), own_query=True)
    assert told.startswith("5 events held")
    assert "All" in told


def said(app: Tetratui) -> str:
    return " ".join(" ".join(line.split()) for line in drawn.lines(app)[3:-1]).strip()


async def shows(path: Path, text: str, wait: Callable, size: tuple[int, int] = (80, 24)) -> None:
    feed = Feed([path])
    app = Tetratui(Workspace(feed.table, [path]), feed)
    async with app.run_test(size=size) as pilot:
        await wait(pilot, lambda: text in said(app))
        assert "…" not in said(app)
        feed.stop()
        await drawn.worked(app)


async def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path, wait: Callable) -> None:
    await shows(tmp_path / "tetragon.log", "Tetragon makes it with its first event", wait)


async def test_an_empty_file_says_how_to_make_an_event(tmp_path: Path, wait: Callable) -> None:
    (tmp_path / "tetragon.log").touch()
    await shows(tmp_path / "tetragon.log", "Try in another terminal: cat /etc/passwd", wait, (60, 16))


async def test_a_file_of_something_else_names_the_unreadable_lines(tmp_path: Path, wait: Callable) -> None:
    (tmp_path / "tetragon.log").write_text("hello\nthere\n")
    await shows(tmp_path / "tetragon.log", "None of the 2 lines read is an event", wait)


async def test_a_pipe_that_is_closed_says_so(tmp_path: Path, wait: Callable) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.open("wb").close())
    writer.start()
    feed = Feed([path])
    feed.open_pipe()
    writer.join()
    app = Tetratui(Workspace(feed.table, [path]), feed)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot, lambda: "ended without an event" in said(app))
        feed.stop()
        await drawn.worked(app)
