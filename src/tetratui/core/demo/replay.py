"""Play the bundled capture into an export file, as if an agent were writing it now."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tetratui.core.demo.capture import lines, shifted, time_of
from tetratui.core.demo.export_file import ExportFile

HISTORY = 4_000
"""Events written at once, as if the agent had run for a while: all noise is in them, and half of the attacks."""

LIMIT = 2 << 20
"""Bytes after which the file rotates: every two minutes or so at the capture's own pace."""


class Replay:
    """A temporary folder with an export file that grows and rotates at the capture's own pace, some 20 events a second.

    Use as a context manager: at its end the thread is stopped and the folder is gone.
    """

    def __init__(self, history: int = HISTORY, speed: float = 1.0, clock: Callable[[], datetime] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tetratui-demo-"))
        self.source = self.folder / "tetragon"
        """The folder to open: the live file and its rotated ones."""
        self.out = self.folder / "out"
        """Where generated files are offered to be written."""
        self.ended = threading.Event()
        """Set when the last event of the capture was written."""
        self._history = history
        self._speed = speed
        self._now = clock or (lambda: datetime.now(UTC))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._play, name="demo", daemon=True)

    def __enter__(self) -> Replay:
        self.source.mkdir()
        self._lines = lines()
        self._file = ExportFile(self.source, limit=LIMIT)
        self._begun = self._now()
        met = next(moment for line in reversed(self._lines[: self._history]) if (moment := time_of(line)))
        self._met = met
        # Whole seconds, so that only the digits of the seconds change in a line.
        self._shift = timedelta(seconds=int((self._begun - met).total_seconds()))
        for line in self._lines[: self._history]:
            self._file.write(shifted(line, self._shift))
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        self._file.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _play(self) -> None:
        for line in self._lines[self._history :]:
            moment = time_of(line)
            if moment and self._stop.wait(max(0.0, self._due(moment))):
                return
            if self._stop.is_set():
                return
            self._file.write(shifted(line, self._shift))
        self.ended.set()

    def _due(self, moment: datetime) -> float:
        """Count the seconds until an event of the capture is due; negative when it is late."""
        played = (self._now() - self._begun).total_seconds() * self._speed
        return ((moment - self._met).total_seconds() - played) / self._speed
