"""The panes of the Suggest screen: the proposals, and what the one under the cursor hides, becomes and risks."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.content import Content
from textual.widgets import DataTable

from tetratui.core.tetragon import LATEST, Version
from tetratui.core.tuning.cover.proposed_draft import ProposedDraft
from tetratui.core.tuning.cover.suggestion import Proposal
from tetratui.core.workspace.draft_preview import filter_lines
from tetratui.ui.render.command_lines import command_lines
from tetratui.ui.render.filter_fields import filter_field_lines
from tetratui.ui.screens.suggest.render import columns, left_lines, proposal_cells, risk_lines
from tetratui.ui.theme.severity_styles import severity_styles
from tetratui.ui.widgets.list_and_details import ListAndDetails
from tetratui.ui.widgets.row_list import RowList
from tetratui.ui.widgets.text_pane import TextPane


class ProposalPanes(ListAndDetails):
    """All proposals above the details of one; the details follow the cursor."""

    def __init__(self) -> None:
        self.commands = TextPane("commands", "Commands")
        self.filters = TextPane("filters", "Filters")
        self.risk = TextPane("risk", "Risk")
        self.left = TextPane("left", "Left visible")
        super().__init__(RowList("proposals", "Proposals"), (self.commands, self.filters, self.risk, self.left))
        self._proposed: tuple[ProposedDraft, ...] = ()
        self._version = LATEST

    def clear(self) -> None:
        """Show nothing."""
        self._proposed = ()
        self.fill([])
        self.left.show([])
        self.describe()

    def show(self, proposal: Proposal, proposed: Sequence[ProposedDraft], version: Version) -> None:
        """Show proposals as they are decided on; filters are those of a version."""
        self._proposed, self._version = tuple(proposed), version
        width = self.size.width
        names = columns(width)
        largest = max((each.impact.share for each in proposed), default=0.0)
        styles = severity_styles(self.app.theme_variables)
        self.fill([proposal_cells(each, names, width, largest, styles) for each in proposed], names)
        taken = sum(each.taken for each in proposed)
        self.rows.border_title = Content(f"Proposals: {taken:,} of {len(proposed):,} taken")
        self.left.show(left_lines(proposal))
        self.describe()

    def at_cursor(self) -> ProposedDraft | None:
        """Return the proposal under the cursor."""
        row = self.rows.cursor_row
        return self._proposed[row] if 0 <= row < len(self._proposed) else None

    @on(DataTable.RowHighlighted)
    def follow(self, event: DataTable.RowHighlighted) -> None:
        """Show the details of the proposal under the cursor."""
        event.stop()
        self.describe()

    def describe(self) -> None:
        """Fill the panes."""
        each = self.at_cursor()
        if each is None:
            for pane in (self.commands, self.filters, self.risk):
                pane.show([])
            return
        texts = filter_lines(each.draft.exclusions, self._version)
        self.commands.show(command_lines(each.impact), "would hide, rarest first")
        self.filters.show(list(filter_field_lines(texts)), f"{len(texts):,}")
        self.risk.show(risk_lines(each))
