"""The Rules screen: a room for what is in force and what is drafted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Static

from tetratui.ui.screens.work import WorkScreen


class RulesScreen(WorkScreen):
    """Filters and rules in force and drafted."""

    MODE = "rules"
    TITLE_OF_HELP: ClassVar[str] = "Filters and rules in force and drafted."

    def content(self) -> Iterable[Widget]:
        """Make the lists."""
        yield Static("", markup=False)
