"""Undo and redo over states that are never changed in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

State = TypeVar("State")
_MAX_STEPS = 500


class History(Generic[State]):
    """The present state with those before and after it; at most 500 states before it are kept."""

    def __init__(self, state: State, past: Iterable[State] = (), future: Iterable[State] = ()) -> None:
        """Start from a present state; `past` and `future` are in the order of time."""
        self._steps = tuple(past), state, tuple(future)
        self.version = 0
        """Counts the changes."""

    @property
    def state(self) -> State:
        """The present state."""
        return self._steps[1]

    def put(self, state: State) -> None:
        """Make this the present state; what was undone before can no longer be redone."""
        past, present, _ = self._steps
        self._replace((*past, present), state, ())

    def undo(self) -> bool:
        """Go one step back; False at the beginning."""
        past, present, future = self._steps
        if not past:
            return False
        self._replace(past[:-1], past[-1], (present, *future))
        return True

    def redo(self) -> bool:
        """Go one step forward again; False at the end."""
        past, present, future = self._steps
        if not future:
            return False
        self._replace((*past, present), future[0], future[1:])
        return True

    def steps(self) -> tuple[tuple[State, ...], State, tuple[State, ...]]:
        """Return the states before the present, the present, and those after it, in the order of time."""
        return self._steps

    def _replace(self, past: tuple[State, ...], state: State, future: tuple[State, ...]) -> None:
        # One assignment: the thread that saves the session reads all three parts and must not see half a change.
        self._steps = past[-_MAX_STEPS:], state, future
        self.version += 1
