"""The part of the app that deals with the operator's terminal: keys, characters, mouse, clipboard, bytes sent."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from rich.text import Text
from textual import events
from textual.app import App
from textual.binding import Binding
from textual.driver import Driver
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.signal import Signal
from textual.widgets import Input

from tetratui.core.config.model import Terminal as Limits
from tetratui.core.events.visible import visible
from tetratui.ui.background import job, start
from tetratui.ui.messages import Change
from tetratui.ui.notices import Notices
from tetratui.ui.operator_app import OperatorApp
from tetratui.ui.terminal import clipboard
from tetratui.ui.terminal.ascii import ASCII
from tetratui.ui.terminal.bandwidth_offer import offer_low_bandwidth
from tetratui.ui.terminal.driver import make_driver_class
from tetratui.ui.terminal.indexed_colours import INDEXED
from tetratui.ui.terminal.leaving_threads import LeavingThreads
from tetratui.ui.terminal.redraw import Redraw
from tetratui.ui.terminal.terminal_link import TerminalLink
from tetratui.ui.terminal.terminal_options import MOUSE_OFF, MOUSE_ON, TRACEBACK_VARIABLE, TerminalOptions
from tetratui.ui.terminal.typeahead import Typeahead

CLIPBOARD = job("clipboard", "copying", exclusive=False)
LINK = job("link", "measuring the link to this terminal")


class TerminalApp(OperatorApp, inherit_bindings=False):
    """An app that treats its terminal well; `Tetratui` adds what it shows."""

    def __init__(self, limits: Limits, options: TerminalOptions | None, driver: type[Driver] | None) -> None:
        self.terminal = options or TerminalOptions()
        self.link = TerminalLink(limits, low=self.terminal.low_bandwidth)
        super().__init__(make_driver_class(driver, self.link, self.terminal.output) if driver else None)
        self.notices_changed: Signal[None] = Signal(self, "notices")
        self.notices = Notices(self, lambda: self.notices_changed.publish(None))
        self.threads: LeavingThreads | None = None
        """Where work away from the event loop runs; None for the event loop's own threads."""
        self.leaving = False
        """Whether the end has begun: there may be no screen any more."""
        self._mouse = True
        self._typeahead = Typeahead(self)
        self._redraw = Redraw(self, self.link.limiter.seconds_to_wait, self.publish)

    def on_mount(self) -> None:
        """Measure the link, and watch for the return from a shell."""
        if self.threads is not None:
            asyncio.get_running_loop().set_default_executor(self.threads)
        start(self, LINK, partial(offer_low_bandwidth, self))
        self.app_resume_signal.subscribe(self, self._repaint)

    @property
    def ascii_only(self) -> bool:
        """Whether nothing beyond ASCII may be drawn."""
        return self.terminal.ascii_only

    async def on_event(self, event: events.Event) -> None:
        """Pass keys on one at a time, in the order in which they were typed."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self.leaving:
            self._typeahead.forget()
        elif self._typeahead.admits(event):
            self.key_pressed_at = time.monotonic()
            target = self.focused or self.screen
            await super().on_event(event)
            self._typeahead.follow(event, target)

    def exit(self, *given: Any, **options: Any) -> None:
        """End; keys that were typed ahead have nothing left to act on."""
        self.leaving = True
        super().exit(*given, **options)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Stop the cursor of an input from blinking: each blink would send bytes."""
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add the filters that keep to the colours, and to the characters, that the terminal has."""
        filters = [*super().get_line_filters()]
        filters += [INDEXED] if self.terminal.colours == 256 else []
        return [*filters, ASCII] if self.ascii_only else filters

    def get_key_display(self, binding: Binding) -> str:
        """Return the sign of a key, or its name where the terminal lacks the sign."""
        shown = super().get_key_display(binding)
        return binding.key if self.ascii_only and not shown.isascii() else shown

    def change(self, change: Change, *, at_once: bool = False) -> None:
        """Note what changed; all is drawn together, as soon as the link can carry it or at once."""
        self._redraw.note(change, at_once=at_once)

    def publish(self, changes: frozenset[Change]) -> None:
        """Tell the screens what has changed."""
        self.changed.publish(changes)

    def tell(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a notice in the message line; never read as markup."""
        self.notices.add(visible(text), severity)

    def notify(
        self,
        message: str,
        *,
        title: str = "",  # noqa: ARG002 - Textual's signature
        severity: SeverityLevel = "information",
        timeout: float | None = None,  # noqa: ARG002
        markup: bool = False,  # noqa: ARG002
    ) -> None:
        """Show a notice of a widget in the message line, too: Textual would lay it over what is typed or read."""
        self.call_next(self.tell, message, severity)

    def clear_notifications(self) -> None:
        """Take all notices off the screen."""
        self.notices.dismiss()

    def send(self, sequence: str) -> bool:
        """Send an escape sequence to the terminal; return whether there is one."""
        if self._driver is None:
            return False
        self._driver.write(sequence)
        return True

    def copy(self, data: bytes, what: str) -> None:
        """Put bytes on the clipboard of the operator's terminal, else into a file."""
        start(self, CLIPBOARD, partial(self._copy, data, what))

    async def _copy(self, data: bytes, what: str) -> None:
        self.tell(*await clipboard.copy(self.send, data, what))

    def action_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        self._mouse = not self._mouse
        self.send(MOUSE_ON if self._mouse else MOUSE_OFF)
        key = self.key_of("mouse")
        self.tell("The mouse works here again" if self._mouse else f"The mouse now selects text · {key} takes it back")

    def _repaint(self, _app: App[Any]) -> None:
        """Draw everything: a shell has overwritten the screen, and Textual draws only what changed."""
        self.screen.refresh()
        if not self._mouse:
            self.send(MOUSE_OFF)

    def _fatal_error(self) -> None:
        """Leave with one sentence instead of a traceback; overrides a private method of Textual 8.2.8."""
        if os.environ.get(TRACEBACK_VARIABLE) or self._exception is None:
            super()._fatal_error()
            return
        what = f"{type(self._exception).__name__}: {self._exception}".split("\n")[0][:300]
        self.panic(Text(visible(f"tetratui: a fault of tetratui itself: {what}; {TRACEBACK_VARIABLE}=1 shows more")))
