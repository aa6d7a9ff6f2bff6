"""Find the command that a process belongs to: the top of what somebody, or a script, started in one go.

`curl` and `bash` of `bash -c "curl … | bash"` belong to that `bash -c`. Going up ends below what issues commands of
many kinds: a script, a session's shell, a service, and what is older than the first line.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from tetratui.core.lineage.process_graph import Origin, ProcessGraph, ProcessNode
from tetratui.core.lineage.programs import IN_SHARED_FOLDER, SHELLS, name_of
from tetratui.core.lineage.tree_order import NO_PROCESS

INIT_PID = 1
SESSION_STARTERS = frozenset(
    {"sshd", "sshd-session", "login", "agetty", "su", "sudo", "cron", "crond", "atd", "systemd", "init"}
    | {"dockerd", "containerd", "containerd-shim", "containerd-shim-runc-v", "runc", "tini", "tmux", "screen"}
    | {"kubelet", "dropbear", "<kernel>"}
)
"""Programs that start shells and jobs for others."""
_DAEMONS = SESSION_STARTERS - {"su", "sudo"}
_LANGUAGES = frozenset({"python", "perl", "ruby", "node", "nodejs", "php", "lua", "tclsh", "expect", "awk", "gawk"})
_INLINE = re.compile(r"(?:^|\s)-[a-zA-Z]*[ceEr]\b")
"""An option that gives an interpreter its program on the command line."""


def find_command_top(graph: ProcessGraph, number: int) -> int:
    """Return the highest ancestor of a process that still belongs to the same command; often the process itself."""
    top = number
    while (above := int(graph.parent[top])) != NO_PROCESS and not _ends_below(graph, above, top):
        top = above
    return top


def find_command_tops(graph: ProcessGraph) -> NDArray[np.intp]:
    """Return for each process the top of its command."""
    # Lists, as one number of an array at a time is slow to take.
    tops = list(range(len(graph)))
    issuing: dict[int, bool] = {}
    parents, pids, origins = graph.parent.tolist(), graph.column("pid").tolist(), graph.origins()
    for number in graph.order.tolist():
        above = parents[number]
        if above == NO_PROCESS:
            continue
        continues = origins[above] not in _UNSEEN and pids[above] == pids[number] and pids[above] >= 0
        if not continues:
            if above not in issuing:
                issuing[above] = _issues_commands(graph, graph.node(above))
            continues = not issuing[above]
        if continues:
            tops[number] = tops[above]
    return np.array(tops, dtype=np.intp)


_UNSEEN = (Origin.BEFORE, Origin.NAMED)


def _ends_below(graph: ProcessGraph, number: int, child: int) -> bool:
    """Return whether a command that the child belongs to ends below its parent."""
    above = graph.node(number)
    same_pid = above.pid is not None and above.pid == graph.node(child).pid
    return not (same_pid and above.origin not in _UNSEEN) and _issues_commands(graph, above)


def _issues_commands(graph: ProcessGraph, node: ProcessNode) -> bool:
    """Return whether a process starts commands that have nothing to do with each other."""
    if node.origin in _UNSEEN:
        return True
    if node.origin is Origin.FORK:
        return not (_name(node) in SHELLS or _find_script(node))
    if node.pid == INIT_PID or _name(node) in _DAEMONS:
        return True
    parent = _starter(graph, node)
    if parent is None or parent.pid == INIT_PID:
        return True
    if _name(node) in SHELLS and not (node.arguments or "").lstrip("-il ").strip():
        return _name(parent) in SESSION_STARTERS
    script = _find_script(node)
    # A script where anybody may write was put there by somebody: it is a part of what that one does.
    return script is not None and not IN_SHARED_FOLDER.search(script)


def _starter(graph: ProcessGraph, node: ProcessNode) -> ProcessNode | None:
    return None if node.parent == NO_PROCESS else graph.node(node.parent)


def _find_script(node: ProcessNode) -> str | None:
    """Return the path of the script that a process runs, None where it runs none from a file."""
    arguments = (node.arguments or "").strip()
    if node.binary and node.binary in arguments.split():
        # The kernel puts the path of a script that names its interpreter into the arguments.
        return node.binary
    first = next((word for word in arguments.split() if not word.startswith("-")), "")
    runs = _name(node) in SHELLS | _LANGUAGES and not _INLINE.search(arguments)
    if not runs or not first:
        return None
    return first if first.startswith("/") else f"{(node.cwd or '').rstrip('/')}/{first}"


def _name(node: ProcessNode) -> str:
    return name_of(node.binary or "")
