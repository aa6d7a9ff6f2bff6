"""Undo and redo over states that are never changed in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

State = TypeVar("State")
_MOST = 500


class History(Generic[State]):
    """The present state, those before and those after it; at most 500 steps are kept."""

    def __init__(self, state: State, past: Iterable[State] = (), future: Iterable[State] = ()) -> None:
        """Begin with states in the order of time."""
        self._steps = tuple(past), state, tuple(future)
        self.version = 0
        """Grows with each change."""

    @property
    def state(self) -> State:
        """The present state."""
        return self._steps[1]

    def put(self, state: State) -> None:
        """Make this the present; what was undone before can no longer be redone."""
        past, present, _ = self._steps
        self._go((*past, present), state, ())

    def undo(self) -> bool:
        """Go one step back; False at the beginning."""
        past, present, future = self._steps
        if not past:
            return False
        self._go(past[:-1], past[-1], (present, *future))
        return True

    def redo(self) -> bool:
        """Go one step forward again; False at the end."""
        past, present, future = self._steps
        if not future:
            return False
        self._go((*past, present), future[0], future[1:])
        return True

    def steps(self) -> tuple[tuple[State, ...], State, tuple[State, ...]]:
        """Return the states before the present, the present, and those after it, in the order of time."""
        return self._steps

    def _go(self, past: tuple[State, ...], state: State, future: tuple[State, ...]) -> None:
        # Replaced as one: the thread that saves the session reads all three.
        self._steps = past[-_MOST:], state, future
        self.version += 1
