"""The whole loop with keys: find the audit, mark it all, draft, review, write; the files do what the screen said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
from textual.pilot import Pilot

from tetratui.core.table import load
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.draft.screen import DraftScreen
from tetratui.ui.screens.review.screen import ReviewScreen

AUDIT = "args:open-audit.sh or pargs:open-audit.sh"


async def wait(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await pilot.pause()
    await pilot.pause()


async def test_audit_is_marked_drafted_reviewed_and_written_with_keys(server_log: Path, tmp_path: Path) -> None:
    workspace = Workspace(load([server_log]), out=tmp_path / "out")
    app = Tetratui(workspace)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("slash", "ctrl+u", *AUDIT, "enter")
        await pilot.press("M")
        await pilot.press("m")
        await wait(pilot, lambda: len(workspace.marks) == 2684 + 3414)
        await pilot.press("d")
        await wait(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.choice is not None)
        await pilot.press("enter")
        await wait(pilot, lambda: len(workspace.drafts) == 1)
        await pilot.press("e")
        await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        review = app.screen.review if isinstance(app.screen, ReviewScreen) else None
        assert review is not None
        assert review.blocked is None
        assert review.plan.files.equivalence is not None
        assert review.plan.files.equivalence.match
        await pilot.press("w", "y")
        await wait(pilot, lambda: (tmp_path / "out" / "export-denylist").exists())
    dropped = read((tmp_path / "out" / "export-denylist").read_bytes()).first_matches(workspace.table) >= 0
    assert int(dropped.sum()) == 2684 + 3414
    assert np.array_equal(dropped, workspace.marks.codes(workspace.table) == 1)
