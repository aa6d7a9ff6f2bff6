"""Keeping the session while the operator works: noted as it changes, written away from the event loop."""

from __future__ import annotations

import threading
from typing import Any

from textual.app import App

from tetratui.core.session.session_file import Session, save
from tetratui.ui.background import job, start

SAVE = job("session", "saving marks and drafts", thread=True, exclusive=False)


class SessionSaver:
    """Writes the session down; with None nothing outlives the terminal."""

    def __init__(self, app: App[Any], session: Session | None) -> None:
        self._app = app
        self._session = session
        self._waiting = False
        self._writing = threading.Lock()

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
        """Save in a thread; a save that still waits for the one before it saves what has changed since, too."""
        if self._session is not None and not self._waiting:
            self._waiting = True
            start(self._app, SAVE, self.keep)

    def keep(self) -> None:
        """Write the session down, after any other writing of it; raises TargetError."""
        with self._writing:
            # From here on what changes is for the next save.
            self._waiting = False
            if self._session is not None and not self._session.empty:
                save(self._session)
