"""The screens as an operator meets them, for pictures and measurements of what is drawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from tests_ui import drawn
from tetratui.core.events.kinds import Kind
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.core.tuning.scopes.scopes import scopes_of
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.draft.screen import DraftScreen
from tetratui.ui.screens.help.screen import HelpScreen
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.screens.noise.screen import NoiseScreen
from tetratui.ui.screens.review.screen import ReviewScreen
from tetratui.ui.screens.rules.screen import RulesScreen

Look = Callable[[Pilot], Awaitable[None]]
DENYLIST = b"""{"binary_regex":["^/usr/bin/bash$"],"event_set":["PROCESS_EXEC"]}
{"binary_regex":["open-audit.sh"]}
"""


async def until(pilot: Pilot, condition: Callable[[], bool]) -> None:
    """Wait, and for all that was asked to be drawn."""
    while not condition():
        await pilot.pause()
    await drawn.worked(pilot.app)
    await pilot.pause()


async def live(pilot: Pilot) -> None:
    """Following the newest event: one pane at 80 columns, two from 120, detail and busiest binaries from 160."""
    screen = pilot.app.screen
    assert isinstance(screen, LiveScreen)
    await until(pilot, lambda: not any(screen.query_one(f"#{name}").view.stale for name in screen.shown))


async def detail(pilot: Pilot) -> None:
    """Rows marked N, K and T, one selected with a star, the detail of another below."""
    await live(pilot)
    for key in ("up", "up", "up", "up", "m", "K", "T", "space", "enter"):
        await pilot.press(key)
    await live(pilot)


async def help_of_live(pilot: Pilot) -> None:
    """What can be done on the Live screen."""
    await live(pilot)
    await pilot.press("question_mark")
    await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))


async def noise(pilot: Pilot) -> None:
    """The groups, the biggest first, and the portrait of one."""
    await live(pilot)
    await pilot.press("2")
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, NoiseScreen) and app.screen.view is not None)


def mark_five(app: Tetratui) -> list[int]:
    """Mark five events that can be drafted as noise; return their row ids."""
    table = app.workspace.table
    events = [table.event(row) for row in range(table.first, table.stop)]
    usable = [event for event in events if event.kind is Kind.EXEC and event.arguments and event.parent_binary]
    rows = [event.row for event in usable[:5]]
    app.workspace.bench.mark(Verdict.NOISE, table, rows)
    return rows


async def draft(pilot: Pilot) -> None:
    """The scopes for five marked events, with what the chosen scope would hide."""
    await live(pilot)
    app = pilot.app
    assert isinstance(app, Tetratui)
    mark_five(app)
    await pilot.press("d")
    await until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.scopes is not None)


async def rules(pilot: Pilot) -> None:
    """A list of two entries, one of them dangerous."""
    await live(pilot)
    app = pilot.app
    assert isinstance(app, Tetratui)
    app.workspace.bench.import_denylist(DENYLIST)
    await pilot.press("4")
    await until(pilot, lambda: isinstance(app.screen, RulesScreen) and app.screen.view is not None)


async def review(pilot: Pilot) -> None:
    """One draft, and the files it becomes."""
    await live(pilot)
    app = pilot.app
    assert isinstance(app, Tetratui)
    app.workspace.out = Path("out")
    exclusions = scopes_of(app.workspace.table, mark_five(app))["command"].exclusions
    app.workspace.bench.accept(Draft("d1", exclusions, "command", "known", hosts=("server01",)))
    await pilot.press("5")
    await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)


LOOKS = (live, detail, help_of_live, noise, draft, rules, review)
