"""Clocks of the world: one that only moves when somebody waits, shared by all processes, and one that runs faster."""

from __future__ import annotations

import mmap
import os
import struct
import time
from pathlib import Path

START = 1_795_869_570.0
"""The time of day at which a world begins."""


class StandingClock:
    """Time that passes only while somebody sleeps; every process of the world sees the same."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("d", 1000.0))
        handle = os.open(path, os.O_RDWR)
        self._memory = mmap.mmap(handle, 8)
        os.close(handle)

    def now(self) -> float:
        return START + self.uptime()

    def uptime(self) -> float:
        return float(struct.unpack("d", self._memory[:8])[0])

    def sleep(self, seconds: float) -> None:
        self._memory[:8] = struct.pack("d", self.uptime() + seconds)


class FastClock:
    """The real time, `speed` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def now(self) -> float:
        return START + self.uptime()

    def uptime(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME) * self._speed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._speed)
