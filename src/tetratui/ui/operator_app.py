"""What screens and widgets may ask of the app, without importing the app itself.

Screens import this module and `app.py` imports the screens, so there is no import cycle. `Tetratui` implements what is
declared here, and its base `TerminalApp` the part that concerns the terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.notifications import SeverityLevel
from textual.signal import Signal

from tetratui.core.session.session_file import Session
from tetratui.core.tuning.marks import Rows, Verdict
from tetratui.core.workspace.event_rates import Rates
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.messages import Change
from tetratui.ui.notices import Notices
from tetratui.ui.render.time_display import TimeDisplay
from tetratui.ui.terminal.terminal_link import TerminalLink

if TYPE_CHECKING:
    from tetratui.core.workspace.feed import Feed
    from tetratui.ui.theme.theme_choice import ThemeChoice


RowsToMark = Rows | Callable[[], Rows]
"""Row ids, or a function that lists them in a thread."""


class OperatorApp(App[None], inherit_bindings=False):
    """The app as its screens see it."""

    workspace: Workspace
    feed: Feed | None
    link: TerminalLink
    rates: Rates
    themes: ThemeChoice
    notices: Notices
    notices_changed: Signal[None]
    """Published when the message line has something else to say."""
    changed: Signal[frozenset[Change]]
    """Published when something of the workspace has changed."""
    now: Callable[[], float]
    key_pressed_at: float = 0.0
    """When the operator pressed a key last, by the monotonic clock."""
    times: TimeDisplay
    waiting: int
    """Events that arrived since the pause."""
    left_session: Session | None
    """Where a former session was left, until the operator resumes it."""

    @property
    def ascii_only(self) -> bool:
        """Whether nothing beyond ASCII may be drawn."""
        raise NotImplementedError

    def change(self, change: Change, *, at_once: bool = False) -> None:
        """Note what changed; all is drawn together, as soon as the link can carry it or at once."""
        raise NotImplementedError

    def tell(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a notice in the message line; never read as markup."""
        raise NotImplementedError

    def send(self, sequence: str) -> bool:
        """Send an escape sequence to the terminal; return whether there is one."""
        raise NotImplementedError

    def copy(self, data: bytes, what: str) -> None:
        """Put bytes on the clipboard of the operator's terminal, else into a file."""
        raise NotImplementedError

    async def mark(self, verdict: Verdict, rows: RowsToMark) -> None:
        """Mark rows; where all of them are marked so already, take the marks off."""
        raise NotImplementedError

    def stop_marking(self) -> bool:
        """Stop a marking under way; return whether there was one."""
        raise NotImplementedError

    def key_of(self, name: str) -> str:
        """Return the first key of a binding, as it is bound and shown."""
        raise NotImplementedError

    def mark_of(self, row: int) -> int:
        """Return the code of a row's mark, 0 without one."""
        raise NotImplementedError

    def pause(self, still: bool) -> None:
        """Hold the screens still, or let them go on."""
        raise NotImplementedError

    def note_session(self) -> None:
        """Save where the operator is, when that is new."""
        raise NotImplementedError

    def action_go(self, mode: str) -> None:
        """Go to a screen."""
        raise NotImplementedError

    def action_interrupt(self) -> None:
        """Quit."""
        raise NotImplementedError


def operator_app(app: App[Any]) -> OperatorApp:
    """Return the app, typed as what it is."""
    assert isinstance(app, OperatorApp)
    return app
