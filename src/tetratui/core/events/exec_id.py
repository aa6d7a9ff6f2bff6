"""Split exec ids into their parts and join them again. Tetragon writes base64 of `node:ktime:pid`."""

from __future__ import annotations

import binascii

Parts = tuple[str, int, int]
"""Node, ktime (ns since boot), pid."""
_HIGHEST_KTIME = 2**63 - 1
_HIGHEST_PID = 2**31 - 1


def split(exec_id: str) -> Parts | None:
    """Return the node, ktime (ns since boot) and pid of an exec id.

    Return None if `join` would not write exactly this exec id for them, so that every id can be restored.
    """
    try:
        inside = binascii.a2b_base64(exec_id)
        node, ktime_text, pid_text = inside.decode().rsplit(":", 2)
        ktime, pid = int(ktime_text), int(pid_text)
    except ValueError:
        return None
    # `join` must restore the id: no leading zeros, no spaces, no spare bits set in the base64.
    if (
        str(ktime) != ktime_text
        or str(pid) != pid_text
        or binascii.b2a_base64(inside, newline=False) != exec_id.encode()
    ):
        return None
    if not (0 <= ktime <= _HIGHEST_KTIME and 0 <= pid <= _HIGHEST_PID):
        return None
    return node, ktime, pid


def join(node: str, ktime: int, pid: int) -> str:
    """Return the exec id that Tetragon writes for this process."""
    return binascii.b2a_base64(f"{node}:{ktime}:{pid}".encode(), newline=False).decode()
