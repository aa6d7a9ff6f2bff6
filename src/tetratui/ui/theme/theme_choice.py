"""The themes that can be chosen while tetratui runs, and the one in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from tetratui.core.config import Config
from tetratui.core.folders import config_file
from tetratui.core.nearest import did_you_mean
from tetratui.ui.theme.theme_file import ThemeError, find_themes


class ThemeChoice:
    """Reads the theme files, and remembers which theme is chosen while others are previewed."""

    def __init__(self, app: App[Any], tell: Callable[[str], None], wanted: str, colours: int | None = None) -> None:
        """Use the wanted theme; on a terminal of 16 colours the one that is made of these, dark or light alike."""
        loaded = find_themes()
        self._app = app
        self._tell = tell
        self.errors = loaded.errors
        """One for each file that was skipped, and for a configured theme that does not exist."""
        self.files = {name: file.says for name, file in loaded.themes.items()}
        """What each theme is good for, by its name."""
        for file in loaded.themes.values():
            app.register_theme(file.theme)
        app.theme = wanted if wanted in self.files else Config().theme
        if colours == 16 and not app.current_theme.ansi:
            app.theme = "ansi" if app.current_theme.dark else "ansi-light"
        if wanted not in self.files:
            remedy = did_you_mean(wanted, self.files, "themes")
            self.errors = [*self.errors, ThemeError(f"no theme is called {wanted!r}", remedy)]
        self.chosen = app.theme
        """The name to go back to after another was previewed."""

    def show(self, name: str = "") -> None:
        """Preview a theme; without a name show the chosen one again."""
        self._app.theme = name or self.chosen

    def choose(self, name: str) -> None:
        """Use a theme until the program ends; only the configuration keeps it longer."""
        self.chosen = name
        self.show()
        self._tell(f'To start with this theme: theme = "{name}" in {config_file()}')
