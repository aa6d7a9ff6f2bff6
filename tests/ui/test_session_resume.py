"""Queries, order and place outlive the session and are taken up only when asked for."""

from __future__ import annotations

from collections.abc import Callable

from conftest import real_lines
from tetratui.core.session.session_file import PanePlace, Session, load
from tetratui.core.table import build_table
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.session_resume import take_up


def app_with(session: Session) -> Tetratui:
    return Tetratui(Workspace(build_table(real_lines())), session=session)


async def test_a_query_asked_is_saved_before_anything_is_quit(wait: Callable) -> None:
    app = app_with(Session("/x"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) > 0)
        screen.show_pane("all", "kind:exit")
        await wait(pilot, lambda: (kept := load("/x")) is not None and "all" in kept.panes)
    kept = load("/x")
    assert kept is not None
    assert (kept.pane, kept.panes["all"].query) == ("all", "kind:exit")


async def test_what_was_left_is_taken_up_when_asked_for(wait: Callable) -> None:
    left = Session("/x", panes={"all": PanePlace("kind:exit", "bin", follow=False)}, pane="all")
    app = app_with(left)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) > 0)
        assert screen.active == "process"
        assert app.left_session is not None
        take_up(screen, app.left_session)
        await wait(pilot, lambda: screen.active == "all" and screen.pane.view.order is not None)
        assert screen.pane.bar.applied == "kind:exit"


async def test_unchanged_panes_leave_what_a_former_session_noted(wait: Callable) -> None:
    left = Session("/x", panes={"all": PanePlace("kind:exit")}, pane="all")
    app = app_with(left)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: len(screen.pane.view) > 0)
    assert left.panes["all"].query == "kind:exit"
