"""Keeping the session while the operator works: noted as it changes, written away from the event loop."""

from __future__ import annotations

import contextlib
from typing import Any

from textual.app import App

from tetratui.core.errors import TetratuiError
from tetratui.core.session.session_file import Session, save


class SessionSaver:
    """Writes the session down; with None nothing outlives the terminal."""

    def __init__(self, app: App[Any], session: Session | None) -> None:
        self._app = app
        self._session = session

    def note(self) -> bool:
        """Note where the operator is; gives whether that is new."""
        from tetratui.ui.screens.live.panes import LivePanes
        from tetratui.ui.session_resume import note

        found = next((one for one in self._app.screen_stack if isinstance(one, LivePanes)), None)
        return self._session is not None and found is not None and note(found, self._session)

    def note_and_save(self) -> None:
        """Save where the operator is, when that is new."""
        if self.note():
            self.save_soon()

    def save_soon(self) -> None:
        """Save in a thread; of several calls at once the last one counts."""
        if self._session is not None:
            self._app.run_worker(self.keep, thread=True, exclusive=True, group="session", exit_on_error=False)

    def keep(self) -> None:
        """Write the session down; a folder that cannot be written is no reason to fail on the way out."""
        if self._session is not None and not self._session.empty:
            with contextlib.suppress(TetratuiError, OSError):
                save(self._session)
