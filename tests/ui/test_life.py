"""The Life screen: the events and the children of one process over time."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from tests_ui import drawn, hostile

from tetratui.core.lineage import Lineage, collect_life
from tetratui.core.table import build_table
from tetratui.ui.app import Tetratui
from tetratui.ui.render.process_timeline import draw_life, draw_scale, list_facts, list_rows
from tetratui.ui.screens.life.screen import LifeScreen
from tetratui.ui.screens.live.screen import LiveScreen

Make = Callable[..., Tetratui]


def stamp(millisecond: int) -> str:
    return f"2026-11-23T19:20:{millisecond // 1000:02d}.{millisecond % 1000:03d}Z"


def process(number: int, began: int, parent: int | None = None) -> dict[str, object]:
    body: dict[str, object] = {
        "exec_id": f"aG9zdDox{number:04d}",
        "pid": number,
        "uid": 0,
        "binary": f"/bin/p{number}",
        "flags": "execve clone",
        "start_time": stamp(began),
    }
    return body if parent is None else body | {"parent_exec_id": f"aG9zdDox{parent:04d}"}


def line(
    kind: str, when: int, own: dict[str, object], parent: dict[str, object] | None = None, **more: object
) -> bytes:
    body = {"process": own, **({"parent": parent} if parent else {}), **more}
    return orjson.dumps({f"process_{kind}": body, "node_name": "host", "time": stamp(when)})


ROOT = process(1, 0)
PARENT = process(10, 1000, 1)
ONE, TWO = process(11, 2000, 10), process(12, 3000, 10)
SOCKET = [{"sock_arg": {"family": "AF_INET", "daddr": "203.0.113.9", "dport": 443, "protocol": "IPPROTO_TCP"}}]
LINES = (
    line("exec", 0, ROOT),
    line("exec", 1000, PARENT, ROOT),
    line("exec", 2000, ONE, PARENT),
    line("kprobe", 2500, PARENT, ROOT, function_name="tcp_connect", args=SOCKET),
    line("exit", 2900, ONE, PARENT, status=3),
    line("exec", 3000, TWO, PARENT),
    line("exit", 5000, PARENT, ROOT, signal="SIGTERM"),
)


def test_a_life_holds_its_events_its_children_and_its_end() -> None:
    table = build_table(LINES)
    life = collect_life(table, Lineage(table), str(PARENT["exec_id"]))
    assert life is not None
    assert [event.kind.word for event in life.events] == ["exec", "kprobe", "exit"]
    assert [(child.process.pid, child.end is None) for child in life.children] == [(11, False), (12, True)]
    assert life.end - life.start == 4_000_000_000
    assert list(list_facts(life)) == [
        "pid 10",
        "user 0",
        "ended by SIGTERM",
        "lived 4.0s",
        "3 events",
        "started 2 processes",
    ]


def test_a_life_is_drawn_on_one_line_of_time() -> None:
    table = build_table(LINES)
    life = collect_life(table, Lineage(table), str(PARENT["exec_id"]))
    assert life is not None
    assert draw_life(life, 41) == "├" + "━" * 14 + "n" + "━" * 24 + "┤"
    assert draw_scale(life, 41) == "0                  2.0s              4.0s"
    assert [(row.word, row.bar) for row in list_rows(life, 41)] == [
        ("x+", "+"),
        ("->", " " * 10 + "├────────┤"),
        ("n>", " " * 15 + "n"),
        ("->", " " * 20 + "├···?"),
        ("x-", " " * 40 + "-"),
    ]


def test_a_process_without_an_exit_is_drawn_no_further_than_it_was_seen() -> None:
    table = build_table(LINES)
    life = collect_life(table, Lineage(table), str(ROOT["exec_id"]))
    assert life is not None
    assert life.exit is None
    # Its only child started after a second; that the file goes on for four more says nothing of it.
    assert life.end - life.start == 1_000_000_000
    assert "end not seen; last seen 1.0s after its start" in list(list_facts(life))
    assert draw_life(life, 14) == "├━━━━━━━━━···?"
    assert draw_scale(life, 14) == "0     1.0s"


def test_a_life_of_one_moment_draws_no_line() -> None:
    table = build_table(LINES)
    life = collect_life(table, Lineage(table), str(TWO["exec_id"]))
    assert life is not None
    assert (draw_life(life, 10), draw_scale(life, 10)) == ("", "")
    assert "end not seen" in list(list_facts(life))
    assert [row.bar for row in list_rows(life, 10)] == ["+"]


async def test_a_life_of_one_event_takes_no_more_room_than_it_needs(app_of: Make, wait: Callable) -> None:
    app = app_of(LINES[5:6])
    async with app.run_test(size=(120, 36)) as pilot:
        live = app.screen
        assert isinstance(live, LiveScreen)
        await wait(pilot, lambda: len(live.pane.view) == 1)
        await pilot.press("L")
        await wait(pilot, lambda: isinstance(app.screen, LifeScreen) and app.screen.life is not None)
        frame = app.screen.query_one("#life-frame")
        assert frame.size.height <= 8
        assert "end not seen" in "\n".join(drawn.lines(app))


def test_a_process_that_is_not_in_memory_has_no_life() -> None:
    table = build_table(LINES)
    assert collect_life(table, Lineage(table), "aG9zdDox9999") is None


async def test_enter_goes_to_the_children_and_events_of_a_life(app_of: Make, wait: Callable) -> None:
    app = app_of(LINES)
    async with app.run_test(size=(80, 24)) as pilot:
        live = app.screen
        assert isinstance(live, LiveScreen)
        await wait(pilot, lambda: len(live.pane.view) == 6)
        await pilot.press("L")
        await wait(pilot, lambda: isinstance(app.screen, LifeScreen) and app.screen.life is not None)
        screen = app.screen
        assert isinstance(screen, LifeScreen)
        text = "\n".join(drawn.lines(app))
        assert "ended by SIGTERM" in text
        assert "900ms 11 /bin/p11" in text
        await pilot.press("down", "enter")
        await wait(pilot, lambda: screen.life is not None and screen.life.exec_id == ONE["exec_id"])
        await pilot.press("p")
        await wait(pilot, lambda: screen.life is not None and screen.life.exec_id == PARENT["exec_id"])
        await pilot.press("home", "down", "down", "enter")
        # The hook is not in the pane Process, so the pane All is shown.
        await wait(pilot, lambda: app.screen is live and live.active == "all" and live.pane.table.row == 3)


async def test_hostile_lives_are_shown_safely(app_of: Make, wait: Callable) -> None:
    app = app_of(hostile.LINES)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        live = app.screen
        assert isinstance(live, LiveScreen)
        await wait(pilot, lambda: len(live.pane.view) == len(hostile.LINES))
        for _ in hostile.LINES:
            await pilot.press("L")
            await wait(pilot, lambda: isinstance(app.screen, LifeScreen) and app.screen.life is not None)
            drawn.assert_safe(app)
            await pilot.press("escape", "up")
        assert app.is_running
