"""The Live screen: what its keys do with the event under the cursor, the selected and the shown events."""

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
from tetratui.ui.screens.live.go_to import HINT, day_of, find_event_row
from tetratui.ui.screens.live.mark_all import MarkAll, MarkAllAnswer
from tetratui.ui.screens.live.panes import LivePanes
from tetratui.ui.widgets.event_grid import EventGrid
from tetratui.ui.widgets.live_pane import PANES, Pane

SAME_PROCESS = job("same", "looking for other events of the process")
MARKED = job("marked", "looking for the marked noise")
COPY = job("copy", "copying the line", exclusive=False)


class LiveScreen(LivePanes):
    """Show events as they arrive; mark them and draft from them."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("live", "screen")]

    def __init__(self) -> None:
        super().__init__()
        self._pinned: int | None = None
        """The row of the detail when it was opened while following; closing the detail follows again."""

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
        names = [named.id for named in PANES]
        self.show_pane(names[(names.index(self.active) + step) % len(names)])

    def action_query(self) -> None:
        """Put the cursor behind the query, ready to add a term."""
        entry = self.pane.bar.entry
        if entry.value and not entry.value.endswith(" "):
            entry.value += " "
        entry.cursor_position = len(entry.value)
        entry.focus()

    def action_clear_query(self) -> None:
        """Reset the query to the one the pane began with."""
        self.pane.bar.put(self.pane.named.query, apply=True)

    def action_include(self, prepare: bool = False) -> None:
        """Show only events with the value of the focused cell."""
        self.pane.filter_by_cell(negate=False, prepare=prepare)

    def action_exclude(self, prepare: bool = False) -> None:
        """Hide events with the value of the focused cell."""
        self.pane.filter_by_cell(negate=True, prepare=prepare)

    def action_follow(self) -> None:
        """Follow the newest event, or stop; following ends a sort."""
        table = self.pane.table
        table.follow = not table.follow
        if table.follow and self.pane.view.sort:
            self.pane.view.sort_by("")
            self.pane.catch_up()
        table.apply_change(0)
        self.say_status()

    def action_pause(self) -> None:
        self.owner.pause(not self.workspace.paused)

    def action_ask_go_to(self) -> None:
        """Ask for a time or an exec id, and go there."""
        self.go_to_line.ask(f"go to: {HINT}", "", self._go_to)

    def _go_to(self, text: str) -> None:
        if text:
            event, times = self.pane.table.event, self.owner.times
            day = day_of(-1 if event is None else event.time, times.now)
            self.go_to_event(find_event_row(text, self.pane.view, self.below.lineage, day, times.now, times.zone))
            self.say_status()

    def action_sort(self) -> None:
        field = self.pane.table.focused_column().sort
        if field:
            self.pane.sort_by("" if field == "time" else field)

    def action_rates(self) -> None:
        """Show the rates, then over longer times, then hide them."""
        self.rates.next_scale()

    def action_detail(self) -> None:
        """Open the detail; once open, switch between fields and JSON."""
        if self.below.display:
            self.below.detail.toggle_json()
        if self.pane.table.follow:
            # New events must not move the list away from what is read; closing the detail follows again.
            self.pane.table.follow = False
            self._pinned = self.pane.table.row
        self.below.opened = True
        self._arrange()
        self.say_status()

    def close_top(self) -> None:
        """Close the detail, clear the selection, or hide the hint: the first of these that applies."""
        if self.go_to_line.display:
            self.go_to_line.close()
        elif self.below.opened:
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
        elif self.hint.wanted:
            self.hint.dismiss()

    def action_detail_scroll(self, way: int) -> None:
        detail = self.below.detail
        detail.scroll_relative(y=way * max(1, detail.size.height - 1), animate=False)

    def action_life(self) -> None:
        """Show the life of the process under the cursor, then go to the event chosen there."""
        from tetratui.ui.screens.life.screen import LifeScreen  # rarely used; saves start time

        event = self.pane.table.event
        exec_id = None if event is None else event.exec_id
        if not exec_id:
            self.owner.tell("No event under the cursor" if event is None else "This event has no process")
            return
        self.app.push_screen(LifeScreen(self.workspace, self.below.lineage, exec_id), self.go_to_event)

    @background(SAME_PROCESS)
    async def action_same_process(self, step: int) -> None:
        """Go to the next or previous event of the process under the cursor."""
        event = self.pane.table.event
        if event is None or not event.exec_id:
            self.owner.tell("No event under the cursor" if event is None else "This event has no process")
            return
        rows = await asyncio.to_thread(self.below.lineage.event_rows, event.exec_id)
        neighbour = find_neighbour(rows, event.row, step, self.pane.view.rows.values)
        if isinstance(neighbour, int):
            self.pane.table.go_to(neighbour)
        else:
            self.owner.tell(neighbour)

    async def action_mark(self, word: str) -> None:
        """Mark the selected rows, else the row under the cursor; the same mark again removes it."""
        rows = self.workspace.selected_rows(self.pane.table.row)
        if rows:
            if not self.workspace.selected:
                self.pane.table.action_cursor(1)
            self.workspace.selected.clear()
            await self.owner.mark(Verdict[word.upper()], rows)

    def action_mark_all(self) -> None:
        """Ask for a verdict, then mark all events that match the query."""
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
        else:
            self.owner.tell("Still looking through the events" if self.pane.settling else "No event matches the query")

    @background(MARKED)
    async def action_draft(self) -> None:
        """Ask for a draft from the marked noise, else from the selected rows."""
        selected = self.workspace.selected_rows(self.pane.table.row)
        marked = await asyncio.to_thread(self.workspace.marks.rows, self.workspace.still(), Verdict.NOISE)
        rows = marked.tolist() or selected
        if rows:
            self.owner.post_message(DraftRequested(tuple(rows)))
        else:
            self.owner.tell("No event under the cursor, and none is marked noise")

    @background(COPY)
    async def action_copy(self) -> None:
        """Copy the event under the cursor as it stands in the export file."""
        row = self.pane.table.row
        if row is None:
            return
        line = await asyncio.to_thread(self.workspace.table.line, row)
        self.owner.copy(line, "event JSON")

    def action_copy_cell(self) -> None:
        """Copy the value of the focused cell, not the text that is drawn for it."""
        cell = self.pane.table.focused_cell()
        if cell is not None:
            self.owner.copy(cell[1].encode("utf-8", "surrogateescape"), cell[0])
