"""The panes of the Review screen: the drafts, and what the one under the cursor hides, becomes and risks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual import on
from textual.content import Content
from textual.widgets import DataTable

from tetratui.core.amounts import format_count
from tetratui.core.export.file_set import EVERY_FILE
from tetratui.core.tuning.draft import Draft
from tetratui.core.workspace.draft_review import DraftReview
from tetratui.core.workspace.review import Review
from tetratui.ui.render.command_lines import command_lines
from tetratui.ui.render.filter_fields import filter_field_lines
from tetratui.ui.screens.review.render import (
    difference_lines,
    draft_cells,
    draft_columns,
    file_cells,
    risk_lines,
    sample_lines,
    wazuh_lines,
)
from tetratui.ui.theme.severity_styles import severity_styles
from tetratui.ui.widgets.list_and_details import ListAndDetails
from tetratui.ui.widgets.row_list import RowList
from tetratui.ui.widgets.text_pane import TextPane


class DraftPanes(ListAndDetails):
    """All drafts above the details of one; the details follow the cursor."""

    def __init__(self) -> None:
        self.commands = TextPane("commands", "Commands")
        self.filters = TextPane("filters", "Filters")
        self.wazuh = TextPane("wazuh", "Wazuh")
        self.risk = TextPane("risk", "Risk")
        self.files = RowList("files", "Files")
        self.change = TextPane("change", "Change")
        panes = (self.commands, self.filters, self.wazuh, self.risk, self.files, self.change)
        super().__init__(RowList("drafts", "Drafts"), panes)
        self._drafts: tuple[Draft, ...] = ()
        self._review: Review | None = None
        self._chosen_files: Collection[str] = ()

    def show(self, drafts: tuple[Draft, ...], review: Review | None, names: Collection[str]) -> None:
        """Show drafts; their numbers are unknown while there is no review of them."""
        self._drafts, self._review, self._chosen_files = drafts, review, names
        self.redraw()

    def redraw(self) -> None:
        """Draw the columns that have room."""
        width = self.size.width
        if not width:
            return
        columns = draft_columns(width)
        known: Sequence[DraftReview | None] = (None,) * len(self._drafts)
        if self._review is not None:
            known = self._review.drafts
        pairs = zip(self._drafts, known, strict=True)
        largest = max((each.impact.share for each in known if each is not None), default=0.0)
        styles = severity_styles(self.app.theme_variables)
        self.fill([draft_cells(draft, each, columns, width, largest, styles) for draft, each in pairs], columns)
        review, names = self._review, self._file_names()
        rows = [] if review is None else [file_cells(review, name, self._chosen_files) for name in names]
        self.files.fill(rows, ("", "file", "change on disk"))
        self.files.border_title = Content(f"Files: {len(self._chosen_files)} of {len(names)}")
        self.describe()

    def _file_names(self) -> tuple[str, ...]:
        """Return the files that the drafts become; while there is no review, those that are always written."""
        return EVERY_FILE if self._review is None else self._review.plan.files.names

    def file_at_cursor(self) -> str:
        """Return the name of the file under the cursor."""
        names = self._file_names()
        return names[min(max(0, self.files.cursor_row), len(names) - 1)]

    def go_to_files(self) -> bool:
        """Give the keys to the files; return whether they had them already."""
        if self.files.has_focus:
            return True
        self.chosen = self.panes.index(self.files)
        self.fit_panes()
        self.files.focus()
        return False

    @on(DataTable.RowHighlighted)
    def follow(self, event: DataTable.RowHighlighted) -> None:
        """Show the details of the draft under the cursor, or the change of the file under it."""
        event.stop()
        self.describe()

    def describe(self) -> None:
        """Fill the panes."""
        review, row = self._review, self.rows.cursor_row
        self.rows.border_title = Content(f"Drafts: {len(self._drafts)}")
        if review is None:
            for pane in (self.commands, self.filters, self.wazuh, self.risk, self.change):
                pane.show([])
            return
        self.change.show(difference_lines(review, self.file_at_cursor()), self.file_at_cursor())
        if 0 <= row < len(review.drafts):
            self._describe_draft(review, review.drafts[row])
        else:
            self.commands.show([Content("No draft: only the imported list or the threat marks are written.")])
            self.filters.show([])
            self.wazuh.show(sample_lines(review))
            self.risk.show([])

    def _describe_draft(self, review: Review, known: DraftReview) -> None:
        name, equivalence = known.draft.id, review.plan.files.equivalence
        self.commands.show(command_lines(known.impact), f"{name} would hide, rarest first")
        self.filters.show(list(filter_field_lines(known.filters)), f"{name}, {len(known.filters):,}")
        match = "" if equivalence is None else ", match" if equivalence.match else ", some missed"
        self.wazuh.show(wazuh_lines(review, known), f"{name}, {format_count(len(known.rules), 'rule')}{match}")
        self.risk.show(risk_lines(known), name)
