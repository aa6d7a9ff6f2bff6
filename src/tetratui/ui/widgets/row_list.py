"""A list of a few hundred rows with a cursor, moved by the keys that move in every list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import DataTable

from tetratui.ui.keys import bindings


class RowList(DataTable[Text], inherit_bindings=False):
    """Rows under a head; the screen decides what Enter does."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def __init__(self, name: str, title: str = "") -> None:
        super().__init__(id=name, cursor_type="row", zebra_stripes=True)
        self.label = title
        """What its rows are, in a word or two."""
        self._titles: tuple[str, ...] = ()
        if title:
            self.border_title = Content(title)

    def fill(self, rows: Iterable[Sequence[Text]], columns: Sequence[str] | None = None) -> None:
        """Replace the rows, under other columns or the same; the cursor stays where it is."""
        cursor = self.cursor_row
        if columns is not None and tuple(columns) != self._titles:
            self.clear(columns=True)
            self._titles = tuple(columns)
            self.add_columns(*columns)
        else:
            self.clear()
        for cells in rows:
            self.add_row(*cells)
        self.move_cursor(row=min(cursor, max(0, self.row_count - 1)), animate=False)

    def action_cursor(self, step: int) -> None:
        """Move the cursor by some rows."""
        self.move_cursor(row=self.cursor_row + step, animate=False)

    def action_page(self, step: int) -> None:
        """Move the cursor by a screen."""
        self.action_cursor(step * max(1, self.size.height - 2))

    def action_top(self) -> None:
        """Go to the first row."""
        self.move_cursor(row=0, animate=False)

    def action_bottom(self) -> None:
        """Go to the last row."""
        self.move_cursor(row=self.row_count - 1, animate=False)
