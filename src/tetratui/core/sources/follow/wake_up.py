"""When to look at a followed file again: soon after a change in its folder, and regularly anyway."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

POLL = 0.25
"""Seconds between looks when nothing is heard: network mounts and some containers tell nothing."""

_STEP_MS = 20
_DEBOUNCE_MS = 100


def wakes(folder: Path, stop: threading.Event) -> Iterator[None]:
    """Yield at once, then each time it is worth looking, until `stop` is set."""
    yield
    while not stop.is_set():
        yield from _hinted(folder, stop)
        # No folder to watch, or no watches left on this host: looking regularly is enough.
        if stop.wait(POLL):
            return
        yield


def _hinted(folder: Path, stop: threading.Event) -> Iterator[None]:
    """Yield on each hint and each poll as long as the watched folder is the one that the path names."""
    # A tenth of a second to import, and needed only where something is followed.
    from watchfiles import watch

    try:
        watched = folder.stat().st_ino
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
            if folder.stat().st_ino != watched:
                return
    except (OSError, RuntimeError):
        return
