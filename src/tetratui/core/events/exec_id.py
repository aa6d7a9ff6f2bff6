"""Exec ids as numbers: Tetragon writes base64 of `node:ktime:pid`."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Parts = tuple[str, int, int]
"""Node, ktime (ns since boot), pid."""
_HIGHEST_KTIME = 2**63 - 1
_HIGHEST_PID = 2**31 - 1
_KTIME_DIGITS, _PID_DIGITS = 18, 10
"""So many digits are read at once; a longer number by itself."""
_POWERS = 10 ** np.arange(_KTIME_DIGITS - 1, -1, -1, dtype=np.int64)
_FEW = 64
"""Below so many ids the arrays cost more than they save."""
_HOSTS = 8
"""So many nodes are told apart at once."""
_Places = NDArray[np.int64]


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


class Many(NamedTuple):
    """Exec ids taken apart, one value each."""

    nodes: NDArray[np.intp]
    """An index into `names`, -1 for an id that `parts` does not take apart."""
    ktimes: NDArray[np.int64]
    pids: NDArray[np.int64]
    names: list[str]


def parts_of_all(exec_ids: Sequence[str]) -> Many:
    """Do what `parts` does for many exec ids at once."""
    usual = _usual(exec_ids) if len(exec_ids) >= _FEW else None
    many = usual or _nothing(len(exec_ids))
    names = {name: code for code, name in enumerate(many.names)}
    for index in np.flatnonzero(many.nodes < 0).tolist():
        found = parts(exec_ids[index])
        if found is not None:
            many.nodes[index] = names.setdefault(found[0], len(names))
            many.ktimes[index], many.pids[index] = found[1:]
    return many._replace(names=list(names))


def _nothing(count: int) -> Many:
    nodes, ktimes, pids = np.full((3, count), -1, dtype=np.int64)
    return Many(nodes, ktimes, pids, [])


def _usual(exec_ids: Sequence[str]) -> Many | None:
    """Take those of the usual form apart, all at once; None where one of them stands in the way of all."""
    lengths = np.fromiter(map(len, exec_ids), dtype=np.int64, count=len(exec_ids))
    text = "".join(exec_ids)
    try:
        # One text for all: padding is read as zero bits, which end an id as zero bytes.
        inside = binascii.a2b_base64(text.replace("=", "A"), strict_mode=True)
    except ValueError:
        return None
    written, stops = np.frombuffer(text.encode(), dtype=np.uint8) == ord("="), np.cumsum(lengths)
    if (lengths % 4).any() or not lengths.all():
        return None
    padding = written[stops - 1].astype(np.int64) + written[stops - 2]
    if np.count_nonzero(written) != padding.sum():
        return None
    starts, ends = (stops - lengths) // 4 * 3, stops // 4 * 3 - padding
    return _parts_in(inside, starts, ends, padding)


def _parts_in(inside: bytes, starts: _Places, ends: _Places, padding: _Places) -> Many:
    data = np.frombuffer(inside, dtype=np.uint8)
    colons = np.concatenate([[-1, -1], np.flatnonzero(data == ord(":"))])
    before = np.searchsorted(colons, ends)
    first, second = colons[before - 2], colons[before - 1]
    ktimes, ktimes_fine = _numbers(data, first + 1, second, _KTIME_DIGITS)
    pids, pids_fine = _numbers(data, second + 1, ends, _PID_DIGITS)
    usual = ktimes_fine & pids_fine & (pids <= _HIGHEST_PID) & (first >= starts)
    # Bits that padding leaves over are zero in what Tetragon writes.
    usual &= (padding == 0) | (data[np.minimum(ends, len(data) - 1)] == 0)
    nodes, names = _nodes(data, starts, np.where(usual, first - starts, -1))
    return Many(nodes, ktimes, pids, names)


def _nodes(data: NDArray[np.uint8], starts: _Places, widths: _Places) -> tuple[_Places, list[str]]:
    """Number the nodes that begin at `starts`, a few at most: one host writes most files. -1 stands for the others."""
    nodes, names = np.full(len(starts), -1, dtype=np.int64), []
    left = np.flatnonzero(widths >= 0)
    for _ in range(_HOSTS):
        if not len(left):
            break
        start, width = int(starts[left[0]]), int(widths[left[0]])
        name = data[start : start + width]
        same = widths[left] == width
        alike = left[same]
        same[same] = (data[starts[alike, None] + np.arange(width)] == name).all(axis=1)
        try:
            names.append(name.tobytes().decode())
            nodes[left[same]] = len(names) - 1
        except UnicodeDecodeError:
            pass
        left = left[~same]
    return nodes, names


def _numbers(
    data: NDArray[np.uint8], starts: _Places, ends: _Places, most: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read the decimal numbers in data[starts:ends], of at most so many digits; tell which are written as usual."""
    widths = ends - starts
    widest = min(max(int(widths.max()), 1), most)
    places = ends - np.arange(widest, 0, -1)[:, None]
    digits = np.where(places >= starts, data.take(places, mode="clip") - np.uint8(ord("0")), np.uint8(0))
    # All digits, and no zero in front of another.
    fine = (widths >= 1) & (widths <= widest) & (digits <= 9).all(axis=0)
    fine &= (widths == 1) | (data.take(starts, mode="clip") != ord("0"))
    numbers: NDArray[np.int64] = np.einsum("ij,i->j", digits, _POWERS[-widest:])
    return numbers, fine


def whole(node: str, ktime: int, pid: int) -> str:
    """Write the exec id that Tetragon gives this process."""
    return binascii.b2a_base64(f"{node}:{ktime}:{pid}".encode(), newline=False).decode()
