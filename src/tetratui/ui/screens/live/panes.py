"""The panes of the Live screen: which are shown, which is active, and what is drawn when events arrive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Horizontal
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget

from tetratui.ui.messages import Change
from tetratui.ui.screens.base.screen import TALL, WorkScreen
from tetratui.ui.widgets.detail_panel import DetailPanel
from tetratui.ui.widgets.header import Navigation
from tetratui.ui.widgets.hint_line import HintLine, choose_keys
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.live_pane import PANES, Pane
from tetratui.ui.widgets.question_line import QuestionLine
from tetratui.ui.widgets.rate_strip import RateStrip

BESIDE = {"process": "network", "network": "process", "hooks": "all", "all": "hooks"}
"""The pane shown beside another one from 120 columns on."""


class LivePanes(WorkScreen):
    """Arrange the panes and keep them up to date; `LiveScreen` adds what the keys do."""

    MODE = "live"
    TITLE_OF_HELP: ClassVar[str] = "Watch events as they arrive; mark what is noise, then draft an exclusion from it."
    # With the styles of the dialogs: styles loaded later make Textual match all widgets again while the help opens.
    CSS_PATH: ClassVar[CSSPathType | None] = ["../base/base.tcss", "live.tcss", "../base/dialog.tcss"]
    AUTO_FOCUS = "#process EventGrid"

    below = query_one("#below", DetailPanel)
    rates = query_one("#rates", RateStrip)
    go_to_line = query_one("#go-to", QuestionLine)
    hint = query_one("#hint", HintLine)

    def __init__(self) -> None:
        super().__init__()
        self.active = PANES[0].id

    def content(self) -> Iterable[Widget]:
        """Make the panes, and the details that may open below them."""
        ascii_only = self.owner.ascii_only
        yield RateStrip(self.owner.rates, self.workspace.zone, ascii_only=ascii_only)
        with Horizontal(id="panes"):
            for named in PANES:
                yield Pane(named, self.workspace, self.owner.mark_of, self.owner.times, ascii_only=ascii_only)
        yield DetailPanel(self.workspace, ascii_only=ascii_only)
        yield QuestionLine("go-to", compact=True)
        yield HintLine(shown=self.workspace.new_here)

    def on_mount(self) -> None:
        """Start the clock of the rates and show the first pane."""
        self.set_interval(1.0, self._draw_rates)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._arrange())
        self._arrange()

    def on_resize(self) -> None:
        """Show as many panes as fit."""
        self.call_after_refresh(self._arrange)

    @property
    def pane(self) -> Pane:
        """The active pane."""
        return self.query_one(f"#{self.active}", Pane)

    @property
    def settling(self) -> bool:
        """Whether the active pane has not looked at any event for its query yet."""
        return self.pane.settling

    @property
    def following(self) -> bool:
        """Whether the active pane stays at the newest event."""
        return self.pane.table.follow

    @property
    def matters(self) -> tuple[str, ...]:
        """Ids of the keys that the key line shows."""
        return choose_keys(self.workspace, detail_open=self.below.opened)

    def say_status(self) -> None:
        """Draw status, keys and hint."""
        self.workspace.following = self.following
        super().say_status()
        if self.is_current:
            self.query_one(KeyLine).say()
            self.hint.show(self, self.workspace)

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
            self._frame(pane)
            pane.table.plain = self.owner.link.low
            pane.catch_up()
        self.rates.fit(roomy=self.size.height >= TALL and not self.owner.link.low)
        self.below.lay_out(roomy=self.size.width >= 160 and self.size.height >= TALL)
        titles = {named.id: named.title for named in PANES}
        self.navigation.say(list(titles.values()), [titles[name] for name in shown])
        if not (self.pane.bar.entry.has_focus or self.go_to_line.has_focus):
            self.pane.table.focus()
        self.below.show(self.pane)

    def _frame(self, pane: Pane) -> None:
        """Frame a pane where there is room, the active one so that it stands out without colours, too."""
        framed, active = self.size.height >= TALL, pane.id == self.active
        pane.border_title = pane.named.title if framed else ""
        pane.bar.name_pane(shown=not framed)
        # By its own styles: a class of the pane would have every style below it matched again.
        colour = self.app.theme_variables["primary" if active else "secondary"]
        pane.styles.border = ("heavy" if active else "round", colour) if framed else None

    def workspace_changed(self, changes: frozenset[Change]) -> None:
        """Query the new events for the panes on the screen, unless paused."""
        if self.workspace.paused and Change.SETTINGS not in changes:
            return
        for name in self.shown:
            pane = self.query_one(f"#{name}", Pane)
            # A pane whose query runs shows its counts when that has ended.
            if changes & {Change.EVENTS, Change.SETTINGS, Change.SOURCE} and not pane.catch_up():
                pane.show_counts()
            pane.table.plain = self.owner.link.low
            if changes & {Change.MARKS, Change.SETTINGS}:
                pane.table.refresh()
            if Change.SETTINGS in changes:
                pane.table.measure()
                pane.table.redraw()
        if Change.SETTINGS in changes:
            self.rates.zone = self.workspace.zone
            self.rates.draw()

    @on(Pane.Looked)
    def _show_looked(self, event: Pane.Looked) -> None:
        self.owner.note_session()
        if event.pane.id == self.active:
            self.below.show(event.pane)

    @on(Navigation.PaneClicked)
    def _show_clicked(self, event: Navigation.PaneClicked) -> None:
        self.show_pane(next(named.id for named in PANES if named.title == event.title))

    def _draw_rates(self) -> None:
        if self.is_current and not self.workspace.paused:
            self.rates.tick(self.owner.link.limiter.bytes_per_second)

    def action_times(self) -> None:
        """Show times in another form."""
        self.owner.tell(self.owner.times.next_form())
        self.owner.change(Change.SETTINGS, at_once=True)

    def show_pane(self, name: str, query: str | None = None) -> None:
        """Make a pane the active one; with a query, apply that to it."""
        self.active = name
        self.pane.table.focus()
        self._arrange()
        if query is not None:
            self.pane.bar.put(query, apply=True)
        self.say_status()

    def go_to_event(self, row: int | None) -> None:
        """Put the cursor on an event: in the active pane if the event is shown there, else in the pane All."""
        if row is None:
            return
        if row not in self.pane.view.rows.values:
            self.show_pane("all", "" if self.query_one("#all", Pane).bar.applied else None)
        self.pane.go_to(row)
