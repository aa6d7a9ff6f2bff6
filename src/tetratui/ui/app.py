"""The app: one workspace, the screens as modes, and the way from what was read to what is drawn."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import Input

from tetratui.core.events.visible import visible
from tetratui.core.session.session_file import Session
from tetratui.core.sources import SourceStatusKind
from tetratui.core.tuning.marks import Verdict
from tetratui.core.workspace.event_rates import Moment, Rates
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.feed_events import EventsRead, HistoryEnded, SourceReported
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui import commands, modes
from tetratui.ui.background import WorkFailed, background, job, start
from tetratui.ui.failures import Failures
from tetratui.ui.keys import bindings, clashes, effective, keymap
from tetratui.ui.mark_column import MarkColumn
from tetratui.ui.marker import Marker
from tetratui.ui.messages import Change, DraftRequested, FeedMessage, QueryRequested
from tetratui.ui.operator_app import OperatorApp, RowsToMark
from tetratui.ui.palette import Everything, Palette, Themes
from tetratui.ui.screens.base.screen import WorkScreen
from tetratui.ui.screens.live.panes import LivePanes
from tetratui.ui.session_saver import SessionSaver
from tetratui.ui.terminal import clipboard
from tetratui.ui.terminal.ascii import ASCII
from tetratui.ui.terminal.bandwidth_offer import offer_low_bandwidth
from tetratui.ui.terminal.driver import driver_of
from tetratui.ui.terminal.redraw import Redraw
from tetratui.ui.terminal.terminal_link import TerminalLink
from tetratui.ui.terminal.terminal_options import MOUSE_OFF, MOUSE_ON, TRACEBACK_VARIABLE, TerminalOptions
from tetratui.ui.terminal.typeahead import Typeahead
from tetratui.ui.theme.theme_choice import ThemeChoice
from tetratui.ui.theme.theme_file import variable_defaults

KEEP_COPY = job("clipboard", "copying", exclusive=False)
FEED = job("feed", "reading the export file", thread=True, repeatable=False)
LINK = job("link", "measuring the link to this terminal")
SENSOR = job("sensor", "asking which Tetragon is installed", thread=True)


class Tetratui(OperatorApp, inherit_bindings=False):
    """Watch, mark, draft, review."""

    TITLE = "tetratui"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = modes.MODES
    DEFAULT_MODE = "live"
    ENABLE_COMMAND_PALETTE = True
    animation_level = "none"

    def __init__(
        self,
        workspace: Workspace,
        feed: Feed | None = None,
        terminal: TerminalOptions | None = None,
        driver: type[Driver] | None = None,
        session: Session | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        config = workspace.config
        self.terminal = terminal or TerminalOptions()
        self.link = TerminalLink(config.terminal, low=self.terminal.low_bandwidth)
        super().__init__(driver_of(driver, self.link, self.terminal.output) if driver else None)
        self.workspace = workspace
        self.feed = feed
        self.session_saver = SessionSaver(self, session)
        resumable = session is not None and (session.panes or session.time >= 0)
        self.left_session = replace(session) if session is not None and resumable else None
        self.now = now
        self.rates = Rates(now=now)
        self.waiting = 0
        self.changed: Signal[frozenset[Change]] = Signal(self, "changed")
        self._mouse = True
        self._typed = Typeahead(self)
        self._redraw = Redraw(self, self.link.limiter.wait, self._publish)
        self._marked = MarkColumn(self, workspace)
        self.marker = Marker(self)
        self.themes = ThemeChoice(self, self.tell, config.theme)
        self.failures = Failures(self)
        """What failed away from the event loop."""
        workspace.history = feed is not None
        workspace.name_node()
        workspace.table.register_column("mark", self._marked)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give every theme the colours of events and marks."""
        return variable_defaults(self.current_theme)

    @property
    def ascii_only(self) -> bool:
        """Whether nothing beyond ASCII may be drawn."""
        return self.terminal.ascii_only

    async def on_event(self, event: events.Event) -> None:
        """Let keys go on one by one, in the order in which they were typed."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._typed.admits(event):
            target = self.focused or self.screen
            await super().on_event(event)
            self._typed.follow(event, target)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let no cursor blink: a steady screen sends nothing."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Let nothing but ASCII through where the terminal has no more."""
        filters = super().get_line_filters()
        return [*filters, ASCII] if self.ascii_only else filters

    def get_key_display(self, binding: Binding) -> str:
        """Write a key as a sign, by its name where the terminal lacks the sign."""
        shown = super().get_key_display(binding)
        return binding.key if self.ascii_only and not shown.isascii() else shown

    def on_mount(self) -> None:
        """Begin to read, and say what of the configuration cannot be used."""
        self.rates.happened(self.workspace.still())
        keys = self.workspace.config.keys
        chosen = keymap(keys.preset, dict(keys.map))
        self.set_keymap(chosen)
        for text in (*(f"keys: {text}" for text in clashes(chosen)), *map(str, self.themes.failed)):
            self.tell(text, "warning")
        if self.left_session is not None:
            self.tell("the last session left its queries and place: : resume takes them up again")
        self.set_timer(1.0, self._name_sensor)
        start(self, LINK, partial(offer_low_bandwidth, self))
        self.app_resume_signal.subscribe(self, self._take_terminal)
        if self.terminal.quit_after is not None:
            self.set_timer(self.terminal.quit_after, self.action_interrupt)
        if self.feed is not None:
            start(self, FEED, self.feed.reading(lambda report: self.post_message(FeedMessage(report))))

    def _take_terminal(self, _app: App[Any]) -> None:
        """Draw everything: the terminal was a shell's meanwhile, and Textual draws only what changed."""
        self.screen.refresh()
        if not self._mouse:
            self.send(MOUSE_OFF)

    @background(SENSOR)
    def _name_sensor(self) -> None:
        """Find which Tetragon is installed, unless configured: programs may be run for it."""
        from tetratui.core.tetragon.agent.agent_version import installed_version

        if not self.workspace.tetragon and self.feed is not None:
            self.workspace.tetragon = str(installed_version() or "")

    @property
    def retry_key(self) -> str:
        """The key that tries again what failed."""
        return self.key_of("retry")

    @on(WorkFailed)
    def tell_failure(self, event: WorkFailed) -> None:
        """Say that something failed; without its reader the table stays as it is."""
        self.failures.tell(event)
        if event.job is FEED:
            self.workspace.trouble, self.workspace.ended = event.text, True
            self.change(Change.SOURCE)

    def action_retry(self) -> None:
        """Try again what has failed."""
        self.failures.again()

    @on(FeedMessage)
    def take_report(self, message: FeedMessage) -> None:
        """Take what the reading thread reported."""
        match message.report:
            case EventsRead():
                self._take_events(message.report)
            case HistoryEnded():
                self.workspace.history = False
                self.change(Change.SOURCE)
            case SourceReported():
                self._take_status(message.report)

    def _take_events(self, batch: EventsRead) -> None:
        """Count a batch, and draw it when the link can carry it."""
        self.workspace.trouble = ""
        self.rates.happened(self.workspace.table.part(batch.rows.start, batch.rows.stop))
        if not batch.history:
            self.rates.arrived(len(batch.rows))
        if self.workspace.paused and not batch.history:
            self.waiting += len(batch.rows)
        self.workspace.name_node()
        self.change(Change.EVENTS)

    def _take_status(self, status: SourceReported) -> None:
        """Say what happened to the export file."""
        self.workspace.trouble = "" if status.severity == "information" else status.text
        self.workspace.ended = self.workspace.ended or status.kind is SourceStatusKind.ENDED
        if status.kind is SourceStatusKind.ROTATED:
            self.rates.note(Moment.ROTATED)
        self.tell(status.text, status.severity)
        self.change(Change.SOURCE)

    def change(self, change: Change, *, at_once: bool = False) -> None:
        """Note what changed; all is drawn together, as soon as the line can carry it or at once."""
        self._redraw.note(change, at_once=at_once)

    def _publish(self, changes: frozenset[Change]) -> None:
        if changes & {Change.MARKS, Change.DRAFTS}:
            self.session_saver.save_soon()
        if self.feed is not None:
            self.workspace.lost = self.feed.lost
            self.workspace.history_read = self.feed.progress.share
        self.changed.publish(changes)

    def mark_of(self, row: int) -> int:
        """Give the code of a row's mark, 0 without one."""
        return self._marked.of(row)

    async def mark(self, verdict: Verdict, rows: RowsToMark) -> None:
        """Mark rows; all of them marked so already: take the marks off."""
        await self.marker.mark(verdict, rows)

    def stop_marking(self) -> bool:
        """Stop a marking under way; return whether there was one."""
        return self.marker.stop()

    def key_of(self, name: str) -> str:
        """Return the first key of a binding, as it is bound and shown."""
        keys = self.workspace.config.keys
        key = effective(keymap(keys.preset, dict(keys.map)))[name][0]
        return self.get_key_display(Binding(key, name, name))

    def say_status(self) -> None:
        """Draw the status line of the screen that is shown, when it has one."""
        if isinstance(self.screen, WorkScreen):
            self.screen.say_status()

    def tell(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a notice; never read as markup."""
        self.notify(visible(text), severity=severity, markup=False, timeout=max(4, len(text) / 20))

    def send(self, sequence: str) -> bool:
        """Send a sequence of ours to the terminal; gives whether there is one."""
        if self._driver is None:
            return False
        self._driver.write(sequence)
        return True

    def copy(self, data: bytes, what: str) -> None:
        """Put bytes on the clipboard of the operator's terminal, else into a file."""
        start(self, KEEP_COPY, partial(self._copy, data, what))

    async def _copy(self, data: bytes, what: str) -> None:
        self.tell(*await clipboard.copy(self.send, data, what))

    def pause(self, still: bool) -> None:
        """Hold the screens still, or let them go on."""
        self.workspace.paused = still
        self.waiting = 0
        self.change(Change.SETTINGS, at_once=True)

    @on(DraftRequested)
    def open_draft(self, request: DraftRequested) -> None:
        """Show the scopes for some rows; the draft that the operator accepts goes on the bench."""
        from tetratui.core.tuning.draft import Draft  # needs half the core
        from tetratui.ui.screens.draft.screen import DraftScreen

        def accept(made: object) -> None:
            if isinstance(made, Draft):
                self.workspace.bench.accept(made)
                self.tell(f"draft {made.id} accepted; e reviews all drafts")
                self.change(Change.DRAFTS, at_once=True)

        self.push_screen(DraftScreen(self.workspace, request.rows, request.scope), accept)

    @on(QueryRequested)
    def show_query(self, request: QueryRequested) -> None:
        """Show on the Live screen what a query selects."""

        def show() -> None:
            if isinstance(self.screen, LivePanes):
                self.screen.show_pane("all", request.query)

        self.action_go("live")
        self.call_after_refresh(show)

    def action_go(self, mode: str) -> None:
        """Go to a screen."""
        if self.current_mode != mode:
            self.switch_mode(mode)

    def action_undo(self) -> None:
        """Take the last change of the bench back; a marking under way is the last, and is stopped."""
        if self.marker.stop():
            return
        self._tell_step(self.workspace.bench.undo(), "taken back")

    def action_redo(self) -> None:
        """Make it again."""
        self._tell_step(self.workspace.bench.redo(), "done again")

    def _tell_step(self, part: str | None, what: str) -> None:
        """Say which part of the bench a step was of, and draw it; None where there was none."""
        self.tell(f"{part}: {what}" if part else "nothing to undo or redo")
        self.change(Change.MARKS)
        self.change(Change.DRAFTS, at_once=True)

    def note_session(self) -> None:
        """Save where the operator is, when that is new."""
        self.session_saver.note_and_save()

    def action_help(self) -> None:
        """Show what can be done here."""
        from tetratui.ui.screens.help.screen import HelpScreen  # not before it is asked for

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen, self.link.says(), self.workspace.config.keys.preset))

    def action_command_palette(self) -> None:
        """Open the palette with everything."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette([Everything]))

    def search_themes(self) -> None:
        """Open the palette with the themes alone."""
        self.push_screen(Palette([Themes], placeholder="Search for themes…"))

    def action_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        self._mouse = not self._mouse
        self.send(MOUSE_ON if self._mouse else MOUSE_OFF)
        self.tell("the mouse works here again" if self._mouse else "the mouse now selects text; F2 takes it back")

    def _fatal_error(self) -> None:
        """Leave with one sentence instead of a traceback; the one private name of Textual 8.2.8 that we override."""
        if os.environ.get(TRACEBACK_VARIABLE) or self._exception is None:
            super()._fatal_error()
            return
        what = f"{type(self._exception).__name__}: {self._exception}".split("\n")[0][:300]
        self.panic(Text(visible(f"tetratui: a fault of tetratui itself: {what}; {TRACEBACK_VARIABLE}=1 shows more")))

    def action_interrupt(self) -> None:
        """Quit; what is on the bench was saved when it changed."""
        self.session_saver.note()
        self.marker.stop()
        if self.feed is not None:
            self.feed.stop()
        self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer everything in the palette."""
        yield from commands.of(self, screen)
