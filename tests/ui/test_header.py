"""The top line shows losses, and drops parts that have no room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from tests_ui import drawn

from conftest import Wait
from tetratui.core.table import build_table
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.widgets.header import StatusLine

LIMITED = b'{"rate_limit_info":{"number_of_dropped_process_events":"42"}}'
THROTTLED = b'{"process_throttle":{"type":"THROTTLE_START","cgroup":"/a"}}'
NOW = datetime(2026, 11, 24, tzinfo=UTC)
EXEC = b'{"process_exec":{"process":{"binary":"/x"}}}'


def parts(*lines: bytes) -> dict[str, str]:
    line = StatusLine(Workspace(build_table(lines), history=False))
    return {name: text for name, text, _ in line.parts(waiting=0, rate=0, now=NOW)}


def test_losses_of_the_rate_limit_are_named() -> None:
    assert parts(LIMITED, EXEC)["left out"] == "rate limit dropped 42 events"
    assert parts(LIMITED, THROTTLED, THROTTLED)["left out"] == "rate limit dropped 42 events · throttled 1 cgroup"


def test_nothing_is_said_where_nothing_was_left_out() -> None:
    assert "left out" not in parts(EXEC)


async def test_a_narrow_line_drops_zero_counts_before_marks(app_of: Callable[..., Tetratui], wait: Wait) -> None:
    app = app_of()
    async with app.run_test(size=(100, 16)) as pilot:
        await wait(pilot, lambda: "0 unreadable · 0 files missed" in drawn.lines(app)[0])
        await pilot.press("m")
        await pilot.resize_terminal(60, 16)
        await wait(pilot, lambda: "marks 1 drafts 0" in drawn.lines(app)[0])
        assert "unreadable" not in drawn.lines(app)[0]
        assert "FOLLOW" in drawn.lines(app)[0]


def test_unreadable_lines_and_missed_files_are_counted() -> None:
    workspace = Workspace(build_table([b"{", EXEC]), history=False, lost=2)
    texts = [text for _, text, _ in StatusLine(workspace).parts(waiting=0, rate=0, now=NOW)]
    assert "1 unreadable (B lists)" in texts
    assert "2 files missed" in texts


def test_what_is_taken_off_the_lines_is_named() -> None:
    table = build_table([EXEC])
    table.envelopes["CRI log lines"] += 1
    parts = StatusLine(Workspace(table, history=False)).parts(waiting=0, rate=0, now=NOW)
    assert ("envelope", "unwrapped: CRI log lines") in [(name, text) for name, text, _ in parts]
