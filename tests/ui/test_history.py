"""Older events are read while the operator works: the header shows progress, and the reading can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests_ui import drawn
from textual.pilot import Pilot

from conftest import real_lines
from tetratui.core.table.ingest.history import index_history
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui import commands
from tetratui.ui.app import Tetratui

STOP = "stop reading history"


class Gate:
    """Lets one batch of history through at a time, as many as were allowed."""

    def __init__(self) -> None:
        self.allowed = threading.Semaphore(0)

    def __call__(self, *args: Any) -> Iterator[Any]:
        for batch in index_history(*args):
            if not self.allowed.acquire(timeout=30):
                return
            yield batch


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    monkeypatch.setattr("tetratui.core.workspace.feed.index_history", gate)
    return gate


async def test_progress_of_history_is_shown_and_new_events_are_read_after_stopping_it(
    tmp_path: Path, wait: Callable, gate: Gate
) -> None:
    older = [tmp_path / f"tetragon-2026-11-23T19-0{number}-00.000.log" for number in range(4)]
    for path in older:
        path.write_bytes(b"\n".join(real_lines()[:300]) + b"\n")
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"\n".join(real_lines()[:300]) + b"\n")
    feed = Feed([tmp_path])
    app = Tetratui(Workspace(feed.table, [tmp_path]), feed)
    async with app.run_test(size=(120, 24)) as pilot:
        try:
            await stopped_half_way(app, feed, gate, pilot, wait)
            with path.open("ab") as file:
                file.write(real_lines()[0] + b"\n")
            await wait(pilot, lambda: len(feed.table) == 601)
        finally:
            feed.stop()
            await drawn.worked(app)


async def stopped_half_way(app: Tetratui, feed: Feed, gate: Gate, pilot: Pilot[int], wait: Callable) -> None:
    assert STOP in offered(app)
    # The newest file comes in two parts, its last screenful first.
    gate.allowed.release()
    gate.allowed.release()
    await wait(pilot, lambda: len(feed.table) == 600)
    await wait(pilot, lambda: "Reading history 40% · : stop reading history" in message(app))
    feed.stop_history()
    gate.allowed.release()
    await wait(pilot, lambda: not app.workspace.history)
    assert len(feed.table) == 600
    await wait(pilot, lambda: "Reading history" not in message(app))
    assert STOP not in offered(app)


def offered(app: Tetratui) -> list[str]:
    return [title for title, *_ in commands.list_commands(app, app.screen)]


def message(app: Tetratui) -> str:
    return drawn.lines(app)[-2]
