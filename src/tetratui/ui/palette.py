"""The command palette: every command that works here, and every theme, shown while it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.app import SystemCommand
from textual.command import Command, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.theme import Theme
from textual.widgets import OptionList

from tetratui.ui.operator_app import operator_app


@dataclass
class ThemeFound(Hit):
    """A theme that matches what is typed."""

    theme: str = ""


@dataclass
class ThemeListed(DiscoveryHit):
    """A theme of the list before anything is typed."""

    theme: str = ""


class Themes(Provider):
    """Offers the themes that were found in files."""

    def _themes(self) -> Iterator[tuple[str, str, str, Callable[[], None]]]:
        themes = operator_app(self.app).themes
        for name, says in themes.files.items():
            yield name, f"theme {name}", says, partial(themes.choose, name)

    async def discover(self) -> Hits:
        """List all."""
        for name, title, says, run in self._themes():
            yield ThemeListed(title, run, help=says, theme=name)

    async def search(self, query: str) -> Hits:
        """Look for what is typed in their names."""
        matcher = self.matcher(query)
        for name, title, says, run in self._themes():
            if (found := matcher.match(title)) > 0:
                yield ThemeFound(found, matcher.highlight(title), run, help=says, theme=name)


class Everything(Themes):
    """Offers what can be done on the screen, in the order in which it matters, then the themes.

    One provider for both: of several Textual keeps no order.
    """

    def _commands(self) -> list[SystemCommand]:
        return list(self.app.get_system_commands(self.screen))

    async def discover(self) -> Hits:
        """List all."""
        for title, says, run, _ in self._commands():
            yield DiscoveryHit(title, run, help=says)
        async for hit in super().discover():
            yield hit

    async def search(self, query: str) -> Hits:
        """Look for what is typed in the names of commands, then in what they do."""
        matcher = self.matcher(query)
        for title, says, run, _ in self._commands():
            found, told = matcher.match(title), matcher.match(says)
            if found > 0 or told > 0:
                yield Hit(max(found, told / 2), matcher.highlight(title), run, help=says)
        async for hit in super().search(query):
            yield hit


class Palette(CommandPalette):
    """Shows a theme while the cursor is on it; leaving without choosing gives the former one back."""

    def on_mount(self) -> None:
        """Take part in what is shown: Textual leaves the styles of its own screens as they were."""
        self.app.theme_changed_signal.subscribe(self, self._restyle)

    def _restyle(self, _theme: Theme) -> None:
        self.app.stylesheet.update(self, animate=False)
        self.refresh(layout=True)

    @on(OptionList.OptionHighlighted)
    def preview(self, event: OptionList.OptionHighlighted) -> None:
        """Show the theme under the cursor, or for any other command the chosen one."""
        hit = event.option.hit if isinstance(event.option, Command) else None
        operator_app(self.app).themes.show(hit.theme if isinstance(hit, ThemeFound | ThemeListed) else "")

    def on_unmount(self) -> None:
        """Give the chosen theme back."""
        operator_app(self.app).themes.show()
