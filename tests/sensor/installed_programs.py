"""Put the programs of a world on a PATH, for the installed command and its keeper."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from sensor.agent_world import AgentWorld

_NAMES = ("systemctl", "journalctl", "docker", "tetra")


def install(world: AgentWorld, speed: float = 1.0) -> dict[str, str]:
    """Write the programs, and return the environment in which they are found."""
    folder = world.folder / "bin"
    folder.mkdir(exist_ok=True)
    for name in _NAMES:
        _write(folder / name, world, speed, name)
    marker = world.root / "usr/bin/true"
    _write(marker, world, speed, str(marker))
    source = Path(__file__).parents[2] / "src"
    return {
        **os.environ,
        "PATH": f"{folder}:/usr/bin:/bin",
        "PYTHONPATH": str(source),
        "TETRATUI_SHARED_STATE": str(world.folder / "shared"),
    }


def _write(path: Path, world: AgentWorld, speed: float, name: str) -> None:
    program = Path(__file__).with_name("program.py")
    words = shlex.join([sys.executable, "-S", "-E", str(program), str(world.folder), str(speed), name])
    path.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    path.chmod(0o755)
