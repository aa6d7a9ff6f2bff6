"""Whole screens as pictures; what changes here should be looked at in the report before it is taken over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests_ui.looks import LOOKS, Look

from tetratui.core.config import Config, Time
from tetratui.ui.app import Tetratui

SIZES = ((80, 24), (120, 36), (200, 50))
OTHER_THEMES = ("tetra-light", "high-contrast", "ansi", "ansi-light", "no-colour")
# The layout does not depend on the theme: every size in one theme, and one size in every other.
CASES = [*((size, "tetra-dark") for size in SIZES), *((SIZES[1], theme) for theme in OTHER_THEMES)]


@pytest.mark.parametrize(("size", "theme"), CASES, ids=[f"{w}x{h}-{theme}" for (w, h), theme in CASES])
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
def test_screen(
    snap_compare: Callable,
    app_of: Callable[..., Tetratui],
    monkeypatch: pytest.MonkeyPatch,
    look: Look,
    size: tuple[int, int],
    theme: str,
) -> None:
    """As the look says."""
    if theme == "no-colour":
        monkeypatch.setenv("NO_COLOR", "1")
    config = Config(theme="tetra-dark" if theme == "no-colour" else theme, time=Time("utc"))
    assert snap_compare(app_of(None, config), run_before=look, terminal_size=size)
