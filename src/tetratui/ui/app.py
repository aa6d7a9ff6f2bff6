"""The app: one workspace, the work screens as modes, and what they share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.signal import Signal

from tetratui.core.session.session_file import Session
from tetratui.core.tuning.marks import Verdict
from tetratui.core.workspace.event_rates import Rates
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui import commands, modes
from tetratui.ui.background import WorkFailed, background, job, start
from tetratui.ui.failures import Failures
from tetratui.ui.feed_reports import FeedReports, note_hosts
from tetratui.ui.keys import bindings, find_clashes, keymap, keys_in_force
from tetratui.ui.mark_column import MarkColumn
from tetratui.ui.marker import Marker
from tetratui.ui.messages import Change, DraftRequested, FeedMessage, QueryRequested
from tetratui.ui.operator_app import RowsToMark
from tetratui.ui.palette import Everything, Palette, Themes
from tetratui.ui.render.time_display import TimeDisplay
from tetratui.ui.screens.live.panes import LivePanes
from tetratui.ui.session_saver import SessionSaver
from tetratui.ui.terminal.terminal_app import TerminalApp
from tetratui.ui.terminal.terminal_options import TerminalOptions
from tetratui.ui.theme.theme_choice import ThemeChoice
from tetratui.ui.theme.theme_file import variable_defaults

FEED = job("feed", "reading the export file", thread=True, repeatable=False)
SENSOR = job("sensor", "asking which Tetragon is installed", thread=True)


class Tetratui(TerminalApp, inherit_bindings=False):
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
        super().__init__(workspace.config.terminal, terminal, driver)
        self.workspace = workspace
        self.feed = feed
        self.session_saver = SessionSaver(self, session)
        resumable = session is not None and (session.panes or session.time >= 0)
        self.left_session = replace(session) if session is not None and resumable else None
        self.now = now
        self.times = TimeDisplay(workspace, now)
        self.rates = Rates(now=now)
        self.waiting = 0
        self.changed: Signal[frozenset[Change]] = Signal(self, "changed")
        self._mark_column = MarkColumn(self, workspace)
        self._marker = Marker(self)
        self._feed_reports = FeedReports(self)
        self.themes = ThemeChoice(self, self.tell, workspace.config.theme, self.terminal.colours)
        self.failures = Failures(self)
        """What failed away from the event loop."""
        workspace.history = feed is not None
        workspace.name_node()
        workspace.table.register_column("mark", self._mark_column)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of events and marks that the theme does not set."""
        return variable_defaults(self.current_theme)

    def on_mount(self) -> None:
        """Begin to read, and report what of the configuration cannot be used."""
        self.rates.count_events(self.workspace.still())
        keys = self.workspace.config.keys
        chosen = keymap(keys.preset, dict(keys.map))
        self.set_keymap(chosen)
        for text in (*(f"keys: {text}" for text in find_clashes(chosen)), *map(str, self.themes.errors)):
            self.tell(text, "warning")
        if self.workspace.unsaved:
            self.tell(self.workspace.unsaved, "warning")
        if self.left_session is not None:
            self.tell(f"Previous session found: press {self.key_of('palette')} and choose Resume")
        self.set_timer(1.0, self._name_sensor)
        if self.terminal.quit_after is not None:
            self.set_timer(self.terminal.quit_after, self.action_interrupt)
        if self.feed is not None:
            start(self, FEED, self.feed.make_reader(lambda report: self.post_message(FeedMessage(report))))

    @background(SENSOR)
    def _name_sensor(self) -> None:
        """Find which Tetragon is installed, unless configured; in a thread, as it may run programs."""
        from tetratui.core.tetragon.agent.agent_version import installed_version

        if not self.workspace.tetragon and self.feed is not None and not self.feed.hosts:
            self.workspace.tetragon = str(installed_version() or "")

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show what failed away from the event loop."""
        self.failures.show(event)
        if event.job is FEED:
            self._feed_reports.fail(event.text)

    def action_retry(self) -> None:
        self.failures.retry()

    @on(FeedMessage)
    def take_report(self, message: FeedMessage) -> None:
        """Take what the reading thread reported."""
        self._feed_reports.take(message.report)

    def publish(self, changes: frozenset[Change]) -> None:
        """Save marks and drafts that changed, and tell the screens."""
        if changes & {Change.MARKS, Change.DRAFTS}:
            self.session_saver.save_soon()
        if self.feed is not None:
            self.workspace.lost = self.feed.lost
            note_hosts(self.workspace, self.feed)
            self.workspace.history_read = self.feed.progress.share
        super().publish(changes)

    def mark_of(self, row: int) -> int:
        """Return the code of a row's mark, 0 without one."""
        return self._mark_column.code_of(row)

    async def mark(self, verdict: Verdict, rows: RowsToMark) -> None:
        """Mark rows; where all of them are marked so already, take the marks off."""
        await self._marker.mark(verdict, rows)

    def stop_marking(self) -> bool:
        """Stop a marking under way; return whether there was one."""
        return self._marker.stop()

    def action_undo(self) -> None:
        self._marker.undo()

    def action_redo(self) -> None:
        self._marker.redo()

    def key_of(self, name: str) -> str:
        """Return the first key of a binding, as it is bound and shown."""
        keys = self.workspace.config.keys
        key = keys_in_force(keymap(keys.preset, dict(keys.map)))[name][0]
        return self.get_key_display(Binding(key, name, name))

    def pause(self, still: bool) -> None:
        """Hold the screens still, or let them go on."""
        self.workspace.paused = still
        self.waiting = 0
        self.change(Change.SETTINGS, at_once=True)

    @on(DraftRequested)
    def open_draft(self, request: DraftRequested) -> None:
        """Show the scopes for some rows, and keep the draft that the operator accepts."""
        from tetratui.core.tuning.draft import Draft  # needs half the core
        from tetratui.ui.screens.draft.screen import DraftScreen

        def accept(draft: object) -> None:
            if isinstance(draft, Draft):
                self.workspace.bench.accept(draft)
                self.tell(f"Draft {draft.id} accepted · {self.key_of('review')} review all drafts")
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

    def action_tree(self) -> None:
        names = {name: self.key_of(name) for name in ("life", "noise", "noise-unfold")}
        self.tell(
            "The Tree screen is not part of this version. {life} on an event shows its process and what that started; "
            "{noise} Noise lists what root causes start ({noise-unfold} unfolds)".format(**names)
        )

    def note_session(self) -> None:
        """Save where the operator is, when that is new."""
        self.session_saver.note_and_save()

    def action_help(self) -> None:
        from tetratui.ui.screens.help.screen import HelpScreen  # not before it is asked for

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen, self.link.describe(), self.workspace.config.keys.preset))

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette([Everything]))

    def search_themes(self) -> None:
        """Open the palette with the themes alone."""
        self.push_screen(Palette([Themes], placeholder="Search for themes…"))

    def action_interrupt(self) -> None:
        """Quit; marks and drafts were saved when they changed."""
        self.session_saver.note()
        self._marker.stop()
        if self.feed is not None:
            self.feed.stop()
        self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Return everything that the palette offers."""
        yield from commands.list_commands(self, screen)
