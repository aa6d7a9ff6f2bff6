"""docs/keys.md says what the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tetratui.ui.keys import KEYS, PRESETS, Key

PAGE = (Path(__file__).parents[2] / "docs" / "keys.md").read_text("utf-8")
SIGNS = {"slash": "/", "question_mark": "?", "equals_sign": "=", "colon": ":", "escape": "esc", "pageup": "page up"}
SIGNS |= {"less_than_sign": "<", "greater_than_sign": ">", "plus": "+", "minus": "-", "exclamation_mark": "!"}
SIGNS |= {"left_square_bracket": "[", "right_square_bracket": "]"}


def shown(keys: str) -> str:
    return " ".join(f"`{SIGNS.get(key, key)}`" for key in keys.split(",")).replace("pagedown", "page down")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.id)
def test_each_key_stands_on_the_page_with_what_it_does(key: Key) -> None:
    assert f"| `{key.id}` | {shown(key.keys)} | {key.tooltip} |" in PAGE


def test_each_difference_of_a_preset_stands_on_the_page() -> None:
    rows = {
        line.split("|")[1].strip(" `"): line for line in PAGE.partition("## Presets")[2].splitlines() if "|" in line
    }
    for preset in PRESETS.values():
        for name, keys in preset.items():
            assert shown(keys) in rows[name]
