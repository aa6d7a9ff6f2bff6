"""The styles of verdicts in lists, which draw with colours and not with the names of the theme."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

Styles = Mapping[str, Style]
"""A style for each of `error`, `warning`, `success`."""
PLAIN = Style.null()


def severity_styles(variables: Mapping[str, str]) -> Styles:
    """Return the styles of a theme, by its variables; the word beside the colour says the same."""
    return {
        name: Style(color=Color.parse(variables[f"text-{name}"]).rich_color) for name in ("error", "warning", "success")
    }
