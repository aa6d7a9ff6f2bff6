"""Find the run of a script, timer or daemon that each event belongs to.

A run is one process of the script that started the event. Forked copies count as the process itself, and commands typed
or given as code count to the shell that got them. A process that never ends has runs too: what it starts after a pause
belongs to the next one.
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
"""How often the steps up through forked copies are doubled: enough for 128 generations."""
_INIT = 1
_WRITABLE = re.compile(r"/(?:tmp|var/tmp|dev/shm)/")
"""Folders where anybody may put a program or a script."""
_WORKER = re.compile(r"\[kworker/[^\]]*\]")
"""A kernel worker, whose name changes from one to the next."""


@dataclass(frozen=True, slots=True)
class Runs:
    """For every held event, what started it."""

    instance: NDArray[np.int64]
    """The number of the process of the script that started it."""
    typed: Mask
    """Whether that process runs commands from its input or from its arguments."""
    code: Mask
    """Whether the parent itself does so."""
    by_init: Mask
    """Whether the parent has pid 1, which starts whatever runs on a host."""
    from_writable: Mask
    """Whether the parent or the process is a program or script in a folder where anybody may put one."""
    command: Codes
    """The number of what ran; the same for one script with the same arguments, however it was started."""
    caller: Codes
    """The number of what started it; -1 without a parent."""


def find_runs(columns: Columns, commands: Commands) -> Runs:
    """Find the run of every held event."""
    processes = columns.processes
    binary, arguments = (np.asarray(getattr(processes, name), dtype=np.int64) for name in ("binary", "arguments"))
    origins = _Origins(processes, commands)
    up = starters(processes)
    rows = np.arange(len(up))
    # `first` leads from a forked copy to what it is a copy of; each round doubles the generations stepped over.
    first = np.where((up > 0) & (binary[up] == binary) & (arguments[up] == arguments), up, rows)
    for _ in range(_DOUBLINGS):
        first = first[first]
    # All that is typed into a shell, line by line, is one run of that shell.
    above = first[up[first]]
    instance = np.where((above > 0) & origins.typed[above], above, first)
    process, parent = columns.process, columns.parent
    forked = columns.has_parent & (binary[process] == binary[parent]) & (arguments[process] == arguments[parent])
    return Runs(
        instance=identities(processes)[instance[parent]],
        typed=origins.typed[instance[parent]],
        code=origins.typed[parent],
        by_init=np.asarray(processes.pid)[parent] == _INIT,
        from_writable=origins.from_writable[process] | origins.from_writable[parent],
        command=np.where(forked, origins.script[process], origins.command[process]),
        caller=np.where(columns.has_parent, origins.script[parent], -1),
    )


class _Origins:
    """For each process of a table, what ran: a script, however it was started, or else a binary and its template."""

    def __init__(self, processes: ProcessTable, commands: Commands) -> None:
        columns = np.stack(
            [np.asarray(getattr(processes, name), dtype=np.int64) for name in ("binary", "arguments", "cwd")]
        )
        distinct, inverse = np.unique(columns, axis=1, return_inverse=True)
        inverse = inverse.reshape(-1)
        binaries, arguments, folders = (processes.texts[name].values() for name in ("binary", "arguments", "cwd"))
        numbers: Interner[Hashable] = Interner()
        script, command, typed, from_writable = [], [], [], []
        for binary_code, arguments_code, folder_code in distinct.T.tolist():
            binary = _WORKER.sub("[kworker]", binaries[binary_code] or "")
            text = arguments[arguments_code] or ""
            runs = command_of(binary, text)
            template = commands.template(binary, text)
            path = ""
            if runs.script:
                path = posixpath.normpath(posixpath.join(folders[folder_code] or "", runs.script))
                rest = text.partition(runs.script)[2] if template.literal is not None else template
                script.append(numbers.code(path))
                command.append(numbers.code((path, rest)))
            else:
                script.append(numbers.code((binary, template)))
                command.append(script[-1])
            typed.append(runs.code or runs.stdin)
            from_writable.append(any(_WRITABLE.match(file) is not None for file in (binary, path)))
        self.script = np.array(script, dtype=np.int64)[inverse]
        self.command = np.array(command, dtype=np.int64)[inverse]
        self.typed = np.array(typed, dtype=np.bool_)[inverse]
        self.from_writable = np.array(from_writable, dtype=np.bool_)[inverse]
