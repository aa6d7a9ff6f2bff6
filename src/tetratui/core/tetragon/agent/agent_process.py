"""Find the command and the environment of a running agent under a root folder, as in a container without systemd."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tetratui.core.tetragon.agent.systemd_unit import Unit

_PROGRAM = "tetragon"
_OF_A_SERVICE = re.compile(r"^TETRAGON_(?:[A-Z0-9_]+_)?(?:SERVICE_(?:HOST|PORT)|PORT)(?:_|$)")
"""Variables that Kubernetes sets for a Service called tetragon: they look like options of the agent and are none."""


def read_agent_process(root: Path) -> Unit:
    """Return the command and the environment of the agent that runs; empty if none does, or if it cannot be read."""
    for number in _process_numbers(root / "proc"):
        words = _split(root / "proc" / number / "cmdline")
        if words and Path(words[0]).name == _PROGRAM:
            pairs = (word.partition("=") for word in _split(root / "proc" / number / "environ"))
            return Unit(words, {name: value for name, _, value in pairs if not _OF_A_SERVICE.search(name)})
    return Unit()


def _process_numbers(folder: Path) -> list[str]:
    try:
        return sorted((name for name in os.listdir(folder) if name.isdecimal()), key=int)
    except OSError:
        return []


def _split(path: Path) -> list[str]:
    """Return the texts of a file of /proc, which end with a NUL each."""
    try:
        data = path.read_bytes()
    except OSError:
        return []
    return [part.decode("utf-8", "surrogateescape") for part in data.removesuffix(b"\0").split(b"\0")] if data else []
