"""A list above the details of the row under its cursor: in as many panes side by side as have room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.getters import query_one

from tetratui.ui.keys import bindings
from tetratui.ui.widgets.row_list import RowList
from tetratui.ui.widgets.text_pane import TextPane

Pane = RowList | TextPane
_SHARE_OF_LIST = 0.5
"""The part of the height that a long list takes."""
_LEAST_LINES = 8
"""Lines that a pane needs, its border included, before another is put below it."""


class ListAndDetails(Vertical):
    """One frame for every screen of this kind. The screen fills the panes when the cursor of the list moves.

    Panes that have no room are shown by going on; the lower border of the list names them all.
    """

    DEFAULT_CSS = """
    ListAndDetails {
        height: 1fr;
        #detail-panes { layout: grid; height: 1fr; grid-rows: 1fr; grid-columns: 1fr; }
        RowList, TextPane {
            border: round $foreground-muted;
            border-title-color: $foreground;
            border-subtitle-color: $foreground;
            background: $background;
        }
        RowList:focus, TextPane:focus {
            border: heavy $accent;
            border-title-color: $accent;
            border-title-style: bold reverse;
        }
        RowList { scrollbar-size-horizontal: 0; height: 1fr; }
        TextPane { padding: 0 1; height: 1fr; scrollbar-gutter: stable; }
        CachedStatic { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("details")]

    details = query_one("#detail-panes", Container)

    def __init__(self, rows: RowList, panes: Sequence[Pane]) -> None:
        super().__init__()
        self.rows = rows
        self.panes = tuple(panes)
        self.chosen = 0
        """The number of the pane that is shown whatever the room."""
        self.zoomed = False
        """Whether one pane alone is shown, on the whole screen."""

    def compose(self) -> ComposeResult:
        """Put the list above the panes."""
        yield self.rows
        with Container(id="detail-panes"):
            yield from self.panes

    def on_mount(self) -> None:
        """Give the keys to the list."""
        self.rows.focus()

    def on_resize(self) -> None:
        """Show as many panes as have room."""
        self.fit_panes()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Keep the pane that has the keys in sight."""
        if event.widget in self.panes:
            self.chosen = self.panes.index(event.widget)
            self.fit_panes()

    def shown(self) -> list[Pane]:
        """Return the panes that have room, with the chosen one among them."""
        if self.zoomed:
            return [self.panes[self.chosen]]
        columns, lines = self._room()
        page = self.chosen // (columns * lines)
        return list(self.panes[page * columns * lines : (page + 1) * columns * lines])

    def _room(self) -> tuple[int, int]:
        """Return how many panes have room side by side, and how many above one another."""
        width = self.screen.size.width
        columns = 3 if width >= 160 else 2 if width >= 120 else 1
        below = self.size.height - self._list_height()
        return columns, max(1, below // _LEAST_LINES)

    def _list_height(self) -> int:
        """Return the lines of the list with its head and its border."""
        needed = self.rows.row_count + 3
        return max(4, min(needed, int(self.size.height * _SHARE_OF_LIST)))

    def fit_panes(self) -> None:
        """Show the panes that have room, and name the others on the border of the list."""
        shown = self.shown()
        columns = 1 if self.zoomed else min(self._room()[0], len(shown))
        self.details.styles.grid_size_columns = columns
        self.details.styles.grid_size_rows = -(-len(shown) // columns)
        for pane in self.panes:
            pane.display = pane in shown
            pane.styles.column_span = 1
        # The last pane takes what is left of its line.
        shown[-1].styles.column_span = columns - (len(shown) - 1) % columns
        focused = self.screen.focused
        self.rows.styles.height = "1fr" if self.zoomed else self._list_height()
        self.rows.display = not self.zoomed or focused is self.rows
        self.details.display = not self.zoomed or focused is not self.rows
        self.rows.border_subtitle = self._name_panes(shown)

    def _name_panes(self, shown: Sequence[Pane]) -> Content:
        """Name the panes, those that are shown in bold; say how to come to the others."""
        names = [Content.styled(_label(pane), "bold" if pane in shown else "$text-muted") for pane in self.panes]
        text = Content(" · ").join(names)
        return text if len(shown) == len(self.panes) else Content.assemble("←→ ", text)

    def fill(self, rows: Iterable[Sequence[Text]], columns: Sequence[str] | None = None) -> None:
        """Replace the rows of the list, with other columns or the same; the cursor stays where it is."""
        self.rows.fill(rows, columns)
        self.fit_panes()

    def action_pane(self, step: int) -> None:
        """Give the keys to the next pane, the list among them."""
        order: list[Pane] = [self.rows, *self.panes]
        focused = self.screen.focused
        at = order.index(focused) if focused in order else 0
        pane = order[(at + step) % len(order)]
        if pane in self.panes:
            self.chosen = self.panes.index(pane)
        pane.display = True
        (self.rows if pane is self.rows else self.details).display = True
        pane.focus()
        self.call_after_refresh(self.fit_panes)

    def action_show(self, step: int) -> None:
        """Show the panes before or after those that are shown; the list keeps the keys."""
        shown = self.shown()
        ends = (self.panes.index(shown[0]) - 1, self.panes.index(shown[-1]) + 1)
        self.chosen = ends[step > 0] % len(self.panes)
        self.fit_panes()

    def action_scroll_details(self, step: int) -> None:
        """Scroll the pane that has the keys, else the first that is shown."""
        focused = self.screen.focused
        pane = focused if isinstance(focused, TextPane) else self.shown()[0]
        pane.action_page(step)

    def action_zoom(self) -> None:
        """Show the pane that has the keys alone, or all again."""
        self.zoomed = not self.zoomed
        self.fit_panes()

    def go_back(self) -> bool:
        """Leave the zoomed pane, else give the keys back to the list; return whether there was anything to leave."""
        if self.zoomed:
            self.action_zoom()
            return True
        if self.screen.focused in self.panes:
            self.rows.focus()
            return True
        return False


def _label(pane: Pane) -> str:
    return pane.label
