"""The Rules screen: entries with their hits, lints, owner; import, replace and removal with undo."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests_ui import drawn
from textual.pilot import Pilot

from tetratui.core.tetragon.match.filter_list import read
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.rules.screen import RulesScreen
from tetratui.ui.theme.severity_styles import severity_styles

LIST = b"""{"binary_regex":["^/usr/bin/bash$"],"event_set":["PROCESS_EXEC"]}
{"binary_regex":["open-audit.sh"]}
"""


async def open_rules(pilot: Pilot, wait: Callable, root: Path) -> RulesScreen:
    """Go to the screen of a machine whose root folder is this one."""
    app = pilot.app
    await pilot.press("4")
    await wait(pilot, lambda: isinstance(app.screen, RulesScreen))
    screen = app.screen
    assert isinstance(screen, RulesScreen)
    screen.root = root
    return screen


def text(app: Tetratui) -> str:
    return "\n".join(drawn.lines(app))


async def answer(pilot: Pilot, screen: RulesScreen, text: str) -> None:
    screen.line.value = text
    await pilot.press("enter")


async def open_list(pilot: Pilot, wait: Callable, folder: Path, data: bytes = LIST) -> RulesScreen:
    path = folder / "export-denylist"
    path.write_bytes(data)
    screen = await open_rules(pilot, wait, folder)
    await pilot.press("ctrl+o")
    await answer(pilot, screen, str(path))
    await wait(pilot, lambda: screen.view is not None)
    return screen


async def test_an_imported_list_shows_hits_lints_and_owners(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_list(pilot, wait, tmp_path)
        assert screen.entries.row_count == 2
        matched = int((read(LIST.splitlines()[0]).first_matches(app.workspace.table) >= 0).sum())
        assert f"{matched:,} of {len(app.workspace.table):,}" in text(app)
        assert " – " in text(app)
        assert "Loads in Tetragon" in text(app)
        assert "2 entries" in text(app)


async def test_an_entry_is_removed_edited_and_brought_back(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    bench = app.workspace.bench
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_list(pilot, wait, tmp_path)
        await pilot.press("j", "delete")
        await wait(pilot, lambda: screen.entries.row_count == 1)
        assert b"open-audit" not in bench.denylist
        await pilot.press("u")
        await wait(pilot, lambda: screen.entries.row_count == 2)
        assert bench.denylist == LIST
        await pilot.press("home", "enter")
        await answer(pilot, screen, '{"nonsense":1}')
        assert screen.line.display
        assert bench.denylist == LIST
        await answer(pilot, screen, '{"binary_regex":["^/usr/bin/dash$"],"event_set":["PROCESS_EXEC"]}')
        await wait(pilot, lambda: bench.denylist != LIST)
        assert b"dash" in bench.denylist
        assert b"open-audit" in bench.denylist


async def test_fixes_are_applied_and_undone(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    data = b'{"in_init_tree":true}\n{"pid":[1]}\n{"pid":[1]}\n'
    app = app_of()
    bench = app.workspace.bench
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_list(pilot, wait, tmp_path, data)
        assert "ERROR crash" in text(app)
        await pilot.press("exclamation_mark")
        fixed = b'{"event_set":["PROCESS_EXEC","PROCESS_EXIT"],"in_init_tree":true}'
        await wait(pilot, lambda: bench.denylist == data.replace(b'{"in_init_tree":true}', fixed))
        await wait(pilot, lambda: "ERROR" not in text(app))
        await pilot.press("end", "exclamation_mark")
        await wait(pilot, lambda: screen.entries.row_count == 2)
        await pilot.press("u", "u")
        await wait(pilot, lambda: bench.denylist == data)


async def test_an_entry_with_hidden_characters_is_edited_as_it_is(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    data = '{"binary_regex":["^/x\u202ey\x7f$"],"event_set":["PROCESS_EXEC"]}\n'.encode()
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_list(pilot, wait, tmp_path, data)
        await pilot.press("enter")
        assert read(screen.line.value).filters == read(data).filters
        assert screen.line.value.isascii()
        await pilot.press("enter")
        await wait(pilot, lambda: not screen.line.display)
        assert read(app.workspace.bench.denylist).filters == read(data).filters


async def test_the_details_scroll(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_list(pilot, wait, tmp_path, b'{"binary_regex":["bash"],"arguments_regex":["/opt/x.sh"]}')
        await pilot.press("J")
        assert screen.findings.scroll_offset.y > 0
        await pilot.press("U")
        assert screen.findings.scroll_offset.y == 0


async def test_the_features_of_the_installed_tetragon_decide_what_loads(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    folder = tmp_path / "etc/tetragon/tetragon.conf.d"
    folder.mkdir(parents=True)
    (folder / "enable-process-cred").write_text("true")
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, wait, tmp_path, b'{"capabilities":{"effective":{"any":["CAP_SYS_ADMIN"]}}}')
        assert "Loads in Tetragon" in text(app)
        assert "1 entry ·" in text(app)


async def test_only_the_hits_of_entries_in_force_are_not_measurable(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    folder = tmp_path / "etc/tetragon/tetragon.conf.d"
    folder.mkdir(parents=True)
    (folder / "export-denylist").write_bytes(LIST)
    os.utime(folder / "export-denylist", (1, 1))
    app = app_of()
    app.workspace.bench.import_denylist(LIST + b'{"binary_regex":["^/usr/bin/dash$"]}\n')
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_rules(pilot, wait, tmp_path)
        screen.look()
        await wait(pilot, lambda: screen.view is not None and screen.view.entries[0].hits.events is None)
        assert [entry.hits.events is None for entry in screen.view.entries] == [True, True, False]
        assert text(app).count("in force, not measurable") >= 2


async def test_a_refused_list_and_a_wrong_path_are_reported(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = await open_list(pilot, wait, tmp_path, b'[{"pid":[1]}]')
        await wait(pilot, lambda: "would not start with this list" in text(app))
        await pilot.press("end", "exclamation_mark", "enter", "escape", "ctrl+o")
        await answer(pilot, screen, str(tmp_path / "nowhere"))
        await wait(pilot, lambda: "cannot be read" in text(app))
        assert app.is_running


async def test_without_a_list_it_says_how_to_import_one(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_rules(pilot, wait, tmp_path)
        await wait(pilot, lambda: "No list imported" in text(app))


GOOD = tuple(b'{"binary_regex":["^/usr/bin/%d$"],"event_set":["PROCESS_EXEC"]}' % number for number in range(9))
BAD = b'{"binary_rgex":["^/usr/bin/x$"],"event_set":["PROCESS_EXEC"]}'


async def test_one_refused_entry_hides_no_other_and_is_put_right(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    data = b"\n".join((*GOOD[:4], BAD, *GOOD[4:])) + b"\n"
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = await open_list(pilot, wait, tmp_path, data)
        assert screen.entries.row_count == 10
        assert "1 of 10 entries refused" in text(app)
        assert "it would say: line 5, column 2, entry 5: not a field of a filter: 'binary_rgex'" in text(app)
        assert [str(screen.entries.get_row_at(row)[0]) for row in (0, 4, 9)] == ["1", "5", "10"]
        assert [str(screen.entries.get_row_at(row)[1]) for row in (0, 4, 9)] == ["1", "5", "10"]
        state = screen.entries.get_row_at(4)[2]
        assert "REFUSED" in str(state)
        assert state.style == severity_styles(app.theme_variables)["error"]
        assert screen.view is not None
        assert [entry.hits is None for entry in screen.view.entries] == [number == 4 for number in range(10)]
        screen.entries.move_cursor(row=4)
        await pilot.pause()
        assert "REFUSED line 5, column 2, entry 5" in text(app)
        assert "fix: known are binary_regex" in text(app)
        await pilot.press("enter")
        assert screen.line.value == BAD.decode()
        await answer(pilot, screen, BAD.decode())
        assert screen.line.display
        await answer(pilot, screen, BAD.decode().replace("rgex", "regex"))
        await wait(pilot, lambda: "Loads in Tetragon" in text(app))
        assert read(app.workspace.bench.denylist).accepted
        assert len(read(app.workspace.bench.denylist).filters) == 10
        await pilot.press("u")
        await wait(pilot, lambda: app.workspace.bench.denylist == data)


async def test_several_faults_are_each_shown_and_removed(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    data = b"\n".join((GOOD[0], b"# nightly", b'{"binary_regex":["(?!x)"]}', GOOD[1])) + b"\n"
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_list(pilot, wait, tmp_path, data)
        assert [entry.error is not None for entry in screen.view.entries] == [False, True, True, False]
        screen.entries.move_cursor(row=1)
        await pilot.press("delete")
        await wait(pilot, lambda: screen.entries.row_count == 3)
        screen.entries.move_cursor(row=1)
        await pilot.press("delete")
        await wait(pilot, lambda: "Loads in Tetragon" in text(app))
        assert app.workspace.bench.denylist == GOOD[0] + b"\n" + GOOD[1] + b"\n"


async def test_an_array_of_filters_is_taken_apart_in_one_step(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    data = b"[" + b",\n".join(GOOD[:3]) + b"]\n"
    async with app.run_test(size=(80, 24)) as pilot:
        await open_list(pilot, wait, tmp_path, data)
        await pilot.press("exclamation_mark")
        await wait(pilot, lambda: "Loads in Tetragon" in text(app))
        assert len(read(app.workspace.bench.denylist).filters) == 3
        await pilot.press("u")
        await wait(pilot, lambda: app.workspace.bench.denylist == data)


async def test_a_refused_entry_with_hidden_characters_is_safe_in_the_line(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_list(pilot, wait, tmp_path, b'{"binary_regex":["a\x1b[2J\xff"],\n "x":1}\n')
        await pilot.press("enter")
        assert screen.line.value == '{"binary_regex":["a\\u001b[2J\\udcff"],  "x":1}'
        drawn.assert_safe(app)
