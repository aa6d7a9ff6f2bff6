"""The keys of docs/tour.md, pressed as they stand there, end in files that hide what the screen said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tests_ui import drawn

from tetratui.core.demo.capture import read_capture
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import build_table
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.safety.attack_samples import recorded
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.review.screen import ReviewScreen

PAGE = Path(__file__).parents[2] / "docs" / "tour.md"
EVENTS = 6_000


def keys_of_the_page() -> list[str]:
    table = PAGE.read_text("utf-8").partition("| keys | what it does |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [key for cell in cells for key in re.findall("`([^`]+)`", cell)]


async def test_the_keys_of_the_tour_end_in_written_files(tmp_path: Path, wait: Callable) -> None:
    keys = keys_of_the_page()
    assert 10 <= len(keys) <= 25
    workspace = Workspace(build_table(list(read_capture())[:EVENTS]), out=tmp_path / "out")
    app = Tetratui(workspace)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        for key in keys:
            await pilot.press(key)
            await drawn.worked(app)
            await pilot.pause()
        await wait(pilot, lambda: (tmp_path / "out" / "README.md").exists())
        assert isinstance(app.screen, ReviewScreen)
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"export-denylist", "0011-tetratui.xml", "drafts.json", "README.md"} <= written
    denylist = read((tmp_path / "out" / "export-denylist").read_bytes())
    dropped = denylist.first_matches(workspace.table) >= 0
    assert dropped.mean() > 0.4
    exclusions = [exclusion for draft in workspace.drafts for exclusion in draft.exclusions]
    assert np.array_equal(dropped, Matcher(Columns.of(workspace.table)).any(exclusions))
    attack_samples = build_table([attack_sample.line for attack_sample in recorded()])
    assert not (denylist.first_matches(attack_samples) >= 0).any()
    assert b'"reason": "runs nightly"' in (tmp_path / "out" / "drafts.json").read_bytes()
