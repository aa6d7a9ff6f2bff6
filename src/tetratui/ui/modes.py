"""The work screens, each imported when the operator first goes to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen


def _live() -> Screen[Any]:
    from tetratui.ui.screens.live.screen import LiveScreen

    return LiveScreen()


def _noise() -> Screen[Any]:
    from tetratui.ui.screens.noise.screen import NoiseScreen

    return NoiseScreen()


def _rules() -> Screen[Any]:
    from tetratui.ui.screens.rules.screen import RulesScreen

    return RulesScreen()


def _review() -> Screen[Any]:
    from tetratui.ui.screens.review.screen import ReviewScreen

    return ReviewScreen()


MODES: dict[str, str | Callable[[], Screen[Any]]] = {
    "live": _live,
    "noise": _noise,
    "rules": _rules,
    "review": _review,
}
"""Each mode of the app and the function that makes its screen; importing them all would slow the start."""
