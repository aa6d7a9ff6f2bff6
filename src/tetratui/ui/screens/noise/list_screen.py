"""The list of the Noise screen: its rows and their order, what is folded, and the search in it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style
from textual.color import Color
from textual.containers import Container, VerticalScroll
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Static

from tetratui.core.workspace.noise_board import NoiseView
from tetratui.ui.screens.base.screen import WorkScreen
from tetratui.ui.screens.noise.entries import Entry, Order, list_entries, root_key
from tetratui.ui.screens.noise.render import NoiseRows, head_line, matches, order_text
from tetratui.ui.widgets.question_line import QuestionLine
from tetratui.ui.widgets.row_list import RowList


class NoiseListScreen(WorkScreen):
    """Lay out the list and the portrait, and move in the list; the subclass counts, drafts and marks."""

    head = query_one("#board-head", Static)
    board_table = query_one("#board", RowList)
    portrait = query_one("#portrait", Static)
    portrait_scroll = query_one("#portrait-scroll", VerticalScroll)
    line = query_one(QuestionLine)

    def __init__(self) -> None:
        super().__init__()
        self.view: NoiseView | None = None
        """The groups as they are shown; None before the first counting."""
        self.entries: list[Entry] = []
        """The rows of the list."""
        self.order = Order.ROOT
        self.folded: set[str] | None = None
        """Root causes that show one row only; None before the first counting: then all but the biggest."""
        self.searched = ""
        """What `n` goes on with, in lower case."""
        self.cursor_key: tuple[str, ...] = ()
        """The key of the row under the cursor."""
        self._columns: tuple[tuple[str, int], ...] = ()

    def content(self) -> Iterable[Widget]:
        """Put the list beside or above the portrait of what is under its cursor."""
        yield Static(id="board-head")
        with Container(id="board-panes"):
            yield RowList("board")
            with VerticalScroll(id="portrait-scroll", can_focus=False):
                yield Static(id="portrait")
        yield QuestionLine("find")

    def on_mount(self) -> None:
        """Name the panes."""
        super().on_mount()
        self.board_table.border_title = order_text(self.order)
        self.portrait_scroll.border_title = "Under the cursor"
        # The colour of the bars is part of the rows.
        self.app.theme_changed_signal.subscribe(self, lambda _: self.draw())

    def on_resize(self) -> None:
        """Show the columns that fit."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Draw the list as it is counted, in the chosen order."""
        view, table = self.view, self.board_table
        if view is None:
            return
        if self.folded is None:
            self.folded = {root_key(root) for root in view.roots[1:]}
        self.entries = list_entries(view, self.order, self.folded)
        accent = Style(color=Color.parse(self.app.theme_variables["accent"]).rich_color)
        # The scroll bar takes one cell.
        rows = NoiseRows(view, table.content_size.width - 1, accent, self.searched)
        cursor, keys = table.cursor_row, [entry.key for entry in self.entries]
        self._lay_columns(rows)
        for entry in self.entries:
            table.add_row(*rows.cells(entry))
        # The cursor stays on its row, wherever that has moved to.
        row = keys.index(self.cursor_key) if self.cursor_key in keys else cursor
        table.move_cursor(row=row, animate=False)
        table.border_title = order_text(self.order)
        self.head.update(head_line(view))

    def _lay_columns(self, rows: NoiseRows) -> None:
        widths = tuple(rows.widths().items())
        if widths == self._columns:
            self.board_table.clear()
            return
        self._columns = widths
        self.board_table.clear(columns=True)
        for name, width in widths:
            self.board_table.add_column(name, width=width)

    def entry_at_cursor(self) -> Entry | None:
        """Return what is under the cursor."""
        row = self.board_table.cursor_row
        return self.entries[row] if 0 <= row < len(self.entries) else None

    def action_sort(self) -> None:
        """Go to the next order."""
        orders = list(Order)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        self.draw()

    def action_fold(self, fold: bool) -> None:
        """Fold the root cause under the cursor, or that of the command there, or unfold it."""
        entry = self.entry_at_cursor()
        if entry is None or entry.root < 0 or self.view is None or self.folded is None:
            self.owner.tell("only what a root cause starts can be folded")
            return
        key = root_key(self.view.roots[entry.root])
        self.folded = self.folded | {key} if fold else self.folded - {key}
        if fold:
            self.cursor_key = Entry(root=entry.root).key
        self.draw()

    def action_find(self) -> None:
        self.line.ask("find in commands, parents, states", self.searched, self._search)

    def _search(self, text: str) -> None:
        self.searched = text.lower()
        self.draw()
        if self.searched:
            self.action_find_next(1, stay=True)

    def action_find_next(self, step: int, stay: bool = False) -> None:
        """Go to the next match, round the end of the list; a root cause that hides it is unfolded."""
        view = self.view
        if view is None or not self.searched:
            self.owner.tell("Nothing is searched for: / asks for a text")
            return
        everything = list_entries(view, self.order, ())
        keys = [entry.key for entry in everything]
        at = keys.index(self.cursor_key) if self.cursor_key in keys else 0
        ahead = [everything[(at + step * number) % len(keys)] for number in range(0 if stay else 1, len(keys) + 1)]
        match = next((entry for entry in ahead if matches(entry, view, self.searched)), None)
        if match is None:
            self.owner.tell(f"No command, parent or state contains {self.searched}")
            return
        if match.row is not None and match.root >= 0:
            self.folded = (self.folded or set()) - {root_key(view.roots[match.root])}
        self.cursor_key = match.key
        self.draw()

    def close_top(self) -> None:
        """Close the line that asks for a text, else forget what is searched for."""
        if self.line.display:
            self.line.close()
        elif self.searched:
            self.searched = ""
            self.draw()

    def action_scroll(self, way: int) -> None:
        pane = self.portrait_scroll
        pane.scroll_relative(y=way * max(1, pane.size.height - 1), animate=False)
