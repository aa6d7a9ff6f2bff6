"""The bar above a pane names the exports that could hide the events of its query."""

from __future__ import annotations

import pytest

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
