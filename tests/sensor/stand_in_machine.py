"""A machine whose programs are those of the world, called without starting a process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sensor import programs
from sensor.agent_world import AgentWorld
from tetratui.core.apply.machine import COMMAND_TIMEOUT, LocalMachine, ProgramResult


class StandInMachine(LocalMachine):
    """Files are real, programs are the world's."""

    def __init__(self, world: AgentWorld) -> None:
        super().__init__(world.root)
        self.world = world
        self.calls: list[list[str]] = []

    def run(self, words: Sequence[str], timeout: float = COMMAND_TIMEOUT) -> ProgramResult:
        self.calls.append(list(words))
        code, out, err = programs.run(self.world, Path(words[0]).name, list(words[1:]), words[0])
        return ProgramResult(code, out.encode(), err.encode())
