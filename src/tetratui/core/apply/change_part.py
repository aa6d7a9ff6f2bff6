"""What the parts of a change have in common: steps that do, steps that go back, facts for the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Report = Callable[[str], None]
"""Is told what a step does at this moment."""


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """One step: what it does, how that is proved, how it is undone."""

    name: str
    title: str
    """What it changes."""
    proof: str
    undo: str
    run: Callable[[Report], str]
    """Does it and returns what happened. Raises errors of `tetratui.core.errors`."""
    wait: float = 120.0
    """Seconds after which it hangs."""


class ChangePart(Protocol):
    """One part of a change, for one program: the sensor, the manager's rules, the agent's block."""

    kind: str

    def steps(self) -> list[ChangeStep]:
        """Return the steps that put it in force, in order."""
        ...

    def undo_steps(self, touched: frozenset[str]) -> list[ChangeStep]:
        """Return the steps that put the former state in force; `touched` are the steps that were begun."""
        ...

    def facts(self) -> dict[str, Any]:
        """Return what is needed to go back without this process: `kind`, and values that JSON has."""
        ...

    def check(self) -> None:
        """Raise if what was proved is no longer so. Raises TargetError."""
        ...

    def finish(self) -> None:
        """Remove what was needed to go back quickly."""
        ...
