"""Requests to end a verb that has something to undo or to close first: ctrl+c, SIGTERM and SIGHUP alike."""

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


class Endings:
    """Raises KeyboardInterrupt for each request, or once something that is awaited has come."""

    def __init__(self) -> None:
        self._awaits = False
        self._is_pending = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take the requests; what is ignored (nohup) stays ignored."""
        kinds = [kind for kind, default in _DEFAULT.items() if signal.getsignal(kind) == default]
        for kind in kinds:
            signal.signal(kind, self._end)
        try:
            yield
        finally:
            for kind in kinds:
                signal.signal(kind, _DEFAULT[kind])

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """Put a request off until this is done; the second one is not put off."""
        self._awaits = True
        try:
            yield
        finally:
            self._awaits = False
        if self._is_pending:
            raise KeyboardInterrupt

    def _end(self, *_: object) -> None:
        if not self._awaits or self._is_pending:
            raise KeyboardInterrupt
        self._is_pending = True
