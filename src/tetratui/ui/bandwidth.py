"""How often the screen may be drawn: as often as the line can carry, measured by the bytes really sent."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from time import monotonic
from typing import IO, Any

from textual.driver import Driver

SHORTEST = 0.1
"""Seconds between two drawings of arriving events, however wide the line is."""


class Governor:
    """A bucket of bytes that fills at the budget; drawing waits while it is empty, answers to keys never do."""

    def __init__(self, bytes_per_second: int, now: Callable[[], float] = monotonic) -> None:
        # A tenth is left for what does not ask: the clock, the rates, answers to keys.
        self.bytes_per_second = bytes_per_second * 0.9
        self._now = now
        self._left = self.bytes_per_second / 2
        self._at = now()
        self.sent = 0
        """Bytes sent since the start."""

    def wrote(self, count: int) -> None:
        """Take what was sent from the bucket."""
        self._fill()
        self.sent += count
        self._left -= count

    def wait(self) -> float:
        """Seconds until the next drawing of what arrives."""
        self._fill()
        return max(SHORTEST, -self._left / self.bytes_per_second)

    def _fill(self) -> None:
        now = self._now()
        # Half a second's worth at most may be saved up: a longer pause must not buy a flood.
        self._left = min(self.bytes_per_second / 2, self._left + (now - self._at) * self.bytes_per_second)
        self._at = now


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


def counting(driver: type[Driver], governor: Governor) -> type[Driver]:
    """Make the driver class that tells a governor what it sends, and that a lost terminal does not stop."""

    base: Any = driver

    class CountingDriver(base):  # type: ignore[misc]
        """Sends what its base would, and counts it."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            # A private name of Textual 8.2.8, which has no other place to put the file.
            self._file: Any = LastingFile(self._file)

        def write(self, data: str) -> None:
            """Send and count."""
            governor.wrote(len(data.encode("utf-8", "replace")))
            super().write(data)

    counted: type[Driver] = CountingDriver
    return counted
