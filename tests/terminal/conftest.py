"""A host of our own for the command: its folders, an export file, a terminal."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))

from tests_terminal.terminals import Screen, Tmux

DATA = Path(__file__).parents[1] / "data" / "captures"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "PYTHONPATH"}}
    own = {name: str(tmp_path / name.lower()) for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    # What all operators of a host share must not be this machine's.
    # The line for newcomers takes a row, and is hidden by the first escape.
    hidden = Path(own["XDG_STATE_HOME"]) / "tetratui" / "hints-hidden"
    hidden.parent.mkdir(parents=True)
    hidden.touch()
    own["TETRATUI_SHARED_STATE"] = str(tmp_path / "shared")
    return {**kept, **own, "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC"}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "tetragon.log"
    with gzip.open(DATA / "server.log.gz") as packed:
        path.write_bytes(packed.read())
    return path


@pytest.fixture
def opened(export: Path, environment: dict[str, str]) -> Iterator[Screen]:
    screen = Screen([str(export)], environment)
    screen.shows("of 4,000")
    yield screen
    screen.child.close(force=True)


@pytest.fixture
def tmux(environment: dict[str, str], tmp_path: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    session = Tmux(tmp_path / "tmux", environment)
    yield session
    session("kill-server")
