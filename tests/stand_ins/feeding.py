"""A feed that runs in a thread, as it does beside the screens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from tetratui.core.hosts.host_source import Source
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.feed_events import FeedEvent

PATIENCE = 30.0
"""Seconds that a test waits for what must come."""


class Feeding:
    """A feed whose thread runs."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.reports: list[FeedEvent] = []
        self.feed = Feed(sources)
        self._thread = threading.Thread(target=self.feed.make_reader(self.reports.append))
        self._thread.start()

    def wait_for(self, is_true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_true():
            assert time.monotonic() < deadline, (len(self.feed.table), self.feed.hosts, self.reports[-3:])
            time.sleep(0.02)

    def lines(self, host: str) -> list[bytes]:
        """Return the lines that came from a host, in the table's order."""
        table = self.feed.table
        files = table.files(table.first, table.stop)
        rows = [table.first + index for index, file in enumerate(files) if self.feed.registry.host(int(file)) == host]
        return [table.line(row) for row in rows]

    def end(self) -> None:
        self.feed.stop()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
