"""the scopes on the screen: scopes, sides, rare lines split out, reasons, what is accepted."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests_ui import drawn, hostile
from textual.pilot import Pilot

from tetratui.core.config import Config, Time, Wazuh
from tetratui.core.events.kinds import Kind
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.draft.screen import DraftScreen
from tetratui.ui.screens.help.screen import HelpScreen

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
RULE = (
    '<group name="local,"><rule id="100200" level="10"><decoded_as>json</decoded_as>'
    '<field name="process_exec.process.binary">/</field><description>x</description></rule></group>'
)


def rows_of(app: Tetratui, count: int = 1) -> list[int]:
    """Rows of the command line that is seen most often among those with a parent and arguments."""
    table = app.workspace.table
    events = [table.event(row) for row in range(table.first, table.stop)]
    usable = [one for one in events if one.kind is Kind.EXEC and one.arguments and one.parent_binary]
    return [one.row for one in usable[:count]]


async def opened(pilot: Pilot, rows: list[int], scope: str | None = None) -> tuple[DraftScreen, list[Draft | None]]:
    ended: list[Draft | None] = []
    app = pilot.app
    assert isinstance(app, Tetratui)
    screen = DraftScreen(app.workspace, rows, scope)
    await app.push_screen(screen, ended.append)
    async with asyncio.timeout(20):
        while screen.scopes is None:
            await pilot.pause()
    return screen, ended


async def test_enter_ends_with_a_draft_that_hides_what_the_screen_said(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen, ended = await opened(pilot, rows_of(app, 5))
        assert screen.impact is not None
        said = screen.impact.mask
        await pilot.press("enter")
        await wait(pilot, lambda: bool(ended))
    (draft,) = ended
    assert draft is not None
    columns = Columns.of(app.workspace.table)
    assert np.array_equal(Matcher(columns).any(draft.exclusions), said)
    assert draft.hosts


async def test_keys_go_up_and_down_an_arm_and_to_the_other(app_of: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen, _ = await opened(pilot, rows_of(app, 1))
        assert screen.scopes is not None
        begun = screen.chosen
        assert begun is not None
        await pilot.press("greater_than_sign")
        assert screen.chosen == (screen.scopes.broader(begun) or begun)
        await pilot.press("less_than_sign")
        assert screen.chosen == begun
        await pilot.press("tab")
        assert screen.chosen == screen.scopes.other_side(begun)


async def test_a_rare_line_split_out_stays_visible_in_the_draft(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen, ended = await opened(pilot, rows_of(app, 40), "caller")
        assert screen.scope is not None
        line = screen.scope.impact.rarest[1][0]
        await pilot.press("j", "space")
        await wait(pilot, lambda: screen.split is not None)
        assert screen.left_out == {line}
        assert screen.split is not None
        assert screen.split.refused is None
        await pilot.press("enter")
        await wait(pilot, lambda: bool(ended))
    assert ended[0] is not None
    mask = Matcher(Columns.of(app.workspace.table)).any(ended[0].exclusions)
    hidden = {
        f"{event.binary} {event.arguments or ''}".rstrip()
        for row in np.flatnonzero(mask).tolist()
        if (event := app.workspace.table.event(row + app.workspace.table.first))
    }
    assert hidden
    assert line not in hidden


async def test_one_key_splits_out_all_that_is_not_marked_and_takes_it_back(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen, _ = await opened(pilot, rows_of(app, 1), "caller")
        await pilot.press("s")
        await wait(pilot, lambda: screen.split is not None or not screen.left_out)
        assert screen.split is None or screen.split.missed == 0
        if screen.left_out:
            await pilot.press("s")
            await wait(pilot, lambda: screen.split is None)
        assert screen.left_out == set()


async def test_a_scope_that_hides_a_keep_is_refused_and_skipped(app_of: Callable) -> None:
    app = app_of()
    rows = rows_of(app, 2)
    app.workspace.bench.mark(Verdict.KEEP, app.workspace.table, rows[:1])
    async with app.run_test(size=(120, 36)) as pilot:
        screen, _ = await opened(pilot, rows[:1])
        assert screen.chosen is None
        await pilot.press("enter")
        assert app.screen is screen
        assert any("keep" in line for line in drawn.lines(app))


async def test_a_typed_reason_opens_the_scope_that_needs_one(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        shell = next(row for row in rows_of(app, 1000) if app.workspace.table.event(row).binary.endswith("sh"))
        screen, _ = await opened(pilot, [shell])
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
        screen, _ = await opened(pilot, rows_of(app, 1))
        await wait(pilot, lambda: any("100200" in line for line in drawn.lines(app)))
        assert screen.is_current


async def test_escape_and_q_leave_without_a_draft_and_help_tells_the_keys(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    for key in ("escape", "q"):
        async with app_of().run_test(size=(80, 24)) as pilot:
            _, ended = await opened(pilot, rows_of(pilot.app))
            await pilot.press("question_mark")
            await wait(pilot, lambda pilot=pilot: isinstance(pilot.app.screen, HelpScreen))
            assert any("Go one scope up" in line for line in drawn.lines(pilot.app))
            await pilot.press("escape", key)
            await wait(pilot, lambda ended=ended: ended == [None])
    assert not app.workspace.drafts


@pytest.mark.parametrize(("size", "rows"), [((80, 24), [3]), ((80, 24), [12]), ((120, 36), [*range(15)])])
async def test_hostile_events_are_drawn_safely(
    app_of: Callable, wait: Callable, size: tuple[int, int], rows: list[int]
) -> None:
    app = app_of(hostile.LINES)
    async with app.run_test(size=size) as pilot:
        screen, ended = await opened(pilot, rows)
        for key in ("greater_than_sign", "tab", "pagedown"):
            await pilot.press(key)
            drawn.assert_safe(app)
        await pilot.press("escape")
        await wait(pilot, lambda: ended == [None])
        assert screen.scopes is not None


async def test_every_line_that_a_scope_hides_can_be_come_to(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.workspace.table
        rows = [row for row in range(table.first, table.stop) if table.kind[row - table.first] == Kind.EXEC]
        screen, _ = await opened(pilot, rows[:400])
        assert screen.scope is not None
        rarest = screen.scope.impact.rarest
        assert len(rarest) == screen.scope.impact.commands > 20
        await wait(pilot, lambda: f"rarest first, 1 to 20 of {len(rarest):,}" in "\n".join(drawn.lines(app)))
        screen.action_line(len(rarest))
        await pilot.pause()
        assert screen.at == len(rarest) - 1
        told = str(screen.details.visual)
        assert f"{len(rarest) - 19:,} to {len(rarest):,} of {len(rarest):,}" in told
        assert rarest[-1][0] in told


async def test_the_side_of_containers_is_lifted_with_a_reason_only(app_of: Callable, wait: Callable) -> None:
    lines = gzip.decompress((CAPTURES / "docker.log.gz").read_bytes()).splitlines()
    app = app_of(lines)
    async with app.run_test(size=(120, 36)) as pilot:
        table = app.workspace.table
        row = next(one for one in range(table.first, table.stop) if table.event(one).binary == "/bin/sh")
        screen, ended = await opened(pilot, [row])
        assert {one.in_container for one in screen.exclusions} == {True}
        assert any("in containers only" in line for line in drawn.lines(app))
        await pilot.press("a")
        await wait(pilot, lambda: {one.in_container for one in screen.exclusions} == {None})
        await pilot.press("enter")
        await wait(pilot, lambda: screen.reason.has_focus)
        assert not ended
        await pilot.press(*"same job", "enter")
        await wait(pilot, lambda: not screen.reason.has_focus)
        await pilot.press("enter")
        await wait(pilot, lambda: bool(ended))
    (draft,) = ended
    assert draft is not None
    assert (draft.reason, {one.in_container for one in draft.exclusions}) == ("same job", {None})


async def test_without_containers_there_is_nothing_to_lift(app_of: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen, _ = await opened(pilot, rows_of(app, 1))
        await pilot.press("a")
        await pilot.pause()
        assert not screen.anywhere
