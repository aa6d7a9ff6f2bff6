"""A list of a few hundred rows with a cursor, moved by the keys that move in every list."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import DataTable

from tetratui.ui.keys import bindings


class RowList(DataTable[Text], inherit_bindings=False):
    """Rows under a head; the screen decides what Enter does."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def __init__(self, name: str) -> None:
        super().__init__(id=name, cursor_type="row", zebra_stripes=True)

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
