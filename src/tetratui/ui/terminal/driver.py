"""The driver of the terminal: counts bytes, survives a lost terminal, and comes back from a shell."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import IO, Any

from textual.driver import Driver
from textual.events import CursorPosition, Paste
from textual.message import Message

from tetratui.core.events.visible import visible
from tetratui.ui.terminal.compact_sgr import compact_sgr
from tetratui.ui.terminal.terminal_link import TerminalLink


class LastingFile:
    """The terminal's file, whose writes do not fail when the terminal is gone: this process gets SIGHUP instead.

    Without it Textual's writing thread dies of the first failed write, its queue fills, and the app waits for ever.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Write, or drop the text when the terminal is gone."""
        return self._attempt(lambda: self._file.write(text))

    def flush(self) -> None:
        """Flush, unless the terminal is gone."""
        self._attempt(self._file.flush)

    def _attempt(self, call: Callable[[], int | None]) -> int:
        if self._gone:
            return 0
        try:
            return call() or 0
        except (OSError, ValueError):
            self._gone = True
            # The kernel sends SIGHUP to the leader of the session only; here it starts the same orderly end.
            os.kill(os.getpid(), signal.SIGHUP)
            return 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


_Base: Any = object


class OperatorsDriver(_Base):  # type: ignore[misc]
    """What is put over a driver class of Textual: counts bytes, and survives a lost or suspended terminal.

    It overrides private names of Textual 8.2.8 where there is no public way.
    """

    link: TerminalLink
    output: IO[str] | None
    """Where it draws; None is the standard error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file: Any = LastingFile(self.output or self._file)
        self._must_signal_resume = False

    def write(self, data: str) -> None:
        """Send in fewer bytes, and count them."""
        data = compact_sgr(data)
        self.link.limiter.count_sent(len(data.encode("utf-8", "replace")))
        super().write(data)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the size of the terminal that is drawn on: the standard output may lead elsewhere."""
        try:
            return os.get_terminal_size(self._file.fileno())
        except (OSError, ValueError):
            size: tuple[int, int] = super()._get_terminal_size()
            return size

    def process_message(self, message: Message) -> None:
        """Take answers for the round trip, and make pasted text safe; called in the thread that reads keys."""
        if isinstance(message, CursorPosition):
            self.link.trip.note_answer()
            return
        if isinstance(message, Paste):
            # An input draws its text as it is.
            message = Paste("\n".join(map(visible, message.text.split("\n"))))
        super().process_message(message)

    def _sigtstp_application(self, *_: object) -> None:
        """Suspend, but not within the signal handler: it may have interrupted who holds the output queue's lock."""
        self._loop.call_soon_threadsafe(super()._sigtstp_application)

    def _sigcont_application(self, *_: object) -> None:
        """Set the terminal up again; a shell may have drawn on it and changed its modes."""
        if self._must_signal_resume:
            self.resume_application_mode()
        else:
            self._loop.call_soon_threadsafe(self._start_again)

    def _start_again(self) -> None:
        """Stop and start application mode: starting alone would leave two threads that read keys."""
        writer = self._writer_thread
        if writer is not None and writer.is_alive():
            self.suspend_application_mode()
            self._must_signal_resume = True
            self.resume_application_mode()


def make_driver_class(driver: type[Driver], link: TerminalLink, output: IO[str] | None = None) -> type[Driver]:
    """Return a driver class for a link; it draws on `output`, by default on the standard error."""
    return type(OperatorsDriver.__name__, (OperatorsDriver, driver), {"link": link, "output": output})
