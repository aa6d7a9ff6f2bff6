"""The Draft screen: scopes, sides, lines kept visible, reasons, and what is accepted."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from tests_ui import drawn, hostile
from textual.color import Color
from textual.pilot import Pilot

from tetratui.core.config import Config, Time, Wazuh
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.core.tuning.scopes.line_split import Split, split
from tetratui.core.tuning.scopes.places import DEFAULT_PLACE
from tetratui.core.workspace.draft_preview import ScopeChoice
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.draft.screen import DraftScreen
from tetratui.ui.screens.help.screen import HelpScreen

CLUSTER = Path(__file__).parents[1] / "data" / "kubernetes" / "events.jsonl.gz"
CAPTURES = Path(__file__).parents[1] / "data" / "captures"
RULE = (
    '<group name="local,"><rule id="100200" level="10"><decoded_as>json</decoded_as>'
    '<field name="process_exec.process.binary">/</field><description>x</description></rule></group>'
)


def rows_of(app: Tetratui, count: int = 1) -> list[int]:
    """Return the first rows of execs with a parent and arguments."""
    table = app.workspace.table
    events = [table.event(row) for row in range(table.first, table.stop)]
    usable = [event for event in events if event.kind is Kind.EXEC and event.arguments and event.parent_binary]
    return [event.row for event in usable[:count]]


async def open_screen(
    pilot: Pilot, rows: list[int], scope: str | None = None
) -> tuple[DraftScreen, list[Draft | None]]:
    ended: list[Draft | None] = []
    app = pilot.app
    assert isinstance(app, Tetratui)
    screen = DraftScreen(app.workspace, rows, scope)
    await app.push_screen(screen, ended.append)
    async with asyncio.timeout(20):
        while screen.scopes is None:
            await pilot.pause()
    return screen, ended


def chosen(screen: DraftScreen) -> str | None:
    return None if screen.choice is None else screen.choice.scope.name


def places(exclusions: tuple[Exclusion, ...]) -> set[bool | None]:
    return {exclusion.in_container for exclusion in exclusions}


def hidden_by(app: Tetratui, draft: Draft) -> set[str]:
    """Return the command lines that a draft hides; it hides some."""
    table = app.workspace.table
    rows = np.flatnonzero(Matcher(Columns.of(table)).any(draft.exclusions)) + table.first
    events = [table.event(row) for row in rows.tolist()]
    assert events
    return {f"{event.binary} {event.arguments or ''}".rstrip() for event in events}


def scope_of(screen: DraftScreen) -> ScopeChoice:
    assert screen.choice is not None
    return screen.choice


async def test_enter_ends_with_a_draft_that_hides_what_the_screen_showed(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen, ended = await open_screen(pilot, rows_of(app, 5))
        assert screen.choice is not None
        shown = screen.choice.impact.mask
        await pilot.press("enter")
        await wait(pilot, lambda: bool(ended))
    (draft,) = ended
    assert draft is not None
    columns = Columns.of(app.workspace.table)
    assert np.array_equal(Matcher(columns).any(draft.exclusions), shown)
    assert draft.hosts


async def test_keys_go_to_broader_and_narrower_scopes_and_to_the_other_side(app_of: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen, _ = await open_screen(pilot, rows_of(app, 1))
        assert screen.scopes is not None
        first = chosen(screen)
        assert first is not None
        await pilot.press("greater_than_sign")
        assert chosen(screen) == (screen.scopes.broader(first) or first)
        await pilot.press("less_than_sign")
        assert chosen(screen) == first
        await pilot.press("tab")
        assert chosen(screen) == screen.scopes.other_side(first)


async def test_a_rare_line_that_is_kept_visible_is_not_hidden_by_the_draft(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen, ended = await open_screen(pilot, rows_of(app, 40), "caller")
        choice = scope_of(screen)
        line = choice.rarest[1][0]
        await pilot.press("j", "space")
        await wait(pilot, lambda: choice.split is not None)
        assert choice.kept_visible == {line}
        assert choice.split is not None
        assert choice.split.refused is None
        await pilot.press("enter")
        await wait(pilot, lambda: bool(ended))
    assert ended[0] is not None
    assert line not in hidden_by(app, ended[0])


async def test_enter_waits_for_a_line_that_shall_stay_visible(
    app_of: Callable, wait: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, typed = app_of(), Event()

    def split_late(*given: Any) -> Split:
        assert typed.wait(30)
        return split(*given)

    monkeypatch.setattr("tetratui.ui.screens.draft.screen.split", split_late)
    async with app.run_test(size=(120, 36)) as pilot:
        screen, ended = await open_screen(pilot, rows_of(app, 40), "caller")
        line = scope_of(screen).rarest[1][0]
        # The whole scope could be accepted from here on.
        await wait(pilot, lambda: "test attacks run from here" in " ".join(drawn.lines(app)))
        await pilot.press("j", "space", "enter")
        assert not ended
        typed.set()
        await wait(pilot, lambda: bool(ended))
    assert ended[0] is not None
    assert line not in hidden_by(app, ended[0])


async def test_one_key_keeps_all_unmarked_lines_visible_and_hides_them_again(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen, _ = await open_screen(pilot, rows_of(app, 1), "caller")
        await pilot.press("S")
        choice = scope_of(screen)
        await wait(pilot, lambda: choice.split is not None or not choice.kept_visible)
        assert choice.split is None or choice.split.missed == 0
        if choice.kept_visible:
            await pilot.press("S")
            await wait(pilot, lambda: choice.split is None)
        assert choice.kept_visible == set()


async def test_a_scope_that_hides_a_keep_is_refused_and_skipped(app_of: Callable) -> None:
    app = app_of()
    rows = rows_of(app, 2)
    app.workspace.bench.mark(Verdict.KEEP, app.workspace.table, rows[:1])
    async with app.run_test(size=(120, 36)) as pilot:
        screen, _ = await open_screen(pilot, rows[:1])
        assert screen.choice is None
        await pilot.press("enter")
        assert app.screen is screen
        assert any("keep" in line for line in drawn.lines(app))


async def test_a_typed_reason_opens_the_scope_that_needs_one(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        shell = next(row for row in rows_of(app, 1000) if app.workspace.table.event(row).binary.endswith("sh"))
        screen, _ = await open_screen(pilot, [shell])
        assert screen.scopes is not None
        needing = [scope.name for scope in screen.scopes.scopes if scope.needs_reason and scope.refused]
        assert needing
        before = screen.scopes
        await pilot.press("r", *"known job", "enter")
        await wait(pilot, lambda: screen.scopes is not before)
        assert not [name for name in needing if "typed reason" in (screen.scopes[name].refused or "")]


async def test_rules_that_would_lose_events_are_named(app_of: Callable, wait: Callable, tmp_path: object) -> None:
    rules = tmp_path / "rules"  # type: ignore[operator]
    rules.mkdir()
    (rules / "local.xml").write_text(RULE)
    app = app_of(None, Config(time=Time("utc"), wazuh=Wazuh(rules=rules)))
    async with app.run_test(size=(120, 36)) as pilot:
        screen, _ = await open_screen(pilot, rows_of(app, 1))
        await wait(pilot, lambda: any("100200" in line for line in drawn.lines(app)))
        assert screen.is_current


async def test_escape_and_q_leave_without_a_draft_and_help_lists_the_keys(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    for key in ("escape", "q"):
        async with app_of().run_test(size=(80, 24)) as pilot:
            _, ended = await open_screen(pilot, rows_of(pilot.app))
            await pilot.press("question_mark")
            await wait(pilot, lambda pilot=pilot: isinstance(pilot.app.screen, HelpScreen))
            assert any("Go to the next broader scope" in line for line in drawn.lines(pilot.app))
            await pilot.press("escape", key)
            await wait(pilot, lambda ended=ended: ended == [None])
    assert not app.workspace.drafts


@pytest.mark.parametrize(("size", "rows"), [((80, 24), [3]), ((80, 24), [12]), ((120, 36), [*range(15)])])
async def test_hostile_events_are_drawn_safely(
    app_of: Callable, wait: Callable, size: tuple[int, int], rows: list[int]
) -> None:
    app = app_of(hostile.LINES)
    async with app.run_test(size=size) as pilot:
        screen, ended = await open_screen(pilot, rows)
        for key in ("greater_than_sign", "tab", "pagedown"):
            await pilot.press(key)
            drawn.assert_safe(app)
        await pilot.press("escape")
        await wait(pilot, lambda: ended == [None])
        assert screen.scopes is not None


async def test_the_cursor_reaches_every_line_that_a_scope_hides(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.workspace.table
        rows = [row for row in range(table.first, table.stop) if table.kind[row - table.first] == Kind.EXEC]
        screen, _ = await open_screen(pilot, rows[:400])
        choice = scope_of(screen)
        rarest = choice.rarest
        assert len(rarest) == choice.impact.commands > 20
        await wait(pilot, lambda: f"of {len(rarest):,} ━" in "\n".join(drawn.lines(app)))
        await pilot.press("pagedown", "pagedown")
        assert choice.cursor == 2 * screen.hidden.page
        assert rarest[choice.cursor][0] in screen.hidden.listed
        await pilot.press("end")
        assert choice.cursor == len(rarest) - 1
        assert screen.hidden.listed == [text for text, _ in rarest[-screen.hidden.page :]]
        await pilot.press("home")
        assert choice.cursor == 0


def cursor_rows(app: Tetratui) -> list[str]:
    """Return the lines of the screen with a cell in the colour of a cursor."""
    background = Color.parse(app.theme_variables["block-cursor-background"]).rich_color
    strips = app.screen._compositor.render_strips()
    return [strip.text for strip in strips if any(part.style and part.style.bgcolor == background for part in strip)]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 44), (200, 50)])
async def test_there_is_one_cursor_and_the_scopes_stand_in_their_order_by_name(
    app_of: Callable, wait: Callable, size: tuple[int, int]
) -> None:
    app = app_of()
    async with app.run_test(size=size) as pilot:
        screen, _ = await open_screen(pilot, rows_of(app, 5))
        await wait(pilot, lambda: len(cursor_rows(app)) == 1)
        text = "\n".join(drawn.lines(app))
        assert "by COMMAND" in text
        assert "by PARENT" in text
        names = ("exact", "command", "template", "binary", *(("caller", "subtree") if size[1] >= 34 else ()))
        lines = drawn.lines(app)
        at = [next(number for number, line in enumerate(lines) if f" {name} " in line[:16]) for name in names]
        assert at == sorted(at)
        assert f"● {chosen(screen)}" in text
        await pilot.press("tab")
        await wait(pilot, lambda: f"● {chosen(screen)}" in "\n".join(drawn.lines(app)))
        assert len(cursor_rows(app)) == 1


async def test_filters_and_rules_are_taken_apart_into_fields(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(200, 50)) as pilot:
        await open_screen(pilot, rows_of(app, 1))
        await wait(pilot, lambda: "binary_regex" in "\n".join(drawn.lines(app)))
        text = "\n".join(drawn.lines(app))
        assert '{"binary_regex"' not in text
        assert "process_exec.process.binary" in text
        assert "of level 0" in text


async def test_a_draft_applies_in_and_outside_containers_only_with_a_reason(app_of: Callable, wait: Callable) -> None:
    lines = gzip.decompress((CAPTURES / "docker.log.gz").read_bytes()).splitlines()
    app = app_of(lines)
    async with app.run_test(size=(120, 36)) as pilot:
        table = app.workspace.table
        row = next(row for row in range(table.first, table.stop) if table.event(row).binary == "/bin/sh")
        screen, ended = await open_screen(pilot, [row])
        assert places(scope_of(screen).exclusions) == {True}
        assert any("in containers only" in line for line in drawn.lines(app))
        await pilot.press("P")
        await wait(pilot, lambda: places(scope_of(screen).exclusions) == {None})
        await pilot.press("enter")
        await wait(pilot, lambda: screen.reason.has_focus)
        assert not ended
        await pilot.press(*"same job", "enter")
        await wait(pilot, lambda: not screen.reason.has_focus)
        await pilot.press("enter")
        await wait(pilot, lambda: bool(ended))
    (draft,) = ended
    assert draft is not None
    assert (draft.reason, places(draft.exclusions)) == ("same job", {None})


async def test_the_place_of_a_draft_from_a_pod_steps_from_workload_to_container(
    app_of: Callable, wait: Callable
) -> None:
    app = app_of(gzip.decompress(CLUSTER.read_bytes()).splitlines())
    async with app.run_test(size=(120, 36)) as pilot:
        table = app.workspace.table
        row = next(row for row in range(table.first, table.stop) if table.event(row).workload == "kube-proxy")
        screen, _ = await open_screen(pilot, [row])
        for place in ("workload", "namespace", "anywhere", "container", "workload"):
            await wait(pilot, lambda place=place: {one.place_name for one in scope_of(screen).exclusions} == {place})
            await pilot.press("P")


async def test_without_containers_the_place_cannot_be_changed(app_of: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen, _ = await open_screen(pilot, rows_of(app, 1))
        await pilot.press("P")
        await pilot.pause()
        assert screen.place == DEFAULT_PLACE
