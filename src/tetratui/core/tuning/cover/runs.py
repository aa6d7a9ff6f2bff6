"""Which run of a script, timer or daemon an event belongs to.

A run is one process of the script that started the event; its forked copies count as itself, and what a person types
or hands over as code counts to the shell that it was given to. A process that goes on for ever has runs too: what it
starts after a pause is another one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.noise.columns import Codes, Columns, Mask, identities, starters
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.interner import Interner
from tetratui.core.table.storage.process_table import ProcessTable
from tetratui.core.tuning.learning.script_arguments import command_of

_DOUBLINGS = 7
"""Times that the way up through forked copies is doubled: 128 generations."""
_INIT = 1
_ANYBODYS = re.compile(r"/(?:tmp|var/tmp|dev/shm)/")
"""Folders where anybody may put a program or a script."""
_WORKER = re.compile(r"\[kworker/[^\]]*\]")
"""A kernel worker, whose name is another one every time."""


@dataclass(frozen=True, slots=True)
class Runs:
    """For every held event what started it."""

    instance: NDArray[np.int64]
    """A number that is the same for the events of one process of the script that started them."""
    typed: Mask
    """Whether that process takes its commands from a person, or as code in its arguments."""
    code: Mask
    """Whether what started the event did so itself, not by a script."""
    by_init: Mask
    """Whether it has pid 1, which starts whatever runs on a host."""
    anybodys: Mask
    """Whether it, or what it started, is a program or script in a folder where anybody may put one."""
    command: Codes
    """The number of what ran; the same for one script with the same arguments, however it was started."""
    caller: Codes
    """The number of what started it; -1 without a parent."""


def runs_of(columns: Columns, commands: Commands) -> Runs:
    """Find the run of every held event."""
    processes = columns.processes
    binary, arguments = (np.asarray(getattr(processes, name), dtype=np.int64) for name in ("binary", "arguments"))
    what = _Origins(processes, commands)
    up = starters(processes)
    rows = np.arange(len(up))
    first = np.where((up > 0) & (binary[up] == binary) & (arguments[up] == arguments), up, rows)
    for _ in range(_DOUBLINGS):
        first = first[first]
    # What is typed into a shell, line by line, is one run of that shell.
    above = first[up[first]]
    instance = np.where((above > 0) & what.typed[above], above, first)
    process, parent = columns.process, columns.parent
    forked = columns.has_parent & (binary[process] == binary[parent]) & (arguments[process] == arguments[parent])
    return Runs(
        instance=identities(processes)[instance[parent]],
        typed=what.typed[instance[parent]],
        code=what.typed[parent],
        by_init=np.asarray(processes.pid)[parent] == _INIT,
        anybodys=what.anybodys[process] | what.anybodys[parent],
        command=np.where(forked, what.script[process], what.command[process]),
        caller=np.where(columns.has_parent, what.script[parent], -1),
    )


class _Origins:
    """What each process of a table is, for the question whether it came back."""

    def __init__(self, processes: ProcessTable, commands: Commands) -> None:
        columns = np.stack(
            [np.asarray(getattr(processes, name), dtype=np.int64) for name in ("binary", "arguments", "cwd")]
        )
        distinct, places = np.unique(columns, axis=1, return_inverse=True)
        places = places.reshape(-1)
        binaries, arguments, folders = (processes.texts[name].values() for name in ("binary", "arguments", "cwd"))
        numbers: Interner[Hashable] = Interner()
        script, command, typed, anybodys = [], [], [], []
        for one, two, three in distinct.T.tolist():
            binary, text = _WORKER.sub("[kworker]", binaries[one] or ""), arguments[two] or ""
            runs = command_of(binary, text)
            template = commands.template(binary, text)
            path = ""
            if runs.script:
                path = posixpath.normpath(posixpath.join(folders[three] or "", runs.script))
                rest = text.partition(runs.script)[2] if template.literal is not None else template
                script.append(numbers.code(path))
                command.append(numbers.code((path, rest)))
            else:
                script.append(numbers.code((binary, template)))
                command.append(script[-1])
            typed.append(runs.code or runs.stdin)
            anybodys.append(any(_ANYBODYS.match(file) is not None for file in (binary, path)))
        self.script = np.array(script, dtype=np.int64)[places]
        self.command = np.array(command, dtype=np.int64)[places]
        self.typed = np.array(typed, dtype=np.bool_)[places]
        self.anybodys = np.array(anybodys, dtype=np.bool_)[places]
