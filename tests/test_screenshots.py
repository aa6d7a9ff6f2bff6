"""The pictures in `screenshots/` are what the code draws: each scene is drawn anew and compared byte for byte."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[1] / "screenshots"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw", FOLDER / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


DRAW = script()


@pytest.mark.parametrize("scene", [*DRAW.SCENES, *DRAW.TOUR])
def test_a_scene_looks_as_its_pictures(scene: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM", "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "NO_COLOR", "SSH_CONNECTION", "TMUX"):
        # Given back after the test, whatever the drawing makes of it.
        monkeypatch.setenv(name, "")
    stale = [name for name, svg in DRAW.pictures(scene) if (FOLDER / name).read_text("utf-8") != svg]
    assert not stale, "make screenshots"


def test_every_picture_belongs_to_a_scene() -> None:
    scenes = {*DRAW.SCENES, *DRAW.TOUR}
    assert {re.sub(r"-\d+x\d+-\w+$", "", path.stem) for path in FOLDER.glob("*.svg")} == scenes
    for_each_scene = len(DRAW.SIZES) + len(DRAW.THEMES) - 1
    assert len(list(FOLDER.glob("*.svg"))) == len(DRAW.SCENES) * for_each_scene + len(DRAW.TOUR)
