"""Handle requests to end (ctrl+c, SIGTERM, SIGHUP) in a verb that has something to undo or to close first."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_DEFAULT: dict[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}


class Termination:
    """Raises KeyboardInterrupt for each request to end, at once or, where deferred, afterwards."""

    def __init__(self) -> None:
        self._is_deferring = False
        self._is_pending = False

    @contextmanager
    def handle(self) -> Iterator[None]:
        """Handle requests in this context; a signal that is ignored (nohup) stays ignored."""
        kinds = [kind for kind, default in _DEFAULT.items() if signal.getsignal(kind) == default]
        for kind in kinds:
            signal.signal(kind, self._end)
        try:
            yield
        finally:
            for kind in kinds:
                signal.signal(kind, _DEFAULT[kind])

    @contextmanager
    def defer(self) -> Iterator[None]:
        """Defer a request until the end of this context; a second request is not deferred."""
        self._is_deferring = True
        try:
            yield
        finally:
            self._is_deferring = False
        if self._is_pending:
            raise KeyboardInterrupt

    def _end(self, *_: object) -> None:
        if not self._is_deferring or self._is_pending:
            raise KeyboardInterrupt
        self._is_pending = True
