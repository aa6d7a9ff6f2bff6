"""The Root causes screen: the commands from which most noise descends, generation by generation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.noise.roots import Root
from tetratui.ui.keys import bindings
from tetratui.ui.render.bars import bar
from tetratui.ui.screens.noise.render import command_text, root_text
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.row_list import RowList


class RootsScreen(ModalScreen[Root | None], inherit_bindings=False):
    """List root causes; end with the one to draft from, or None."""

    CSS_PATH = "../noise/noise.tcss"
    TITLE_OF_HELP: ClassVar[str] = "The commands from which most of the noise descends."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("roots")]

    table = query_one("#roots", RowList)
    details = query_one("#root-details", Static)

    def __init__(self, roots: Sequence[Root]) -> None:
        super().__init__()
        self._roots = tuple(roots)

    def compose(self) -> ComposeResult:
        """Put the roots above the generations of one."""
        with Vertical(id="tuning"):
            yield Static(Content("Top noise sources" if self._roots else "No root cause found yet."))
            yield RowList("roots")
            yield Static(id="root-details")
            yield KeyLine()

    def on_mount(self) -> None:
        """Fill the list."""
        self.table.add_columns("events", "%", "share", "filters", "command")
        for root in self._roots:
            filters = sum(generation.filters for generation in root.generations)
            numbers = (f"{root.events:,}", f"{root.share:.1%}", bar(root.share, 10), f"{filters:,}")
            command = visible(command_text(root.binary.rsplit("/", 1)[-1], root.template))
            self.table.add_row(*(Text(number, justify="right") for number in numbers), Text(command))
        self.table.focus()

    @on(DataTable.RowHighlighted, "#roots")
    def describe(self, event: DataTable.RowHighlighted) -> None:
        """Show the events of each generation below the root, and the filters that it takes to hide them."""
        event.stop()
        root = self._roots[event.cursor_row]
        lines = [Content.styled(visible(root_text(root)), "bold")]
        lines.append(Content(f"if hidden, still exported: {1 - root.share:.1%}"))
        for number, generation in enumerate(root.generations, 1):
            needs = format_count(generation.filters, "more filter") if generation.filters else "no more filter"
            lines.append(Content(f"  generation {number:>2}  {generation.events:>9,} events  needs {needs}"))
        self.details.update(Content("\n").join(lines))

    def action_draft(self) -> None:
        if self._roots:
            self.dismiss(self._roots[self.table.cursor_row])

    def action_cancel(self) -> None:
        self.dismiss(None)
