"""Marking very many events: keys are answered meanwhile, esc stops it, and lost lines are reported."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests_ui import drawn
from textual.pilot import Pilot

from conftest import Wait
from tetratui.core.config import Config, Time
from tetratui.core.session.session_file import Session
from tetratui.core.session.session_file import load as load_session
from tetratui.core.sources import SourceRegistry
from tetratui.core.table import EventTable, build_table, load
from tetratui.core.tuning.marks import Verdict
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.screens.noise.screen import NoiseScreen

MANY, FEW = 100_000, 10_000


def line_of(number: int) -> bytes:
    seconds, rest = divmod(number, 1000)
    process = {
        "exec_id": f"c2VydmVyMDE6{number:08d}",
        "pid": number + 10,
        "uid": 0,
        "cwd": "/",
        "binary": "/usr/bin/curl",
        "arguments": f"-s http://intern/{number % 50}",
        "flags": "execve clone",
        "start_time": "2026-11-23T20:00:00.000000000Z",
        "docker": "x" * 300,
    }
    at = f"2026-11-23T{10 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}000000Z"
    parent = {"exec_id": "c2VydmVyMDE6MTox", "pid": 1, "binary": "/usr/bin/bash", "flags": "procFS"}
    return orjson.dumps({"process_exec": {"process": process, "parent": parent}, "node_name": "server01", "time": at})


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("many") / "tetragon.log"
    path.write_bytes(b"".join(line_of(number) + b"\n" for number in range(MANY)))
    return path


@pytest.fixture(scope="module")
def few(many: Path) -> Path:
    path = many.with_name("few.log")
    with many.open("rb") as file:
        path.write_bytes(b"".join(next(file) for _ in range(FEW)))
    return path


def app_over(path: Path, session: Session | None = None) -> Tetratui:
    workspace = Workspace(load([path]), config=Config(time=Time("utc")))
    if session is not None:
        workspace.bench = session.workbench
    return Tetratui(workspace, now=lambda: 1_764_000_000.0, session=session)


def load_some(path: Path, count: int) -> EventTable:
    """Make a table of the first lines of a file."""
    with path.open("rb") as file:
        return build_table([next(file).rstrip(b"\n") for _ in range(count)])


async def look_done(pilot: Pilot) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, LiveScreen)
    while screen.pane.view.stale:
        await pilot.pause(0.01)
    await drawn.worked(pilot.app)


async def begin_to_mark_all(pilot: Pilot, wait: Wait) -> None:
    await pilot.press("M")
    await pilot.press("m")
    app = pilot.app
    assert isinstance(app, Tetratui)
    await wait(pilot, lambda: " of 10,000 (" in app.workspace.under_way)


@contextmanager
def longest_callback() -> Iterator[list[float]]:
    """Measure the CPU time of each single callback of the event loop: what else the machine does is not counted."""
    spent: list[float] = [0.0]
    run = asyncio.events.Handle._run

    def measured(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        spent.append(time.thread_time() - began)

    asyncio.events.Handle._run = measured
    try:
        yield spent
    finally:
        asyncio.events.Handle._run = run


@pytest.fixture
def short_switch_interval() -> Iterator[None]:
    """Let threads take turns as often as the program does (`ui.run`)."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.001)
    yield
    sys.setswitchinterval(before)


class Gate:
    """Holds back the thread that marks after three reads of lines, until it is opened."""

    def __init__(self) -> None:
        self.reads = 0
        self.open = threading.Event()

    def wait(self) -> None:
        self.reads += 1
        if self.reads > 3:
            assert self.open.wait(20)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate, read_many = Gate(), SourceRegistry.read_many

    def gated(*arguments: Any) -> Any:
        gate.wait()
        return read_many(*arguments)

    monkeypatch.setattr(SourceRegistry, "read_many", gated)
    return gate


async def ticking(slowest: list[float]) -> None:
    """Measure the CPU time of the whole process between two turns of the event loop: a thread may hold it up, too."""
    while True:
        began = time.process_time()
        await asyncio.sleep(0.002)
        slowest.append(time.process_time() - began)


@pytest.mark.usefixtures("short_switch_interval")
async def test_keys_are_answered_while_a_hundred_thousand_rows_are_marked(many: Path, wait: Wait, gate: Gate) -> None:
    app = app_over(many, Session("many"))
    async with app.run_test(size=(100, 30)) as pilot:
        await look_done(pilot)
        await pilot.press("home", "M")
        await pilot.pause()
        ticks: list[float] = []
        with longest_callback() as spent:
            ticker = asyncio.create_task(ticking(ticks))
            await pilot.press("m")
            await wait(pilot, lambda: " of 100,000 (" in app.workspace.under_way)
            assert "esc" in drawn.lines(app)[-2]
            for expected in range(1, 6):
                await pilot.press("down")
                assert app.screen.pane.table.row == expected
            assert len(app.workspace.marks) == 0
            gate.open.set()
            while not len(app.workspace.marks):
                await pilot.press("down")
            await drawn.worked(app)
            ticker.cancel()
        assert max(spent) < 0.05
        # Twice as much, as threads that do not hold the interpreter are counted too.
        assert max(ticks) < 0.1
        assert len(app.workspace.marks) == MANY
        assert app.mark_of(0) == app.mark_of(MANY - 1) == Verdict.NOISE
        await pilot.press("u")
        assert len(app.workspace.marks) == 0
        assert app.mark_of(0) == 0
        await pilot.press("ctrl+r")
        assert len(app.workspace.marks) == MANY
        await drawn.worked(app)
    saved = load_session("many")
    assert saved is not None
    assert len(saved.workbench.marks) == MANY


async def test_escape_stops_the_marking_and_nothing_is_marked(few: Path, wait: Wait, gate: Gate) -> None:
    app = app_over(few)
    async with app.run_test(size=(100, 30)) as pilot:
        await look_done(pilot)
        await begin_to_mark_all(pilot, wait)
        await pilot.press("escape")
        gate.open.set()
        await drawn.worked(app)
        assert len(app.workspace.marks) == 0
        assert not app.workspace.bench.undo()
        assert app.workspace.under_way == ""
        assert gate.reads < 10
        (notice,) = drawn.notices(app)
        assert "of 10,000: nothing was marked" in notice.message
        assert "of 10,000 (" not in drawn.lines(app)[-2]


async def test_undo_takes_back_what_is_still_being_marked(few: Path, wait: Wait, gate: Gate) -> None:
    app = app_over(few)
    async with app.run_test(size=(100, 30)) as pilot:
        await look_done(pilot)
        await pilot.press("K")
        assert len(app.workspace.marks) == 1
        gate.reads = 3
        await begin_to_mark_all(pilot, wait)
        await pilot.press("u")
        gate.open.set()
        await drawn.worked(app)
        assert [mark.verdict for mark in app.workspace.marks] == [Verdict.KEEP]


async def test_what_is_marked_meanwhile_stays_and_each_is_a_step_of_its_own(few: Path, wait: Wait, gate: Gate) -> None:
    app = app_over(few)
    async with app.run_test(size=(100, 30)) as pilot:
        await look_done(pilot)
        await begin_to_mark_all(pilot, wait)
        app.workspace.bench.mark(Verdict.KEEP, load_some(few, 1), [0])
        await pilot.press("T")
        gate.open.set()
        await drawn.worked(app)
        counts = [len(app.workspace.marks.of(verdict)) for verdict in Verdict]
        assert counts == [FEW - 1, 0, 1]
        app.workspace.bench.undo()
        assert [len(app.workspace.marks.of(verdict)) for verdict in Verdict] == [FEW, 0, 0]
        app.workspace.bench.undo()
        assert [len(app.workspace.marks.of(verdict)) for verdict in Verdict] == [0, 1, 0]


async def test_a_disk_that_does_not_answer_stops_no_key(few: Path, gate: Gate) -> None:
    app = app_over(few)
    gate.reads = 3
    async with app.run_test(size=(100, 30)) as pilot:
        await look_done(pilot)
        await pilot.press("home", "m")
        assert app.screen.pane.table.row == 1
        await pilot.press("down")
        assert app.screen.pane.table.row == 2
        assert len(app.workspace.marks) == 0
        gate.open.set()
        await drawn.worked(app)
        assert len(app.workspace.marks) == 1


async def test_lines_that_are_gone_are_counted_and_the_others_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "tetragon.log"
    lines = [line_of(number) + b"\n" for number in range(300)]
    path.write_bytes(b"".join(lines))
    app = app_over(path)
    with path.open("r+b") as file:
        file.truncate(sum(map(len, lines[:290])))
    async with app.run_test(size=(100, 30)) as pilot:
        await look_done(pilot)
        await pilot.press("M")
        await pilot.press("m")
        await drawn.worked(app)
        assert len(app.workspace.marks) == 290
        (notice,) = drawn.notices(app)
        assert notice.severity == "warning"
        assert notice.message.startswith("290 marked noise; 10 events not marked")
        assert str(path) in notice.message
        await pilot.press("u")
        assert len(app.workspace.marks) == 0
        path.unlink()
        await pilot.press("m")
        await drawn.worked(app)
        assert len(app.workspace.marks) == 0
        assert any(
            "1 event not marked" in notice.message and notice.severity == "error" for notice in drawn.notices(app)
        )


async def test_a_noise_group_is_marked_in_one_step_and_the_same_key_takes_it_off(many: Path, wait: Wait) -> None:
    app = app_over(many)
    async with app.run_test(size=(100, 30)) as pilot:
        await look_done(pilot)
        await pilot.press("2")
        await wait(pilot, lambda: isinstance(app.screen, NoiseScreen) and app.screen.view is not None)
        group = app.screen.view.groups[0]
        assert group.events > 1000
        with longest_callback() as spent:
            await pilot.press("m")
            await drawn.worked(app)
        assert max(spent) < 0.05
        assert len(app.workspace.marks.of(Verdict.NOISE)) == group.events
        await pilot.press("m")
        await drawn.worked(app)
        assert len(app.workspace.marks) == 0
        await pilot.press("u")
        assert len(app.workspace.marks) == group.events


async def test_keys_typed_at_once_meet_the_marks_of_those_before(few: Path) -> None:
    app = app_over(few)
    async with app.run_test(size=(100, 30)) as pilot:
        await look_done(pilot)
        await pilot.press("home", "m", "K", "T", "u")
        await drawn.worked(app)
        assert [len(app.workspace.marks.of(verdict)) for verdict in Verdict] == [1, 1, 0]
