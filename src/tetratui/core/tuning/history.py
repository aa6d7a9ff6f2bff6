"""Undo and redo over states that are never changed in place."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

State = TypeVar("State")


class History(Generic[State]):
    """The present state and those before and after it; at most 500 steps are kept."""

    def __init__(self, state: State) -> None:
        self.state = state
        """What holds now; treat it as frozen."""
        self.version = 0
        """Grows with each change."""
        self._past: deque[State] = deque(maxlen=500)
        self._future: list[State] = []

    def put(self, state: State) -> None:
        """Make this the present; what was undone before can no longer be redone."""
        self._past.append(self.state)
        self._future.clear()
        self.state = state
        self.version += 1

    def undo(self) -> bool:
        """Go one step back; False at the beginning."""
        if not self._past:
            return False
        self._future.append(self.state)
        self.state = self._past.pop()
        self.version += 1
        return True

    def redo(self) -> bool:
        """Go one step forward again; False at the end."""
        if not self._future:
            return False
        self._past.append(self.state)
        self.state = self._future.pop()
        self.version += 1
        return True

    def steps(self) -> tuple[list[State], list[State]]:
        """Give the states before and after the present, for the session file."""
        return list(self._past), list(self._future)

    @classmethod
    def restored(cls, past: list[State], state: State, future: list[State]) -> History[State]:
        """Take up a history that `steps` gave."""
        history = cls(state)
        history._past.extend(past)
        history._future = list(future)
        return history
