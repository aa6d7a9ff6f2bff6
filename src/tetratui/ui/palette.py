"""The command palette: every command that works here, and every theme, previewed while the cursor is on it."""

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
class ThemeHit(Hit):
    """A theme that matches what is typed."""

    theme: str = ""


@dataclass
class ThemeSuggestion(DiscoveryHit):
    """A theme in the list before anything is typed."""

    theme: str = ""


class Themes(Provider):
    """Offers the themes of the theme files."""

    def _themes(self) -> Iterator[tuple[str, str, str, Callable[[], None]]]:
        themes = operator_app(self.app).themes
        for name, description in themes.files.items():
            yield name, f"theme {name}", description, partial(themes.choose, name)

    async def discover(self) -> Hits:
        """Yield all, before anything is typed."""
        for name, title, description, run in self._themes():
            yield ThemeSuggestion(title, run, help=description, theme=name)

    async def search(self, query: str) -> Hits:
        """Yield the themes whose names match."""
        matcher = self.matcher(query)
        for name, title, description, run in self._themes():
            if (score := matcher.match(title)) > 0:
                yield ThemeHit(score, matcher.highlight(title), run, help=description, theme=name)


class Everything(Themes):
    """Offers the commands of the screen, the most used first, then the themes.

    One provider for both: Textual keeps no order between providers.
    """

    def _commands(self) -> list[SystemCommand]:
        return list(self.app.get_system_commands(self.screen))

    async def discover(self) -> Hits:
        """Yield all, before anything is typed."""
        for title, description, run, _ in self._commands():
            yield DiscoveryHit(title, run, help=description)
        async for hit in super().discover():
            yield hit

    async def search(self, query: str) -> Hits:
        """Yield the commands whose names match, then those whose descriptions do, then the themes."""
        matcher = self.matcher(query)
        for title, description, run, _ in self._commands():
            by_name, by_description = matcher.match(title), matcher.match(description)
            if by_name > 0 or by_description > 0:
                yield Hit(max(by_name, by_description / 2), matcher.highlight(title), run, help=description)
        async for hit in super().search(query):
            yield hit


class Palette(CommandPalette):
    """Previews a theme while the cursor is on it; leaving without choosing restores the former one."""

    def on_mount(self) -> None:
        """Restyle with the theme: Textual leaves the styles of its own screens as they were."""
        self.app.theme_changed_signal.subscribe(self, self._restyle)

    def _restyle(self, _theme: Theme) -> None:
        self.app.stylesheet.update(self, animate=False)
        self.refresh(layout=True)

    @on(OptionList.OptionHighlighted)
    def preview(self, event: OptionList.OptionHighlighted) -> None:
        """Preview the theme under the cursor; on any other command show the chosen one."""
        hit = event.option.hit if isinstance(event.option, Command) else None
        operator_app(self.app).themes.show(hit.theme if isinstance(hit, ThemeHit | ThemeSuggestion) else "")

    def on_unmount(self) -> None:
        """Restore the chosen theme."""
        operator_app(self.app).themes.show()
