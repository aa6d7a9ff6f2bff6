"""Save the session while the operator works: noted on the event loop, written in a thread."""

from __future__ import annotations

import threading
from typing import Any

from textual.app import App

from tetratui.core.session.session_file import Session, save
from tetratui.ui.background import job, start

SAVE = job("session", "saving marks and drafts", thread=True, exclusive=False)


class SessionSaver:
    """Writes the session to disk; without one, marks and drafts end with the program."""

    def __init__(self, app: App[Any], session: Session | None) -> None:
        self._app = app
        self._session = session
        self._waiting = False
        self._writing = threading.Lock()

    def note(self) -> bool:
        """Note where the operator is; return whether that changed the session."""
        from tetratui.ui.screens.live.panes import LivePanes
        from tetratui.ui.session_resume import note

        live = next((screen for screen in self._app.screen_stack if isinstance(screen, LivePanes)), None)
        return self._session is not None and live is not None and note(live, self._session)

    def note_and_save(self) -> None:
        """Save where the operator is, when that is new."""
        if self.note():
            self.save_soon()

    def save_soon(self) -> None:
        """Save in a thread; a save that has not begun yet covers later changes too."""
        if self._session is not None and not self._waiting:
            self._waiting = True
            start(self._app, SAVE, self.save)

    def save(self) -> None:
        """Write the session, after any other writing of it. Raise TargetError."""
        with self._writing:
            # Changes from here on need another save.
            self._waiting = False
            if self._session is not None and not self._session.empty:
                save(self._session)
