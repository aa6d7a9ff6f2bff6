"""Events over time: counted by their own clock, with what happened beside them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import orjson
import pytest
from tests_ui import drawn
from textual.pilot import Pilot

from conftest import real_lines
from tetratui.core.config import Config, Time
from tetratui.core.events.kinds import Kind
from tetratui.core.sources import SourceStatusKind
from tetratui.core.table import EventTable, build_table
from tetratui.core.workspace.event_rates import CELLS, SPAN, Moment, Rates
from tetratui.core.workspace.feed_events import SourceReported
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.messages import FeedMessage
from tetratui.ui.render.bars import graph
from tetratui.ui.screens.live.screen import LiveScreen

BEGAN = 1_795_461_600


def event(second: float, kind: str = "process_exec", flags: str = "execve clone", pid: int = 7) -> bytes:
    nano = int(second * 1_000_000_000)
    text = f"{np.datetime64(nano, 'ns')}Z"
    process = {"exec_id": f"aG9zdDox{pid:04d}", "pid": pid, "binary": "/bin/x", "flags": flags, "start_time": text}
    return orjson.dumps({kind: {"process": process}, "node_name": "host", "time": text})


def at(*seconds: float, **more: str) -> EventTable:
    return build_table([event(BEGAN + second, **more) for second in seconds])


def rates(now: float = 60) -> Rates:
    return Rates(now=lambda: BEGAN + now)


def test_events_are_counted_in_the_second_they_happened_whatever_the_order() -> None:
    counted = rates()
    counted.count_events(at(59, 57.2, 57.9))
    counted.count_events(at(57, kind="process_exit"))
    strip = counted.strip(4)
    assert strip.end == BEGAN + 60
    assert strip.of(None) == [0, 3, 0, 1]
    assert strip.of(Kind.EXIT) == [0, 1, 0, 0]
    assert strip.busiest() == [Kind.EXEC, Kind.EXIT]


def test_the_rate_is_that_of_a_second_of_which_all_was_read() -> None:
    counted = rates(now=59)
    counted.count_events(at(57, 57.2, 57.9, 58))
    assert counted.strip(4).of(None) == [0, 0, 3, 1]
    assert counted.strip(4).rate(None) == 3


def test_a_longer_scale_adds_up_whole_cells() -> None:
    counted = rates(now=65)
    counted.count_events(at(0, 9, 10, 39, 61))
    strip = counted.strip(7, 10)
    assert strip.of(None) == [2, 1, 0, 1, 0, 0, 1]
    assert strip.rate(None) == 0
    assert counted.strip(4, 10).rate(None) == 0


def test_the_strip_of_a_file_that_is_long_past_ends_with_its_newest_event() -> None:
    counted = rates(now=90_000)
    counted.count_events(at(3, 5))
    strip = counted.strip(4)
    assert strip.end == BEGAN + 6
    assert strip.of(None) == [0, 1, 0, 1]


def test_what_is_older_than_the_memory_is_forgotten_and_absurd_times_are_no_time() -> None:
    counted = rates(now=SPAN + 30)
    counted.count_events(at(1, 2))
    counted.count_events(at(SPAN + 1, SPAN + 25))
    counted.count_events(at(86_400 * 400))
    assert sum(counted.strip(CELLS, 60).of(None)) == 2


def test_a_scan_of_proc_is_a_start_of_tetragon_and_no_news() -> None:
    counted = rates()
    scan = [event(BEGAN + second, flags="procFS auid", pid=second + 300) for second in (-9000, -50, 20, 21, 22, 50)]
    counted.count_events(build_table([*scan, event(BEGAN + 51)]))
    strip = counted.strip(60)
    assert sum(strip.of(None)) == 1
    assert [place for place, moment in enumerate(strip.moments) if moment] == [50]
    assert strip.moments[50] is Moment.STARTED
    more = [event(BEGAN + second, flags="procFS", pid=second + 300) for second in (-3, -2, 52, 53, 54)]
    counted.count_events(build_table(more))
    assert [place for place, moment in enumerate(counted.strip(60).moments) if moment] == [54]


def test_few_processes_found_by_a_scan_are_no_start() -> None:
    counted = rates()
    counted.count_events(at(1, 2, 3, flags="procFS"))
    assert not any(counted.strip(60).moments)


def test_what_happens_now_stands_at_the_end() -> None:
    counted = rates()
    counted.count_events(at(59))
    counted.note(Moment.ROTATED)
    assert counted.strip(10).moments[-1] is Moment.ROTATED


@pytest.mark.parametrize(("ascii_only", "drawn_as"), [(False, " ▁▄█"), (True, " .=@")])
def test_a_graph_shows_even_one_event(ascii_only: bool, drawn_as: str) -> None:
    assert graph([0, 1, 50, 100], ascii_only=ascii_only) == drawn_as
    assert graph([0, 0], ascii_only=ascii_only) == "  "


def app_at_the_end() -> Tetratui:
    """The app a second after the newest event."""
    table = build_table(real_lines())
    now = int(table.time.max()) / 1e9 + 1
    return Tetratui(Workspace(table, config=Config(time=Time("utc"))), now=lambda: now)


async def noted(pilot: Pilot) -> None:
    app = pilot.app
    assert isinstance(app, Tetratui)
    await drawn.worked(app)
    app.post_message(FeedMessage(SourceReported("x: rotated", kind=SourceStatusKind.ROTATED)))
    await pilot.pause()
    app.rates.note(Moment.EXPORTED, int(app.now()) - 30)
    app.rates.note(Moment.STARTED, int(app.now()) - 50)
    assert isinstance(app.screen, LiveScreen)
    app.screen.rates.draw()
    app.clear_notifications()
    await pilot.pause()


@pytest.mark.parametrize("colour", [True, False])
def test_the_strip_with_rotation_start_and_export(
    snap_compare: Callable, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Graphs of all kinds and the four busiest over an axis with T, E and R; the same in grey."""
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app_at_the_end(), run_before=noted, terminal_size=(120, 36))


async def test_r_goes_through_the_scales_and_hides(wait: Callable) -> None:
    app = app_at_the_end()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: not screen.pane.view.stale)
        assert not screen.rates.display
        for said in ("1 s per column", "10 s per column", "1 min per column"):
            await pilot.press("R")
            await pilot.pause()
            assert any(line.startswith(f" {said}") for line in drawn.lines(app))
        await pilot.press("R")
        await pilot.pause()
        assert not screen.rates.display


async def test_without_unicode_the_strip_is_ascii(wait: Callable) -> None:
    app = app_at_the_end()
    app.terminal = type(app.terminal)(ascii_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: not screen.pane.view.stale)
        await pilot.press("R")
        await noted(pilot)
        lines = drawn.lines(app)[2:6]
        assert all(line.isascii() for line in lines)
        assert lines[3].rstrip().endswith("R")
        assert "T" in lines[3]
        assert "E" in lines[3]


async def test_the_strip_moves_as_often_as_a_tenth_of_the_line_carries_it(
    wait: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_at_the_end()
    async with app.run_test(size=(200, 50)) as pilot:
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        await wait(pilot, lambda: screen.rates.display and bool(screen.rates.size.width))
        screen.rates.draw()
        times: list[int] = []
        drawing = screen.rates.draw
        monkeypatch.setattr(screen.rates, "draw", lambda: (times.append(1), drawing()))
        for _ in range(12):
            screen.rates.tick(1e6)
        assert len(times) == 12
        size = len(str(screen.rates.visual).encode())
        for _ in range(12):
            screen.rates.tick(size * 10 / 3)
        assert len(times) == 16


def test_an_old_file_is_shown_whole() -> None:
    rates = Rates(now=lambda: 1_764_000_000.0)
    minutes = [
        b'{"process_exec":{"process":{"exec_id":"a","pid":1,"binary":"/b"}},"time":"2025-11-23T19:%02d:00Z"}' % at
        for at in range(18)
    ]
    rates.count_events(build_table(minutes))
    scale = rates.fitting_scale(120)
    assert sum(rates.strip(120, scale).of(None)) == 18
    assert scale == 10
    assert rates.fitting_scale(30) == 60


def test_what_arrives_now_is_shown_by_the_second() -> None:
    rates = Rates(now=lambda: 1_763_925_600.0)
    rates.count_events(
        build_table(
            [b'{"process_exec":{"process":{"exec_id":"a","pid":1,"binary":"/b"}},"time":"2025-11-23T19:00:00Z"}']
        )
    )
    assert rates.fitting_scale(120) == 1
