"""Helm values are imported on the Rules screen, edited, and written by Review with all else in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests_ui import drawn

from tetratui.ui.screens.confirm.screen import ConfirmScreen
from tetratui.ui.screens.review.screen import ReviewScreen
from tetratui.ui.screens.rules.screen import RulesScreen

VALUES = b"""\
# ours
tetragon:
  exportDenyList: |-
    {"health_check":true}
    {"pid":[1]}
  other: 'x'   # stays
"""


async def test_imported_values_are_edited_and_written_back(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_bytes(VALUES)
    app = app_of()
    app.workspace.out = tmp_path / "out"
    bench = app.workspace.bench
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("4")
        await wait(pilot, lambda: isinstance(app.screen, RulesScreen))
        screen = app.screen
        screen.root = tmp_path
        await pilot.press("o")
        screen.line.value = str(tmp_path / "values.yaml")
        await pilot.press("enter")
        await wait(pilot, lambda: screen.entries.row_count == 2)
        assert bench.denylist == VALUES
        await pilot.press("j", "delete")
        await wait(pilot, lambda: screen.entries.row_count == 1)
        assert bench.denylist == VALUES.replace(b'    {"pid":[1]}\n', b"")
        await pilot.press("5")
        await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        assert "values.yaml" in app.screen.names
        await pilot.press("w")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "values.yaml" in "\n".join(drawn.lines(app))
        await pilot.press("y")
        await wait(pilot, lambda: (tmp_path / "out" / "README.md").exists())
    assert (tmp_path / "out" / "values.yaml").read_bytes() == VALUES.replace(b'    {"pid":[1]}\n', b"")
    assert (tmp_path / "out" / "export-denylist").read_bytes().strip() == b'{"health_check":true}'


async def test_values_without_a_list_are_refused_by_name(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_bytes(b"tetragon:\n  enabled: true\n")
    app = app_of()
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await pilot.press("4")
        await wait(pilot, lambda: isinstance(app.screen, RulesScreen))
        app.screen.root = tmp_path
        await pilot.press("o")
        app.screen.line.value = str(tmp_path / "values.yaml")
        await pilot.press("enter")
        await wait(pilot, lambda: "has no tetragon.exportDenyList" in "\n".join(drawn.lines(app)))
    assert app.workspace.bench.denylist is None
