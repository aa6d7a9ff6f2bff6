"""What every test of a screen needs: real events, and a terminal that does not depend on this machine."""

from __future__ import annotations

import asyncio
import gzip
import os
import sys
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tetratui.core.config import Config, Time
from tetratui.core.table import build_table
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui

# With --import-mode=importlib a test folder is not on the path; what its tests share must be.
sys.path.insert(0, str(Path(__file__).parent))
DATA = Path(__file__).parents[1] / "data"
NOON = 1_764_000_000.0
Wait = Callable[[Pilot, Callable[[], bool]], Awaitable[None]]


@cache
def real_lines() -> tuple[bytes, ...]:
    with gzip.open(DATA / "captures" / "server.log.gz") as file:
        return tuple(file.read().split(b"\n")[:1500])


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORTERM", "TMUX", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    # What all operators of a host share must not be this machine's.
    monkeypatch.setenv("TETRATUI_SHARED_STATE", str(tmp_path / "shared"))
    assert "PYTEST_CURRENT_TEST" in os.environ


@pytest.fixture
def wait() -> Wait:
    async def until(pilot: Pilot, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not condition():
                await pilot.pause()
        await pilot.pause()

    return until


@pytest.fixture
def app_of() -> Callable[..., Tetratui]:
    """Make the app over lines held in memory, with a clock that stands still."""

    def make(lines: tuple[bytes, ...] | None = None, config: Config | None = None) -> Tetratui:
        chosen = config or Config(time=Time("utc"))
        return Tetratui(
            Workspace(build_table(real_lines() if lines is None else lines), config=chosen), now=lambda: NOON
        )

    return make
