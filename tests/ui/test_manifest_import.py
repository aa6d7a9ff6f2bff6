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
        assert "values.yaml" in app.screen.files.names
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
        await wait(pilot, lambda: drawn.notices(app))
        assert "has no tetragon.exportDenyList" in drawn.notices(app)[-1].message
    assert app.workspace.bench.denylist is None


async def test_a_refused_entry_of_values_is_shown_in_its_place_and_put_right(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    refused = VALUES.replace(b'{"health_check":true}', b'{"helth_check":true}')
    (tmp_path / "values.yaml").write_bytes(refused)
    app = app_of()
    app.workspace.out = tmp_path / "out"
    bench = app.workspace.bench
    async with app.run_test(size=(140, 40), notifications=True) as pilot:
        await pilot.press("4")
        await wait(pilot, lambda: isinstance(app.screen, RulesScreen))
        screen = app.screen
        screen.root = tmp_path
        await pilot.press("o")
        screen.line.value = str(tmp_path / "values.yaml")
        await pilot.press("enter")
        await wait(pilot, lambda: screen.entries.row_count == 2)
        assert [str(screen.entries.get_row_at(row)[1]) for row in (0, 1)] == ["4", "5"]
        assert "line 4, column 6, entry 1: not a field of a filter: 'helth_check'" in "\n".join(drawn.lines(app))
        await pilot.press("enter")
        assert screen.line.value == '{"helth_check":true}'
        screen.line.value = '{"health_check":true}'
        await pilot.press("enter")
        await wait(pilot, lambda: "Loads in Tetragon" in "\n".join(drawn.lines(app)))
        assert bench.denylist == VALUES
        await pilot.press("u")
        await wait(pilot, lambda: bench.denylist == refused)


async def test_a_manifest_left_out_stays_left_out(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    app.workspace.out = tmp_path / "out"
    app.workspace.bench.import_denylist(VALUES)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("5")
        await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        screen = app.screen
        assert screen.panes.files.row_count == len(screen.files.names)
        screen.panes.go_to_files()
        screen.panes.files.move_cursor(row=screen.files.names.index("values.yaml"))
        await pilot.pause()
        screen.action_file()
        assert "values.yaml" not in screen.files.names
        screen.look()
        await wait(pilot, lambda: screen.review is not None)
        assert "values.yaml" not in screen.files.names
        screen.panes.files.move_cursor(row=screen.review.plan.files.names.index("values.yaml"))
        await pilot.pause()
        screen.action_file()
        assert screen.files.names[1] == "values.yaml"
