"""The Noise screen: groups, root causes, suggestions; drafts and marks are of the groups that it shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from tests_ui import drawn, hostile
from textual.pilot import Pilot

from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import build_table
from tetratui.core.tuning.marks import Verdict
from tetratui.ui.app import Tetratui
from tetratui.ui.screens.draft.screen import DraftScreen
from tetratui.ui.screens.help.screen import HelpScreen
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.screens.noise.screen import NoiseScreen
from tetratui.ui.screens.roots.screen import RootsScreen
from tetratui.ui.screens.suggest.screen import SuggestScreen


async def open_noise(pilot: Pilot) -> NoiseScreen:
    await pilot.press("2")
    async with asyncio.timeout(20):
        while not (isinstance(pilot.app.screen, NoiseScreen) and pilot.app.screen.view is not None):
            await pilot.pause(0.05)
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, NoiseScreen)
    return screen


def text(app: Tetratui) -> str:
    return "\n".join(drawn.lines(app))


async def test_groups_are_listed_biggest_first_with_their_share(app_of: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_noise(pilot)
        assert screen.view is not None
        counts = [group.events for group in screen.view.groups]
        assert counts == sorted(counts, reverse=True)
        assert screen.view.events == len(app.workspace.table)
        assert sum(counts) == len(app.workspace.table) or len(counts) < screen.view.count
        assert screen.board_table.row_count == len(screen.entries)
        assert "root cause" in text(app)
        assert "no drafts yet, still exported: 100.0%" in text(app)


async def test_without_events_it_says_what_will_come(app_of: Callable) -> None:
    app = app_of(())
    async with app.run_test(size=(80, 24)) as pilot:
        await open_noise(pilot)
        assert "No events yet" in text(app)
        await pilot.press("d", "m", "v", "p")
        assert app.is_running


async def test_keys_draft_mark_and_show_the_group_under_the_cursor(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_noise(pilot)
        await pilot.press("j", "m")
        assert screen.view is not None
        row = screen.entries[1].row
        assert row is not None
        await wait(pilot, lambda: len(app.workspace.marks) == row.events)
        await pilot.press("d")
        await wait(pilot, lambda: isinstance(app.screen, DraftScreen))
        scopes = app.screen
        assert isinstance(scopes, DraftScreen)
        assert len(scopes.rows) == row.events
        await pilot.press("escape", "v")
        await wait(pilot, lambda: isinstance(app.screen, LiveScreen))


async def give_reasons(pilot: Pilot, wait: Callable, suggest: SuggestScreen) -> None:
    """Answer for each proposal that requires a reason."""
    while any(each.missing_reason for each in suggest.proposed):
        await pilot.press("enter")
        await wait(pilot, lambda: suggest.reason.has_focus)
        suggest.reason.value = "answered for in a test"
        await pilot.press("enter")
        await wait(pilot, lambda: not suggest.reason.display)


async def test_no_suggestion_hides_a_group_marked_as_threat(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_noise(pilot)
        assert screen.view is not None
        await pilot.press("s")
        row = screen.entries[0].row
        assert row is not None
        await pilot.press("home", "T")
        await wait(pilot, lambda: len(app.workspace.marks) == row.events)
        await pilot.press("c")
        await wait(pilot, lambda: isinstance(app.screen, SuggestScreen) and app.screen.proposal is not None)
        suggest = app.screen
        assert isinstance(suggest, SuggestScreen)
        assert suggest.proposal is not None
        kept = app.workspace.marks.rows(app.workspace.table, Verdict.THREAT) - app.workspace.table.first
        assert len(kept) == row.events
        assert not suggest.proposal.cover.mask[kept].any()


async def test_a_root_cause_is_drafted_with_its_parent_filters(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_noise(pilot)
        assert screen.view is not None
        assert screen.view.roots
        await pilot.press("p")
        await wait(pilot, lambda: isinstance(app.screen, RootsScreen))
        assert "generation  1" in text(app)
        assert "if hidden, still exported" in text(app)
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.scopes is not None)
        scopes = app.screen
        assert isinstance(scopes, DraftScreen)
        assert 0 < len(scopes.rows) <= screen.view.roots[0].events


async def test_suggested_exclusions_stay_within_the_collateral_and_are_accepted(
    app_of: Callable, wait: Callable
) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_noise(pilot)
        await pilot.press("c")
        await wait(pilot, lambda: isinstance(app.screen, SuggestScreen) and app.screen.proposal is not None)
        suggest = app.screen
        assert isinstance(suggest, SuggestScreen)
        assert "rare events hidden: 0 max" in text(app)
        await pilot.press("right_square_bracket", "greater_than_sign")
        await wait(pilot, lambda: suggest.proposal is not None)
        assert "scopes up to subtree; rare events hidden: 1 max" in text(app)
        assert suggest.proposal is not None
        chosen, mask = suggest.proposal.cover.chosen, suggest.proposal.cover.mask
        assert any(risk.needs_reason for risk in suggest.proposal.risks)
        await give_reasons(pilot, wait, suggest)
        await pilot.press("enter")
        await wait(pilot, lambda: isinstance(app.screen, NoiseScreen))
        for draft, risk in zip(app.workspace.drafts, suggest.proposal.risks, strict=True):
            assert draft.reason.startswith("answered for") is (risk.needs_reason is not None)
        exclusions = [exclusion for draft in app.workspace.drafts for exclusion in draft.exclusions]
        assert len(exclusions) == len(chosen)
        assert int(Matcher(Columns.of(app.workspace.table)).any(exclusions).sum()) == int(mask.sum())


async def test_suggestions_for_marked_groups_hide_them_and_nothing_else(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_noise(pilot)
        assert screen.view is not None
        await pilot.press("s", "home")
        first, _, third = (entry.row for entry in screen.entries[:3])
        assert first is not None
        assert third is not None
        await pilot.press("m", "j", "j", "m")
        await wait(pilot, lambda: len(app.workspace.marks) == first.events + third.events)
        await pilot.press("c")
        await wait(pilot, lambda: isinstance(app.screen, SuggestScreen) and app.screen.proposal is not None)
        suggest = app.screen
        assert isinstance(suggest, SuggestScreen)
        assert suggest.proposal is not None
        assert f"hide {first.events + third.events:,} events marked noise" in text(app)
        rows = app.workspace.marks.rows(app.workspace.table, Verdict.NOISE) - app.workspace.table.first
        # A row holds the starts and the exits of a command, which a draft hides together.
        hidden = np.flatnonzero(suggest.proposal.cover.mask)
        assert set(hidden.tolist()) <= set(rows.tolist())
        assert suggest.proposal.cover.missed == len(rows) - len(hidden)
        for _ in range(9):
            await pilot.press("right_square_bracket")
        await wait(pilot, lambda: suggest.proposal is not None and suggest.request.collateral == 500)
        assert suggest.proposal is not None
        assert suggest.proposal.cover.missed == 0
        assert 0 <= int(suggest.proposal.cover.mask.sum()) - len(rows) <= 500
        await pilot.press("b")
        await wait(pilot, lambda: suggest.proposal is not None and not suggest.for_marked)
        assert "hide 60% of events, regular jobs only" in text(app)


async def test_new_events_are_counted(app_of: Callable, wait: Callable) -> None:
    app = app_of(hostile.LINES)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_noise(pilot)
        screen.workspace.table = build_table(hostile.LINES * 2)
        screen.recount()
        await wait(pilot, lambda: screen.view is not None and screen.view.events == 2 * len(hostile.LINES))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_hostile_groups_are_drawn_safely_at_every_size(app_of: Callable, size: tuple[int, int]) -> None:
    app = app_of(hostile.LINES)
    async with app.run_test(size=size) as pilot:
        screen = await open_noise(pilot)
        for _ in hostile.LINES:
            await pilot.press("j")
            drawn.assert_safe(app)
        for width, height in ((60, 16), (40, 10), (200, 50), size):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            drawn.assert_safe(app)
        assert screen.is_current


async def test_help_lists_the_keys_of_the_screen(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_noise(pilot)
        await pilot.press("question_mark")
        await wait(pilot, lambda: isinstance(app.screen, HelpScreen))
        first = text(app)
        await pilot.press("pagedown")
        assert "Suggest the fewest exclusions" in first + text(app)


async def test_starts_and_exits_of_a_command_are_one_row(app_of: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(160, 44)) as pilot:
        screen = await open_noise(pilot)
        assert screen.view is not None
        rows = screen.view.rows
        assert sum(row.events for row in rows) == sum(group.events for group in screen.view.groups)
        assert len({row.key for row in rows}) == len(rows) < len(screen.view.groups)
        assert any(row.kinds == "exec+exit" for row in rows)


async def test_what_a_root_cause_starts_stands_under_it_and_is_folded(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_noise(pilot)
        assert screen.view is not None
        first = next(number for number, entry in enumerate(screen.entries) if entry.unfolded)
        root = screen.entries[first].root
        below = [entry for entry in screen.entries if entry.row is not None and entry.root == root]
        assert below
        assert below == screen.entries[first + 1 : first + 1 + len(below)]
        await pilot.press("home", *["j"] * (first + 1), "left")
        assert screen.board_table.cursor_row == first
        assert not screen.entries[first].unfolded
        assert "▸" in text(app)
        await pilot.press("right")
        assert screen.entries[first + 1 : first + 1 + len(below)] == below
        await pilot.press("m")
        await wait(pilot, lambda: len(app.workspace.marks) > 0)
        assert len(app.workspace.marks) <= screen.view.roots[root].events


async def test_s_sorts_in_every_order_and_keeps_the_cursor_on_its_row(app_of: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_noise(pilot)
        await pilot.press("s")
        assert "Noise by events" in text(app)
        events = [entry.row.events for entry in screen.entries if entry.row is not None]
        assert events == sorted(events, reverse=True)
        await pilot.press("home", "j", "j")
        key = screen.entries[screen.board_table.cursor_row].key
        for name in ("size", "command"):
            await pilot.press("s")
            assert f"Noise by {name}" in text(app)
            assert screen.entries[screen.board_table.cursor_row].key == key
        await pilot.press("s")
        assert "Noise by root cause" in text(app)


async def test_slash_finds_and_n_goes_on_into_what_is_folded(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_noise(pilot)
        assert screen.view is not None
        await pilot.press("home", "left")
        listed = [entry.row for entry in screen.entries]
        hidden = next(row for row in screen.view.rows if row not in listed)
        screen.searched = hidden.binary.lower()
        keys = set()
        while (key := screen.entries[screen.board_table.cursor_row].key) not in keys:
            keys.add(key)
            await pilot.press("n")
            await pilot.pause()
        assert hidden.key in keys
        await pilot.press("N", "n")
        assert screen.entries[screen.board_table.cursor_row].key == key
        await pilot.press("escape", "slash", *"zzqq", "enter")
        await wait(pilot, lambda: "zzqq" in " ".join(str(notice.message) for notice in drawn.notices(app)))


async def test_what_drafts_hide_is_shown_beside_it(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(160, 44)) as pilot:
        screen = await open_noise(pilot)
        await pilot.press("s", "home", "d")
        await wait(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.choice is not None)
        await pilot.press("enter")
        await wait(pilot, lambda: len(app.workspace.drafts) == 1 and app.screen is screen)
        screen.recount()
        await wait(pilot, lambda: "d1 ✓" in text(app))
        assert "1 draft hides" in text(app)


async def test_columns_in_which_all_rows_say_the_same_take_no_room(app_of: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(200, 50)) as pilot:
        screen = await open_noise(pilot)
        names = [str(column.label) for column in screen.board_table.columns.values()]
        assert "hosts" not in names
        assert names[-1] == "state"


async def test_3_says_what_shows_processes_meanwhile(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await open_noise(pilot)
        await pilot.press("3")
        await wait(pilot, lambda: "Tree screen is not part" in " ".join(str(one.message) for one in drawn.notices(app)))
        assert app.screen is screen
