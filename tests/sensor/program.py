"""Be a program of the world: `python -S program.py WORLD SPEED NAME WORD…`; only the standard library is needed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sensor import programs
from sensor.agent_world import AgentWorld
from sensor.world_clock import FastClock


def main() -> int:
    world, speed, name, *words = sys.argv[1:]
    code, out, err = programs.run(AgentWorld(Path(world), FastClock(float(speed))), Path(name).name, words, name)
    sys.stdout.write(out)
    sys.stderr.write(err)
    return code


if __name__ == "__main__":
    sys.exit(main())
