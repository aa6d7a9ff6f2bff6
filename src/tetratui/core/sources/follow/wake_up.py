"""Decide when to read a followed file again: soon after a change in its folder, and regularly anyway."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

POLL = 0.25
"""Seconds between reads without a notification: network mounts and some containers send none."""

_STEP_MS = 20
_DEBOUNCE_MS = 100


def wait_for_changes(folder: Path, stop: threading.Event) -> Iterator[None]:
    """Yield at once, then each time the folder may have changed, until `stop` is set."""
    yield
    while not stop.is_set():
        yield from _watch(folder, stop)
        # The folder cannot be watched (it is missing, or the host has no watches left): read regularly.
        if stop.wait(POLL):
            return
        yield


def _watch(folder: Path, stop: threading.Event) -> Iterator[None]:
    """Yield on each notification and each poll, while the path leads to the folder that is watched."""
    # Imported here: it takes a tenth of a second, and only following needs it.
    from watchfiles import watch

    try:
        inode = folder.stat().st_ino
        for _ in watch(
            folder,
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            rust_timeout=int(POLL * 1000),
            yield_on_timeout=True,
            stop_event=stop,
            recursive=False,
            raise_interrupt=False,
        ):
            yield
            if folder.stat().st_ino != inode:
                return
    except (OSError, RuntimeError):
        return
