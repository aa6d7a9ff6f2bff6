"""The base of the work screens: two lines on top, a key line at the bottom, a message for small terminals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.getters import query_one
from textual.screen import Screen
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Static

from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change
from tetratui.ui.operator_app import OperatorApp, operator_app
from tetratui.ui.widgets.header import Navigation, StatusLine
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.message_line import MessageLine

COLUMNS, LINES = 60, 16
"""The smallest terminal in which a screen is drawn."""
TALL = 34
"""Lines from which there is room for more than lists."""


class WorkScreen(Screen[None], inherit_bindings=False):
    """A screen between status line and key line; subclasses define `MODE`, `content()` and `workspace_changed()`."""

    MODE: ClassVar[str] = ""
    TITLE_OF_HELP: ClassVar[str] = ""
    """One sentence on what this screen is for, at the top of its help."""
    CSS_PATH: ClassVar[CSSPathType | None] = "../base/base.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("screen")]
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - Textual declares no ClassVar
        (0, "-tiny"),
        (COLUMNS, "-one"),
        (120, "-two"),
        (160, "-three"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-flat"),
        (LINES, "-low"),
        (TALL, "-tall"),
    ]

    status = query_one("#status", StatusLine)
    message = query_one("#message", MessageLine)
    navigation = query_one("#places", Navigation)

    def compose(self) -> ComposeResult:
        """Put the content between header and key line."""
        work = self.workspace
        with Container(id="whole"):
            yield StatusLine(work)
            yield Navigation(self.MODE)
            with Container(id="body"):
                yield from self.content()
            yield MessageLine()
            yield KeyLine()
        yield Static(
            f"tetratui needs {COLUMNS} columns and {LINES} lines.\nMake the terminal larger, or press q.",
            id="too-small",
        )

    def content(self) -> Iterable[Widget]:
        """Return the widgets between header and key line."""
        return ()

    @property
    def workspace(self) -> Workspace:
        """The state that all screens share."""
        return self.owner.workspace

    @property
    def owner(self) -> OperatorApp:
        """The app by its own type."""
        return operator_app(self.app)

    def on_mount(self) -> None:
        """Subscribe to changes of the workspace and start the clock."""
        self.owner.changed.subscribe(self, self._changed)
        self.set_interval(1.0, self.say_status)
        self.call_after_refresh(self.say_status)

    def on_screen_resume(self) -> None:
        """Show what changed while another screen was open."""
        self.workspace_changed(frozenset(Change))
        self.say_status()

    def _changed(self, changes: frozenset[Change]) -> None:
        if self.is_current:
            self.workspace_changed(changes)
            self.say_status()

    def workspace_changed(self, changes: frozenset[Change]) -> None:
        """Show what changed in the workspace; called only while this is the current screen."""

    @property
    def settling(self) -> bool:
        """Whether what was asked for is about to be shown: keys typed ahead wait for it."""
        return False

    def say_status(self) -> None:
        """Draw the status line."""
        if not self.is_current:
            return
        owner = self.owner
        self.status.say(waiting=owner.waiting, rate=owner.rates.per_second(), now=owner.times.now)
        self.message.say()

    def action_unreadable_lines(self) -> None:
        from tetratui.ui.screens.unreadable.screen import unreadable_screen  # rarely used; saves start time

        self.app.push_screen(unreadable_screen(self.owner))

    def action_back(self) -> None:
        """Dismiss what the message line says, and stop a marking that runs, else close what is open on top."""
        self.owner.notices.dismiss()
        if not self.owner.stop_marking():
            self.close_top()

    def close_top(self) -> None:
        """Close what is open on top of the content; by default nothing is."""

    def action_quit_or_back(self) -> None:
        """Go back to Live; from there, quit."""
        if self.MODE == "live":
            self.owner.action_interrupt()
        else:
            self.owner.action_go("live")
