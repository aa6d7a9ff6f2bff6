"""The bar above a pane names the exports that could hide the events of its query."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests_ui import drawn

from tetratui.core.query.badges import Badges
from tetratui.core.query.query import parse
from tetratui.ui.widgets.query_bar import describe_exports


@pytest.mark.parametrize(
    ("badges", "text"),
    [
        (Badges(denylist=True, cel=True, policy=True, wazuh=True, blocking_term=None), "denylist ✓ Wazuh ✓"),
        (Badges(denylist=False, cel=True, policy=True, wazuh=True, blocking_term="x"), "CEL ✓ policy ✓ Wazuh ✓"),
        (Badges(denylist=False, cel=False, policy=False, wazuh=False, blocking_term="x"), "view only"),
    ],
)
def test_a_plain_filter_makes_the_other_filters_of_tetragon_unnecessary(badges: Badges, text: str) -> None:
    assert describe_exports(badges) == text


def test_a_query_of_a_pane_is_described() -> None:
    assert describe_exports(parse("kind:exec,exit").export_badges) == "denylist ✓ Wazuh ✓"


async def test_the_bar_tells_why_a_term_selects_nothing(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash")
        app.screen.focused.value = ""
        await pilot.press(*"bin", "equals_sign", *"curl")
        await wait(pilot, lambda: "binary holds full paths" in "\n".join(drawn.lines(app)))
        await pilot.press("enter")
        await drawn.worked(app)
        await pilot.pause()
        assert "binary holds full paths" in "\n".join(drawn.lines(app))
        await pilot.press("slash")
        app.screen.focused.value = ""
        await wait(pilot, lambda: "binary holds full paths" not in "\n".join(drawn.lines(app)))


async def test_the_bar_refuses_an_operator_of_another_language_with_ours(app_of: Callable, wait: Callable) -> None:
    app = app_of()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash")
        app.screen.focused.value = ""
        await pilot.press(*"exit", "exclamation_mark", "equals_sign", "0")
        await wait(pilot, lambda: "write -status=0" in "\n".join(drawn.lines(app)))
