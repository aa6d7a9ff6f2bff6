"""The Live screen: what its keys do with the events under the cursor, selected, or shown."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.binding import BindingType

from tetratui.core.tuning.marks import Verdict
from tetratui.ui.background import background, job
from tetratui.ui.keys import bindings
from tetratui.ui.messages import DraftRequested
from tetratui.ui.render.event_detail import find_neighbour
from tetratui.ui.screens.live.mark_all import MarkAll, MarkAllAnswer
from tetratui.ui.screens.live.panes import LivePanes
from tetratui.ui.widgets.event_grid import EventGrid
from tetratui.ui.widgets.header import Navigation
from tetratui.ui.widgets.live_pane import PANES, Pane

SAME_PROCESS = job("same", "looking for other events of the process")
MARKED = job("marked", "looking for the marked noise")
COPY = job("copy", "copying the line", exclusive=False)


class LiveScreen(LivePanes):
    """Watch events, and mark what is noise."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("live", "screen")]

    def __init__(self) -> None:
        super().__init__()
        self._pinned: int | None = None
        """The row that was the newest, and followed, when its detail was opened."""

    @on(Pane.Looked)
    def _looked(self, event: Pane.Looked) -> None:
        self.owner.note_session()
        if event.pane.id == self.active:
            self.below.show(event.pane)

    @on(Navigation.PaneClicked)
    def _click_pane(self, event: Navigation.PaneClicked) -> None:
        self.show_pane(next(named.id for named in PANES if named.title == event.title))

    @on(Pane.Refused)
    def _tell_refusal(self, event: Pane.Refused) -> None:
        self.owner.tell(event.text, "warning")

    @on(EventGrid.CursorMoved)
    def _tell_cursor(self) -> None:
        self.below.show_row(self.pane.table.row)
        self.say_status()

    @on(EventGrid.SelectRequested)
    def _select(self, event: EventGrid.SelectRequested) -> None:
        self.workspace.selected.symmetric_difference_update({event.row})

    def action_pane(self, step: int) -> None:
        """Go to another pane."""
        names = [named.id for named in PANES]
        self.show_pane(names[(names.index(self.active) + step) % len(names)])

    def action_query(self) -> None:
        """Type a query, after what it says already."""
        entry = self.pane.bar.entry
        if entry.value and not entry.value.endswith(" "):
            entry.value += " "
        entry.cursor_position = len(entry.value)
        entry.focus()

    def action_clear_query(self) -> None:
        """Give the pane its own query back."""
        self.pane.bar.put(self.pane.named.query, apply=True)

    def action_include(self, prepare: bool = False) -> None:
        """Ask for events with the focused cell's value only."""
        self.pane.filter_by_cell(negate=False, prepare=prepare)

    def action_exclude(self, prepare: bool = False) -> None:
        """Leave events with the focused cell's value out."""
        self.pane.filter_by_cell(negate=True, prepare=prepare)

    def action_follow(self) -> None:
        """Stay at the newest event, or stop."""
        table = self.pane.table
        table.follow = not table.follow
        if table.follow and self.pane.view.sort:
            self.pane.view.sort_by("")
        table.apply_change(0)
        self.say_status()

    def action_pause(self) -> None:
        """Hold the screens still, or let them go on."""
        self.owner.pause(not self.workspace.paused)

    def action_sort(self) -> None:
        """Sort by the focused column."""
        field = self.pane.table.focused_column().sort
        if field:
            self.pane.sort_by("" if field == "time" else field)

    def action_rates(self) -> None:
        """Show the rates, then over longer, then hide them."""
        self.rates.next_scale()

    def action_detail(self) -> None:
        """Open the detail; in it, go from the fields to the JSON and back."""
        if self.below.display:
            self.below.detail.toggle_json()
        if self.pane.table.follow:
            # What is read must not run away; closing the detail follows again.
            self.pane.table.follow = False
            self._pinned = self.pane.table.row
        self.below.opened = True
        self._arrange()
        self.say_status()

    def close_top(self) -> None:
        """Close the detail, let go of the selection: one at a time."""
        if self.below.opened:
            self.below.close()
            self._arrange()
            if self._pinned is not None and self._pinned == self.pane.table.row:
                self.action_follow()
            self._pinned = None
            self.say_status()
        elif self.workspace.selected:
            self.workspace.selected.clear()
            self.pane.table.refresh()
            self.say_status()
        elif self.hint.display:
            self.hint.dismiss()

    def action_detail_scroll(self, way: int) -> None:
        """Scroll the detail by what is seen of it."""
        detail = self.below.detail
        detail.scroll_relative(y=way * max(1, detail.size.height - 1), animate=False)

    def action_life(self) -> None:
        """Show the life of the process under the cursor; go to the event that it ends with."""
        from tetratui.ui.screens.life.screen import LifeScreen  # not before it is asked for

        row = self.pane.table.row
        exec_id = None if row is None else self.workspace.table.event(row).exec_id
        if not exec_id:
            self.owner.tell("no event under the cursor" if row is None else "this event names no process")
            return
        self.app.push_screen(LifeScreen(self.workspace, self.below.lineage, exec_id), self.go_to_event)

    @background(SAME_PROCESS)
    async def action_same_process(self, step: int) -> None:
        """Go to the next or previous event of the process under the cursor."""
        row = self.pane.table.row
        if row is None:
            return
        exec_id = self.workspace.table.event(row).exec_id
        if not exec_id:
            self.owner.tell("this event names no process")
            return
        rows = await asyncio.to_thread(self.below.lineage.event_rows, exec_id)
        neighbour = find_neighbour(rows, row, step, self.pane.view.rows.values)
        if isinstance(neighbour, int):
            self.pane.table.go_to(neighbour)
        else:
            self.owner.tell(neighbour)

    async def action_mark(self, word: str) -> None:
        """Mark the selected rows, else the row under the cursor; the same mark again takes it off."""
        rows = self.workspace.chosen(self.pane.table.row)
        if rows:
            if not self.workspace.selected:
                self.pane.table.action_cursor(1)
            self.workspace.selected.clear()
            await self.owner.mark(Verdict[word.upper()], rows)

    def action_mark_all(self) -> None:
        """Mark everything the query selects, after asking as what."""
        ids = self.pane.view.ids.copy()

        async def mark(answer: MarkAllAnswer | None) -> None:
            if answer is None:
                return
            if len(answer.rows):
                await self.owner.mark(answer.verdict, answer.rows)
            if answer.left_out:
                self.owner.tell(f"left out, not marked: {answer.left_out}", "warning")

        if len(ids):
            self.app.push_screen(MarkAll(self.workspace.still(), self.pane.view.query.text, ids), mark)

    @background(MARKED)
    async def action_draft(self) -> None:
        """Ask for a draft from the marked noise, else from the chosen rows."""
        chosen = self.workspace.chosen(self.pane.table.row)
        marked = await asyncio.to_thread(self.workspace.marks.rows, self.workspace.still(), Verdict.NOISE)
        rows = marked.tolist() or chosen
        if rows:
            self.owner.post_message(DraftRequested(tuple(rows)))

    @background(COPY)
    async def action_copy(self) -> None:
        """Copy the whole line of the event."""
        row = self.pane.table.row
        if row is None:
            return
        line = await asyncio.to_thread(self.workspace.table.line, row)
        self.owner.copy(line, "event JSON")

    def action_copy_cell(self) -> None:
        """Copy the true text behind the focused cell."""
        cell = self.pane.table.focused_cell()
        if cell is not None:
            self.owner.copy(cell[1].encode("utf-8", "surrogateescape"), cell[0])
