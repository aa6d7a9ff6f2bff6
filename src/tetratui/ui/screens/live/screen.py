"""The Live screen: panes of named queries over the events, the detail of one, the rates of all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget

from tetratui.core.errors import TetratuiError
from tetratui.core.tuning.marks import Verdict
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change, DraftAsked
from tetratui.ui.render.hints import HintLine, matters
from tetratui.ui.screens.base.screen import TALL, WorkScreen
from tetratui.ui.screens.live import one_process
from tetratui.ui.screens.live.mark_all import MarkAll
from tetratui.ui.widgets.detail_panel import DetailPanel
from tetratui.ui.widgets.event_grid import EventGrid
from tetratui.ui.widgets.header import Navigation
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.live_pane import PANES, Pane
from tetratui.ui.widgets.rate_strip import RateStrip

BESIDE = {"process": "network", "network": "process", "hooks": "all", "all": "hooks"}
"""The pane shown beside another from 120 columns on."""


class LiveScreen(WorkScreen):
    """Watch events, and mark what is noise."""

    MODE = "live"
    TITLE_OF_HELP: ClassVar[str] = "Watch events as they arrive; mark what is noise, then draft an exclusion from it."
    # The dialogs' too: styles that come later have all widgets matched again, while the operator waits for the help.
    CSS_PATH: ClassVar[CSSPathType | None] = ["../base/base.tcss", "live.tcss", "../base/dialog.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("live", "screen")]
    AUTO_FOCUS = "#process EventTable"

    below = query_one("#below", DetailPanel)
    rates = query_one("#rates", RateStrip)
    hint = query_one("#hint", HintLine)

    def __init__(self) -> None:
        super().__init__()
        self.active = PANES[0].id
        self._pinned: int | None = None
        """The row that was the newest, and followed, when its detail was opened."""

    def content(self) -> Iterable[Widget]:
        """Make the panes, and what may open below them."""
        ascii_only = self.owner.ascii_only
        yield RateStrip(self.owner.rates, self.workspace.zone, ascii_only=ascii_only)
        with Horizontal(id="panes"):
            for named in PANES:
                yield Pane(named, self.workspace, self.owner.mark_of, ascii_only=ascii_only)
        yield DetailPanel(self.workspace, ascii_only=ascii_only)
        yield HintLine(shown=self.workspace.new_here)

    def on_mount(self) -> None:
        """Begin at the first pane."""
        self.set_interval(1.0, self._draw_rates)
        self._arrange()

    def on_resize(self) -> None:
        """Show as many panes as have room."""
        self.call_after_refresh(self._arrange)

    @property
    def pane(self) -> Pane:
        """The active pane."""
        return self.query_one(f"#{self.active}", Pane)

    @property
    def following(self) -> bool:
        """Whether the active pane stays at the newest event."""
        return self.pane.table.follow

    @property
    def matters(self) -> tuple[str, ...]:
        """The keys that matter now."""
        return matters(self)

    def say_status(self) -> None:
        """Draw the lines that say how things are and what to do."""
        super().say_status()
        if self.is_current:
            self.query_one(KeyLine).say()
            self.hint.say(self)

    @property
    def shown(self) -> list[str]:
        """Ids of the panes on the screen."""
        if self.size.width < 120:
            return [self.active]
        pair = {self.active, BESIDE[self.active]}
        return [named.id for named in PANES if named.id in pair]

    def _arrange(self) -> None:
        shown = self.shown
        for pane in self.query(Pane):
            pane.display = pane.id in shown
            # On the title alone: a class of the pane would have every style below it matched again.
            pane.bar.heading.set_class(pane.id == self.active, "-active")
            pane.table.active = pane.id == self.active
            pane.table.plain = self.owner.line.low
            pane.catch_up()
        self.rates.fit(roomy=self.size.height >= TALL and not self.owner.line.low)
        self.below.lay_out(roomy=self.size.width >= 160 and self.size.height >= TALL)
        titles = {named.id: named.title for named in PANES}
        self.places.say(list(titles.values()), [titles[one] for one in shown])
        if not self.pane.bar.entry.has_focus:
            self.pane.table.focus()
        self.below.show(self.pane)

    def workspace_changed(self, changes: frozenset[Change]) -> None:
        """Let the panes on the screen look at what is new, unless held still."""
        if self.workspace.paused and Change.SETTINGS not in changes:
            return
        for name in self.shown:
            pane = self.query_one(f"#{name}", Pane)
            # A pane that looks says its counts when it has looked.
            if changes & {Change.EVENTS, Change.SETTINGS, Change.SOURCE} and not pane.catch_up():
                pane.say_counts()
            pane.table.plain = self.owner.line.low
            if changes & {Change.MARKS, Change.SETTINGS}:
                pane.table.refresh()

    def _draw_rates(self) -> None:
        if self.is_current and not self.workspace.paused:
            self.rates.tick(self.owner.line.governor.bytes_per_second)

    @on(Pane.Looked)
    def _looked(self, event: Pane.Looked) -> None:
        self.owner.keeper.note_and_save()
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

    @on(EventGrid.SelectAsked)
    def _select(self, event: EventGrid.SelectAsked) -> None:
        self.workspace.selected.symmetric_difference_update({event.row})

    def action_pane(self, step: int) -> None:
        """Go to another pane."""
        names = [named.id for named in PANES]
        self.show_pane(names[(names.index(self.active) + step) % len(names)])

    def show_pane(self, name: str, query: str | None = None) -> None:
        """Make a pane the active one, and ask it another query."""
        self.active = name
        self.pane.table.focus()
        self._arrange()
        if query is not None:
            self.pane.bar.put(query, apply=True)
        self.say_status()

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
        self.pane.ask_for_cell(negate=False, prepare=prepare)

    def action_exclude(self, prepare: bool = False) -> None:
        """Leave events with the focused cell's value out."""
        self.pane.ask_for_cell(negate=True, prepare=prepare)

    def action_follow(self) -> None:
        """Stay at the newest event, or stop."""
        table = self.pane.table
        table.follow = not table.follow
        if table.follow and self.pane.view.sort:
            self.pane.view.sort_by("")
        table.moved(0)
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
        self.rates.turn()

    def action_detail(self) -> None:
        """Open the detail; in it, go from the fields to the JSON and back."""
        if self.below.display:
            self.below.detail.turn()
        if self.pane.table.follow:
            # What is read must not run away; closing the detail follows again.
            self.pane.table.follow = False
            self._pinned = self.pane.table.row
        self.below.opened = True
        self._arrange()
        self.say_status()

    def action_back(self) -> None:
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
            self.hint.hide()

    def action_detail_scroll(self, way: int) -> None:
        """Scroll the detail by what is seen of it."""
        detail = self.below.detail
        detail.scroll_relative(y=way * max(1, detail.size.height - 1), animate=False)

    def action_life(self) -> None:
        """Show the life of the process under the cursor."""
        one_process.show_life(self)

    def action_same_process(self, step: int) -> None:
        """Go to the next or previous event of the process under the cursor."""
        row = self.pane.table.row
        if row is not None:
            going = one_process.step(self, row, step)
            self.run_worker(going, exclusive=True, group="same", exit_on_error=False)

    def action_mark(self, word: str) -> None:
        """Mark the selected rows, else the row under the cursor; the same mark again takes it off."""
        rows = self.workspace.chosen(self.pane.table.row)
        if rows:
            self.owner.mark(Verdict[word.upper()], rows)
            if not self.workspace.selected:
                self.pane.table.action_cursor(1)
            self.workspace.selected.clear()

    def action_mark_all(self) -> None:
        """Mark everything the query selects, after asking as what."""
        ids: Sequence[int] = self.pane.view.ids.tolist()

        def mark(verdict: Verdict | None) -> None:
            if verdict is not None:
                self.owner.mark(verdict, ids)

        if ids:
            self.app.push_screen(MarkAll(len(ids)), mark)

    def action_draft(self) -> None:
        """Ask for a draft from the marked noise, else from the chosen rows."""
        marked = self.workspace.marks.rows(self.workspace.still(), Verdict.NOISE).tolist()
        rows = marked or self.workspace.chosen(self.pane.table.row)
        if rows:
            self.owner.post_message(DraftAsked(tuple(rows)))

    @work(group="copy", exit_on_error=False)
    async def action_copy(self) -> None:
        """Copy the whole line of the event."""
        row = self.pane.table.row
        if row is None:
            return
        try:
            self.owner.copy(await asyncio.to_thread(self.workspace.table.line, row), "the event's line")
        except TetratuiError as error:
            self.owner.tell(str(error), "error")

    def action_copy_cell(self) -> None:
        """Copy the true text behind the focused cell."""
        cell = self.pane.table.focused_cell()
        if cell is not None:
            self.owner.copy(cell[1].encode("utf-8", "surrogateescape"), cell[0])
