"""The Suggest screen: each proposal is dropped, opened and answered for by itself; all are accepted in one step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from tests_ui import drawn
from textual.pilot import Pilot

from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.draft.screen import DraftScreen
from tetratui.ui.screens.noise.screen import NoiseScreen
from tetratui.ui.screens.suggest.screen import SuggestScreen


async def open_suggest(pilot: Pilot, wait: Callable, *keys: str) -> SuggestScreen:
    await pilot.press("2")
    app = pilot.app
    await wait(pilot, lambda: isinstance(app.screen, NoiseScreen) and app.screen.view is not None)
    await pilot.press("c")
    await wait(pilot, lambda: isinstance(app.screen, SuggestScreen) and app.screen.proposal is not None)
    screen = app.screen
    assert isinstance(screen, SuggestScreen)
    await pilot.press(*keys)
    await wait(pilot, lambda: screen.proposal is not None)
    return screen


def text(app: Tetratui) -> str:
    return "\n".join(drawn.lines(app))


async def test_a_reason_belongs_to_what_needs_it_and_is_a_sentence(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = await open_suggest(pilot, wait, "c", "greater_than_sign")
        needing = [each.draft.id for each in screen.proposed if each.risk.needs_reason]
        assert needing
        assert f"REASON REQUIRED  {len(needing)} exclusion" in text(app)
        for number in range(len(needing)):
            await pilot.press("enter")
            await wait(pilot, lambda: screen.reason.has_focus)
            if not number:
                await pilot.press(*"ok", "enter")
                assert screen.reason.has_focus
                await wait(pilot, lambda: "a reason is a sentence" in text(app))
            screen.reason.value = f"answered for number {number}"
            await pilot.press("enter")
            await wait(pilot, lambda: not screen.reason.display)
        assert "REASON REQUIRED" not in text(app)
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, NoiseScreen))
        typed = {draft.id: draft.reason for draft in app.workspace.drafts if draft.reason.startswith("answered")}
        assert typed == {name: f"answered for number {number}" for number, name in enumerate(needing)}


async def test_one_undo_takes_back_what_one_key_accepted(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_suggest(pilot, wait)
        count = len(screen.proposed)
        assert count > 1
        for each in screen.proposed:
            if each.missing_reason is not None:
                screen._put(each.with_reason("answered for in a test"))
        await pilot.press("enter")
        await wait(pilot, lambda: len(app.workspace.drafts) == count)
        await pilot.press("u")
        await wait(pilot, lambda: not app.workspace.drafts)


async def test_a_dropped_proposal_is_not_drafted_and_needs_no_reason(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_suggest(pilot, wait)
        total = len(screen.proposed)
        for row, each in enumerate(screen.proposed):
            if each.missing_reason is not None or row == 0:
                screen.frame.rows.move_cursor(row=row)
                await pilot.press("space")
        kept = [each for each in screen.proposed if each.taken]
        assert 0 < len(kept) < total
        assert f"{len(kept)} of {total} taken" in text(app)
        assert "dropped" in text(app)
        mask = np.logical_or.reduce([each.impact.mask for each in kept])
        assert f"would hide {mask.mean():.1%}" in text(app)
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, NoiseScreen))
        exclusions = [exclusion for draft in app.workspace.drafts for exclusion in draft.exclusions]
        assert np.array_equal(Matcher(Columns.of(app.workspace.table)).any(exclusions), mask)


async def test_a_proposal_is_opened_and_narrowed_in_its_place(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_suggest(pilot, wait)
        number = next(row for row, each in enumerate(screen.proposed) if each.draft.scope == "caller")
        before = screen.proposed[number]
        screen.frame.rows.move_cursor(row=number)
        await pilot.press("d")
        await wait(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.choice is not None)
        scopes = app.screen
        assert isinstance(scopes, DraftScreen)
        assert scopes.choice is not None
        assert scopes.choice.scope.name == "caller"
        await pilot.press("tab", "enter")
        await wait(pilot, lambda: app.screen is screen)
        await wait(pilot, lambda: screen.proposed[number] is not before)
        after = screen.proposed[number]
        assert after.draft.id == before.draft.id
        assert after.draft.scope == "exact"
        assert len(screen.proposed) > number
        assert before.draft.scope in {"caller"}
        await pilot.press("escape")
        await wait(pilot, lambda: isinstance(app.screen, NoiseScreen))
        assert not app.workspace.drafts
