"""The driver of the terminal: what Textual's does, and what it does not when the terminal is lost or lent."""

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
    """A terminal's file that outlives its terminal: then writes go nowhere, and SIGHUP is sent to ourselves.

    Without it Textual's writing thread dies of the first failed write, its queue fills, and the app waits for ever.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Write, or lose the text with the terminal."""
        return self._tried(lambda: self._file.write(text))

    def flush(self) -> None:
        """Flush, unless the terminal is gone."""
        self._tried(self._file.flush)

    def _tried(self, call: Callable[[], int | None]) -> int:
        if self._gone:
            return 0
        try:
            return call() or 0
        except (OSError, ValueError):
            self._gone = True
            # The kernel tells only the session's leader, and not one that ignores it: leave by the same door.
            os.kill(os.getpid(), signal.SIGHUP)
            return 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def driver_of(driver: type[Driver], link: TerminalLink, output: IO[str] | None = None) -> type[Driver]:
    """Make the driver class that tells what goes over a line, and that outlives a lost or a borrowed terminal.

    It draws on `output`, by default on the standard error.
    Overrides private names of Textual 8.2.8 where there is no public way.
    """

    base: Any = driver

    class OperatorsDriver(base):  # type: ignore[misc]
        """Sends what its base would, and counts it."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._file: Any = LastingFile(output or self._file)
            self._must_signal_resume = False

        def write(self, data: str) -> None:
            """Send in few bytes, and count them."""
            data = compact_sgr(data)
            link.limiter.wrote(len(data.encode("utf-8", "replace")))
            super().write(data)

        def _get_terminal_size(self) -> tuple[int, int]:
            """Measure the terminal that is drawn on: the standard output may lead elsewhere."""
            try:
                return os.get_terminal_size(self._file.fileno())
            except (OSError, ValueError):
                size: tuple[int, int] = super()._get_terminal_size()
                return size

        def process_message(self, message: Message) -> None:
            """Take answers for the round trip, and make safe what is pasted; called in the thread that reads."""
            if isinstance(message, CursorPosition):
                link.trip.answered()
                return
            if isinstance(message, Paste):
                # A line that is typed in draws what it holds as it is.
                message = Paste("\n".join(map(visible, message.text.split("\n"))))
            super().process_message(message)

        def _sigtstp_application(self, *_: object) -> None:
            """Suspend, but not within the handler: the lock of the queue to the terminal may be held just now."""
            self._loop.call_soon_threadsafe(super()._sigtstp_application)

        def _sigcont_application(self, *_: object) -> None:
            """Take the terminal again; a shell may have drawn on it and changed its modes."""
            if self._must_signal_resume:
                self.resume_application_mode()
            else:
                self._loop.call_soon_threadsafe(self._start_again)

        def _start_again(self) -> None:
            """Start as after a suspend: without, two threads would take the keys in turn."""
            writer = self._writer_thread
            if writer is not None and writer.is_alive():
                self.suspend_application_mode()
                self._must_signal_resume = True
                self.resume_application_mode()

    return OperatorsDriver
