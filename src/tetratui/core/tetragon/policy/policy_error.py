"""What is wrong in a policy: where, and at which stage the agent stops."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a policy gets."""

    SYNTAX = "syntax"
    """The agent's parser refuses the file. A file in `tetragon.tp.d` that is refused stops the agent at its start."""
    LOAD = "load"
    """The parser takes the file, and the kernel programs cannot be made or attached."""


@dataclass(slots=True)
class PolicyError(Exception):
    """A reason why a policy does not load."""

    line: int
    """Counts from 1."""
    column: int
    """Counts from 1."""
    message: str
    stage: Stage = Stage.SYNTAX

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"
