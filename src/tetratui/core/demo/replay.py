"""Write a bundled capture into an export file, as if an agent were writing it now."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tetratui.core.demo.capture import read_capture, read_time, shift_times
from tetratui.core.demo.export_file import ExportFile

HISTORY = 4_000
"""Lines written at once, as if the agent had run for a while: they hold all the noise and half of the attacks."""

LIMIT = 2 << 20
"""Bytes after which the file rotates: about every two minutes at the capture's own pace."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Relates times of the capture to times of the replay."""

    start: datetime
    """When the replay starts."""
    start_in_capture: datetime
    """The time in the capture that is replayed at `start`."""
    speed: float = 1.0

    @property
    def shift(self) -> timedelta:
        """Return what to add to a time of the capture; whole seconds, so that fractions of seconds stay."""
        return timedelta(seconds=int((self.start - self.start_in_capture).total_seconds()))

    def delay(self, time: datetime, now: datetime) -> float:
        """Return the seconds until an event of the capture is due; negative when it is late."""
        replayed = (now - self.start).total_seconds() * self.speed
        return ((time - self.start_in_capture).total_seconds() - replayed) / self.speed


class Replay:
    """A temporary folder with an export file that grows at the capture's own pace, about 20 events a second.

    A context manager: on exit the thread is stopped and the folder is deleted.
    """

    def __init__(self, history: int = HISTORY, speed: float = 1.0, lines: Sequence[bytes] | None = None) -> None:
        """Prepare to replay these lines, the first `history` of them at once; None: those of the bundled capture."""
        self.folder = Path(tempfile.mkdtemp(prefix="tetratui-demo-"))
        self.source = self.folder / "tetragon"
        """The folder to open: the live file and its rotated ones."""
        self.out = self.folder / "out"
        """The folder to propose for generated files."""
        self.ended = threading.Event()
        """Set when the last event of the capture was written."""
        self.pace: Pace
        """Set on entry."""
        self._history = history
        self._speed = speed
        self._named_lines = lines
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._replay, name="demo", daemon=True)

    def __enter__(self) -> Replay:
        self.source.mkdir()
        self._lines = read_capture() if self._named_lines is None else self._named_lines
        self._file = ExportFile(self.source, limit=LIMIT)
        history = self._lines[: self._history]
        newest = next(time for line in reversed(history) if (time := read_time(line)))
        self.pace = Pace(datetime.now(UTC), newest, self._speed)
        shift = self.pace.shift
        for line in history:
            self._file.write(shift_times(line, shift))
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        self._file.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _replay(self) -> None:
        shift = self.pace.shift
        for line in self._lines[self._history :]:
            time = read_time(line)
            if time and self._stop.wait(max(0.0, self.pace.delay(time, datetime.now(UTC)))):
                return
            if self._stop.is_set():
                return
            self._file.write(shift_times(line, shift))
        self.ended.set()
