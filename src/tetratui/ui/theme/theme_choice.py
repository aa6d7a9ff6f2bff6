"""The themes that can be chosen while it runs, and the one that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from tetratui.core.config import Config
from tetratui.core.folders import config_file
from tetratui.core.nearest import did_you_mean
from tetratui.ui.theme.theme_file import ThemeError, find_themes


class ThemeChoice:
    """Reads the theme files, and remembers which theme is chosen while others are only looked at."""

    def __init__(self, app: App[Any], tell: Callable[[str], None], wanted: str) -> None:
        found = find_themes()
        self._app = app
        self._tell = tell
        self.failed = found.failed
        """One error for each file that was skipped, and for a chosen theme that is not there."""
        self.files = {name: one.says for name, one in found.themes.items()}
        """What each theme is good for, by its name."""
        for one in found.themes.values():
            app.register_theme(one.theme)
        app.theme = wanted if wanted in self.files else Config().theme
        if wanted not in self.files:
            remedy = did_you_mean(wanted, self.files, "themes")
            self.failed = [*self.failed, ThemeError(f"no theme is called {wanted!r}", remedy)]
        self.chosen = app.theme
        """The name to go back to after another was looked at."""

    def show(self, name: str = "") -> None:
        """Show a theme for now; without a name the chosen one."""
        self._app.theme = name or self.chosen

    def choose(self, name: str) -> None:
        """Keep a theme until the end; only the configuration keeps it longer."""
        self.chosen = name
        self.show()
        self._tell(f'to begin with it: theme = "{name}" in {config_file()}')
