"""The Review screen: files one by one, answers about drafts, what is written and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import orjson
import pytest
from tests_ui import drawn
from textual.pilot import Pilot

from tetratui.core import folders
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.core.tuning.scopes.scopes import scopes_of
from tetratui.core.workspace.review import Review, review
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.confirm.screen import ConfirmScreen
from tetratui.ui.screens.draft.screen import DraftScreen
from tetratui.ui.screens.review.screen import ReviewScreen


async def open_review(pilot: Pilot, wait: Callable, out: Path) -> ReviewScreen:
    app = pilot.app
    assert isinstance(app, Tetratui)
    app.workspace.out = out
    table = app.workspace.table
    first = next(row for row in range(len(table)) if table.event(row).kind is Kind.EXEC and table.event(row).arguments)
    exclusions = scopes_of(table, [first])["command"].exclusions
    app.workspace.bench.accept(Draft("d1", exclusions, "command", "known", hosts=("server01",)))
    await pilot.press("e")
    await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
    screen = app.screen
    assert isinstance(screen, ReviewScreen)
    return screen


def noticed(app: Tetratui, words: str) -> bool:
    """Return whether a notice has these words, wherever its lines are broken."""
    return any(words in notice.message for notice in drawn.notices(app))


def text(app: Tetratui) -> str:
    return "\n".join(drawn.lines(app))


async def answer(pilot: Pilot, screen: ReviewScreen, key: str, text: str) -> None:
    await pilot.press(key)
    screen.line.value = text
    await pilot.press("enter")


async def test_chosen_files_are_written_after_a_question_and_reasons_kept_for_the_host(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await open_review(pilot, wait, tmp_path / "out")
        await answer(pilot, screen, "W", "anna")
        await answer(pilot, screen, "E", "2027-01-31")
        await wait(
            pilot, lambda: screen.review is not None and b"2027-01-31" in screen.review.plan.files.files["drafts.json"]
        )
        await pilot.press("space", "j", "space")
        assert "0011-tetratui.xml" not in screen.files.names
        await pilot.press("w")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
        await wait(pilot, lambda: app.screen is screen)
        await pilot.press("w")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await wait(pilot, lambda: (tmp_path / "out" / "README.md").exists())
        await wait(pilot, lambda: "README.md" in text(app))
    assert not (tmp_path / "out" / "0011-tetratui.xml").exists()
    (kept,) = [*folders.shared_state().rglob("drafts.json"), *folders.state().rglob("drafts.json")]
    (entry,) = orjson.loads(kept.read_bytes())["drafts"].values()
    assert (entry["owner"], entry["expiry"], entry["reason"]) == ("anna", "2027-01-31", "known")


async def test_a_review_that_is_out_of_date_is_not_written(
    app_of: Callable, wait: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, typed = app_of(), Event()

    def review_late(*given: Any) -> Review:
        assert typed.wait(30)
        return review(*given)

    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_review(pilot, wait, tmp_path / "out")
        monkeypatch.setattr("tetratui.ui.screens.review.screen.review", review_late)
        await answer(pilot, screen, "W", "anna")
        await pilot.press("w")
        assert app.screen is screen
        typed.set()
        await wait(pilot, lambda: screen.review is not None)
        await pilot.press("w")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))


async def test_a_wrong_answer_gets_a_notice_and_nothing_is_written(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    (tmp_path / "file").write_text("not a folder")
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = await open_review(pilot, wait, tmp_path / "out")
        await answer(pilot, screen, "E", "tomorrow")
        assert "not a date: tomorrow" in text(app)
        await pilot.press("escape")
        await answer(pilot, screen, "F", str(tmp_path / "file"))
        await wait(pilot, lambda: screen.review is None and "Computing" not in text(app))
        assert "cannot be read" in text(app)
        await pilot.press("w")
        assert not isinstance(app.screen, ConfirmScreen)


async def test_single_events_show_their_rule_and_a_dropped_draft_comes_back(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await open_review(pilot, wait, tmp_path / "out")
        await pilot.press("right", "right")
        assert "dropped silent" in str(screen.panes.wazuh.body.visual)
        assert "kept    alert" in str(screen.panes.wazuh.body.visual)
        await pilot.press("delete")
        await wait(pilot, lambda: "No drafts yet" in text(app))
        await pilot.press("u")
        await wait(pilot, lambda: screen.review is not None)
        for size in ((80, 24), (60, 16), (160, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            drawn.assert_safe(app)


async def test_how_threat_marks_alert_is_shown_and_changed(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(120, 50), notifications=True) as pilot:
        table = app.workspace.table
        last = next(row for row in reversed(range(len(table))) if table.event(row).kind is Kind.EXEC)
        app.workspace.bench.mark(Verdict.THREAT, table, [last])
        screen = await open_review(pilot, wait, tmp_path / "out")
        assert "level 12 [tetratui_threat]" in str(screen.panes.wazuh.body.visual)
        await answer(pilot, screen, "a", "99")
        assert "does not say how to alert" in text(app)
        await pilot.press("escape")
        await answer(pilot, screen, "a", "14 intrusion T1105")
        await wait(pilot, lambda: "level 14 [intrusion] T1105" in str(screen.panes.wazuh.body.visual))
        assert screen.review is not None
        rules = screen.review.plan.files.files["0011-tetratui.xml"]
        assert b'level="14"' in rules
        assert b"<mitre><id>T1105</id></mitre>" in rules


async def test_the_review_names_the_techniques_that_a_draft_would_hide(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        app.workspace.out = tmp_path / "out"
        table = app.workspace.table
        child = next(row for row in range(len(table)) if table.event(row).parent_binary == "/usr/bin/bash")
        exclusions = scopes_of(table, [child], reason="known")["subtree"].exclusions
        app.workspace.bench.accept(Draft("d1", exclusions, "subtree", "known", hosts=("server01",)))
        await pilot.press("e")
        await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        assert screen.review is not None
        ((name, context),) = screen.review.contexts
        assert name == "d1"
        assert context.hidden
        details = str(screen.panes.risk.body.visual)
        assert f"CAUTION: {len(context.hidden)} of {context.tried} test attacks" in details
        assert all(f"{sample.technique} {sample.name}" in details for sample in context.hidden)
        assert f"test attacks hidden in context: d1 {len(context.hidden)}" in text(app)


async def test_an_edited_list_can_be_written_without_a_draft(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        app.workspace.out = tmp_path / "out"
        app.workspace.bench.import_denylist(b'{"event_set":["PROCESS_EXEC"],"binary_regex":["^/usr/bin/true$"]}\n')
        await pilot.press("e")
        await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        await pilot.press("w")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await wait(pilot, lambda: (tmp_path / "out/export-denylist").exists())
    assert b"/usr/bin/true" in (tmp_path / "out/export-denylist").read_bytes()


async def test_a_list_emptied_by_the_operator_replaces_the_one_in_the_folder(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    out = tmp_path / "out"
    out.mkdir()
    (out / "export-denylist").write_text('{"event_set":["PROCESS_EXEC"],"binary_regex":["^/usr/bin/true$"]}\n')
    async with app.run_test(size=(120, 36)) as pilot:
        app.workspace.out = out
        app.workspace.bench.import_denylist(b"")
        await pilot.press("e")
        await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        assert screen.review is not None
        assert screen.review.plan.files.files["export-denylist"] == b""


async def test_a_threat_mark_alone_becomes_an_alert(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        app.workspace.out = tmp_path / "out"
        table = app.workspace.table
        last = next(row for row in reversed(range(len(table))) if table.event(row).kind is Kind.EXEC)
        app.workspace.bench.mark(Verdict.THREAT, table, [last])
        await pilot.press("e")
        await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        assert screen.review is not None
        assert screen.review.blocked is None
        assert len(screen.review.plan.files.threats) == 1


async def test_the_question_offers_only_what_is_shown(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    """Whatever changes, the former review is no longer offered, not even before anybody was told of the change."""
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_review(pilot, wait, tmp_path / "old")
        changes: tuple[Callable[[], object], ...] = (
            lambda: screen.settings.set_folder(str(tmp_path / "new")),
            lambda: screen.settings.set_all_hosts("every host runs it"),
            lambda: setattr(app.workspace, "tetragon", "1.6.0"),
            lambda: app.workspace.bench.drop("d1"),
        )
        for change in changes:
            change()
            assert screen.review is None
            screen.action_write()
            await pilot.pause()
            assert app.screen is screen
            assert "review-write" not in screen.matters
            screen.workspace_changed(frozenset())
            await drawn.worked(app)
    assert not (tmp_path / "old").exists()


async def test_a_yes_writes_what_the_question_showed_or_nothing(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = await open_review(pilot, wait, tmp_path / "out")
        await pilot.press("w")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert str(tmp_path / "out") in text(app)
        app.workspace.bench.drop("d1")
        await pilot.press("y")
        await wait(pilot, lambda: app.screen is screen)
        assert "nothing was written" in text(app)
    assert not (tmp_path / "out").exists()


async def test_files_that_have_changed_since_are_not_overwritten(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    out = tmp_path / "out"
    out.mkdir()
    theirs = b'{"event_set":["PROCESS_EXEC"],"binary_regex":["^/usr/bin/true$"]}\n'
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = await open_review(pilot, wait, out)
        await pilot.press("w")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        (out / "export-denylist").write_bytes(theirs)
        await pilot.press("y")
        await wait(pilot, lambda: noticed(app, "have changed since they were compared"))
        assert [path.name for path in out.iterdir()] == ["export-denylist"]
        await wait(pilot, lambda: screen.review is not None)
        assert screen.review is not None
        assert screen.review.plan.files.files["export-denylist"].startswith(theirs)


async def test_drafts_are_told_apart_by_command_and_parent(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_review(pilot, wait, tmp_path / "out")
        table = app.workspace.table
        child = next(row for row in range(len(table)) if table.event(row).parent_binary == "/usr/bin/bash")
        exclusions = scopes_of(table, [child], reason="known")["subtree"].exclusions
        app.workspace.bench.accept(Draft("d2", exclusions, "subtree", "known", hosts=("server01",)))
        screen.workspace_changed(frozenset())
        await wait(pilot, lambda: screen.review is not None)
        shown = text(app)
        assert screen.review is not None
        first, second = (each.summary for each in screen.review.drafts)
        assert first != second
        assert " ← " in second
        assert first[:20] in shown
        assert second[:20] in shown
        for number in (0, 1, 0):
            screen.panes.rows.move_cursor(row=number)
            await pilot.pause()
            each = screen.review.drafts[number]
            assert str(each.impact.rarest[0][0])[:40] in str(screen.panes.commands.body.visual)
            assert f"Filters: {each.draft.id}" in text(app)


async def test_a_draft_is_opened_with_its_scopes_and_changed_in_its_place(
    app_of: Callable, wait: Callable, tmp_path: Path
) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_review(pilot, wait, tmp_path / "out")
        await answer(pilot, screen, "W", "anna")
        before = app.workspace.drafts
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.choice is not None)
        scopes = app.screen
        assert isinstance(scopes, DraftScreen)
        assert scopes.choice is not None
        assert scopes.choice.scope.name == "command"
        await pilot.press("left", "enter")
        await wait(pilot, lambda: app.screen is screen)
        (draft,) = app.workspace.drafts
        assert (draft.id, draft.scope, draft.owner, draft.reason) == ("d1", "exact", "anna", "known")
        await pilot.press("u")
        await wait(pilot, lambda: app.workspace.drafts == before)


async def test_no_filter_is_cut_before_it_is_written(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    words = " ".join(f"--option-{number}=/srv/{number}" for number in range(120))
    exclusion = Exclusion((Kind.EXEC, Kind.EXIT), (Pattern.exactly("/opt/long"),), (Pattern.exactly(words),))
    async with app.run_test(size=(80, 24)) as pilot:
        app.workspace.bench.accept(Draft("d1", (exclusion,), "command", "known", hosts=("server01",)))
        app.workspace.out = tmp_path / "out"
        await pilot.press("e")
        await wait(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        assert exclusion.arguments[0].to_re2() in str(screen.panes.filters.body.visual)
        assert "--option-119" in str(screen.panes.change.body.visual)
        await pilot.press("w")
        await wait(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press(*["pagedown"] * 9)
        assert "--option-119=/srv/119" in "".join(line.strip(" │║|") for line in drawn.lines(app))


async def test_every_pane_can_be_come_to_and_enlarged(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    for size in ((80, 24), (160, 44)):
        async with app.run_test(size=size) as pilot:
            screen = await open_review(pilot, wait, tmp_path / "out")
            panes = (*screen.panes.panes, screen.panes.rows)
            for pane in panes:
                await pilot.press("tab")
                await pilot.pause()
                assert pane.has_focus
                assert pane.region.height > 3
                drawn.assert_safe(app)
            await pilot.press("right", "tab", "Z")
            await pilot.pause()
            assert app.focused.region.height > size[1] // 2
            await pilot.press("escape", "escape")
            assert screen.panes.rows.has_focus
        app = app_of()


async def test_a_reason_is_a_sentence(app_of: Callable, wait: Callable, tmp_path: Path) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = await open_review(pilot, wait, tmp_path / "out")
        await answer(pilot, screen, "r", "ok")
        assert "a reason is a sentence" in text(app)
        assert screen.line.display
        screen.line.value = "nightly inventory of ops"
        await pilot.press("enter")
        assert app.workspace.drafts[0].reason == "nightly inventory of ops"
