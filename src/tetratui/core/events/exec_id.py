"""Exec ids as numbers: Tetragon writes base64 of `node:ktime:pid`."""

from __future__ import annotations

import binascii

_HIGHEST_KTIME = 2**63 - 1
_HIGHEST_PID = 2**31 - 1


def parts(exec_id: str) -> tuple[str, int, int] | None:
    """Take an exec id apart into node, ktime (ns since boot) and pid.

    None if it is not what `whole` would write for these parts, so that nothing of it is lost.
    """
    try:
        inside = binascii.a2b_base64(exec_id)
        node, ktime_text, pid_text = inside.decode().rsplit(":", 2)
    except ValueError:
        return None
    if not (_is_number(ktime_text) and _is_number(pid_text)):
        return None
    ktime, pid = int(ktime_text), int(pid_text)
    if ktime > _HIGHEST_KTIME or pid > _HIGHEST_PID or binascii.b2a_base64(inside, newline=False).decode() != exec_id:
        return None
    return node, ktime, pid


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and (text[0] != "0" or text == "0")


def whole(node: str, ktime: int, pid: int) -> str:
    """Write the exec id that Tetragon gives this process."""
    return binascii.b2a_base64(f"{node}:{ktime}:{pid}".encode(), newline=False).decode()
