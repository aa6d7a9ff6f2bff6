"""Times tell their day where it is another one, in the zone that the operator chose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from tests_ui import drawn

from conftest import NOON, Wait, real_lines
from tetratui.core.config import Config, Time
from tetratui.core.table import build_table
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.messages import Change
from tetratui.ui.render.event_detail import describe_event
from tetratui.ui.render.time_display import age, day_and_clock, difference


@dataclass
class Batch:
    """Lines as a source brings them."""

    lines: list[bytes]
    file: int = 0

    @property
    def offsets(self) -> list[int]:
        return list(range(len(self.lines)))


Make = Callable[..., Tetratui]
NANO = 1_000_000_000


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-11-24T00:00:00.012", "00:00:00.012"),
        ("2026-11-23T23:59:59.999", "11-23 23:59:59.999"),
        ("2025-11-24T12:00:00", "2025-11-24 12:00:00"),
    ],
)
def test_another_day_is_named(moment: str, text: str) -> None:
    time = round(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000) * 1_000_000
    assert day_and_clock(time, UTC, date(2026, 11, 24)) == text


def test_an_unknown_time_is_no_time() -> None:
    assert day_and_clock(-1, UTC, date(2026, 11, 24)) == "--:--:--.---"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "+0.000s"), (-59.5, "-59.500s"), (192, "+3m12s"), (-7500, "-2h05m"), (356_400, "+4d03h")]
)
def test_differences(seconds: float, text: str) -> None:
    assert difference(int(seconds * NANO)) == text


def test_an_age_has_two_units() -> None:
    assert [age(seconds) for seconds in (5, 60, 3_661, 86_400)] == ["5s", "1m00s", "1h01m", "1d00h"]


async def test_the_clock_has_the_date_and_the_rows_their_day(app_of: Make, wait: Wait) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        today = datetime.fromtimestamp(NOON, UTC)
        await wait(pilot, lambda: f"{today:%Y-%m-%d %H:%M:%S} UTC" in drawn.lines(app)[0])
        newest = datetime.fromtimestamp(app.workspace.newest / NANO, UTC)
        assert newest.date() != today.date()
        await wait(pilot, lambda: f"{newest:%Y-%m-%d}" in "".join(drawn.lines(app)))
        await pilot.resize_terminal(80, 24)
        await wait(pilot, lambda: f" {today:%m-%d %H:%M:%S} " in drawn.lines(app)[0])


async def test_a_key_changes_zone_and_counts_from_the_cursor(app_of: Make, wait: Wait) -> None:
    app = app_of(None, Config(time=Time("local")))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("z")
        await wait(pilot, lambda: "Times in UTC" in drawn.lines(app)[-2])
        await pilot.press("z", "up", "up")
        await wait(pilot, lambda: sum("+0.000s" in line for line in drawn.lines(app)) >= 1)
        await pilot.press("z")
        await wait(pilot, lambda: "this machine's zone" in drawn.lines(app)[-2])


async def test_the_source_and_one_word_for_the_state_stand_on_every_screen(wait: Wait) -> None:
    workspace = Workspace(build_table(real_lines()), ["/var/log/tetragon/tetragon.log"], Config(time=Time("utc")))
    workspace.history = False
    app = Tetratui(workspace, now=lambda: workspace.newest / NANO + 4 * 86_400)
    async with app.run_test(size=(120, 36)) as pilot:
        for key in "1245":
            await pilot.press(key)
            await wait(pilot, lambda: "tetragon.log · FOLLOWING, quiet for 4d00h" in drawn.lines(app)[0])
        await pilot.press("1", "up")
        for key in "1245":
            await pilot.press(key)
            await wait(pilot, lambda: "tetragon.log · SCROLLED BACK" in drawn.lines(app)[0])
        app.pause(True)
        for key in "1245":
            await pilot.press(key)
            await wait(pilot, lambda: "tetragon.log · PAUSED" in drawn.lines(app)[0])
        app.pause(False)
        workspace.ended = True
        for key in "1245":
            await pilot.press(key)
            await wait(pilot, lambda: "tetragon.log · ENDED" in drawn.lines(app)[0])


async def test_an_open_detail_takes_up_ancestors_that_come_with_the_history(app_of: Make, wait: Wait) -> None:
    lines = real_lines()
    app = app_of(lines[600:900])
    table = app.workspace.table
    async with app.run_test(size=(120, 44)) as pilot:
        screen = app.screen
        await pilot.press("enter")
        await wait(pilot, lambda: screen.below.detail.event_detail is not None)
        exec_id = {line.label: line.text for line in screen.below.detail.event_detail.lines}["exec id"]
        assert exec_id
        before = screen.below.detail.event_detail
        screen.below.detail.scroll_to(y=2, animate=False)
        table.prepend(Batch(list(lines[:600])))
        app.change(Change.EVENTS, at_once=True)
        row = before.row
        whole = describe_event(table, screen.below.lineage, row, UTC)
        await wait(pilot, lambda: screen.below.detail.event_detail == whole)
