"""Exec ids as numbers: Tetragon writes base64 of `node:ktime:pid`."""

from __future__ import annotations

import binascii

Parts = tuple[str, int, int]
"""Node, ktime (ns since boot), pid."""
_HIGHEST_KTIME = 2**63 - 1
_HIGHEST_PID = 2**31 - 1


def parts(exec_id: str) -> Parts | None:
    """Take an exec id apart into node, ktime (ns since boot) and pid.

    None if it is not what `whole` would write for these parts, so that nothing of it is lost.
    """
    try:
        inside = binascii.a2b_base64(exec_id)
        node, ktime_text, pid_text = inside.decode().rsplit(":", 2)
        ktime, pid = int(ktime_text), int(pid_text)
    except ValueError:
        return None
    # What is written back must be what was read: no zeros in front, no blanks, no bits left over.
    if (
        str(ktime) != ktime_text
        or str(pid) != pid_text
        or binascii.b2a_base64(inside, newline=False) != exec_id.encode()
    ):
        return None
    if not (0 <= ktime <= _HIGHEST_KTIME and 0 <= pid <= _HIGHEST_PID):
        return None
    return node, ktime, pid


def whole(node: str, ktime: int, pid: int) -> str:
    """Write the exec id that Tetragon gives this process."""
    return binascii.b2a_base64(f"{node}:{ktime}:{pid}".encode(), newline=False).decode()
