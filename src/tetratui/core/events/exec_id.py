"""Split exec ids into their parts and join them again. Tetragon writes base64 of `node:ktime:pid`."""

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
"""Longest numbers that `split_all` reads in arrays; a longer one is read by itself."""
_POWERS = 10 ** np.arange(_KTIME_DIGITS - 1, -1, -1, dtype=np.int64)
MIN_BATCH = 64
"""Below this number of ids, the arrays cost more than they save."""
_HOSTS = 8
"""Most nodes that `split_all` numbers in arrays: the ids of further ones are split one by one."""
_Offsets = NDArray[np.int64]


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


class ExecIdColumns(NamedTuple):
    """The parts of many exec ids, one value per id in each column."""

    nodes: NDArray[np.intp]
    """An index into `names`; -1 for an id that `split` returns None for."""
    ktimes: NDArray[np.int64]
    pids: NDArray[np.int64]
    names: list[str]


def split_all(exec_ids: Sequence[str]) -> ExecIdColumns:
    """Return what `split` returns for each exec id, much faster for many."""
    usual = _split_usual(exec_ids) if len(exec_ids) >= MIN_BATCH else None
    columns = usual or _empty(len(exec_ids))
    names = {name: code for code, name in enumerate(columns.names)}
    for index in np.flatnonzero(columns.nodes < 0).tolist():
        parts = split(exec_ids[index])
        if parts is not None:
            columns.nodes[index] = names.setdefault(parts[0], len(names))
            columns.ktimes[index], columns.pids[index] = parts[1:]
    return columns._replace(names=list(names))


def _empty(count: int) -> ExecIdColumns:
    nodes, ktimes, pids = np.full((3, count), -1, dtype=np.int64)
    return ExecIdColumns(nodes, ktimes, pids, [])


def _split_usual(exec_ids: Sequence[str]) -> ExecIdColumns | None:
    """Split the ids of the usual form in arrays; their node is -1 otherwise.

    Return None if one id is so malformed that no id can be read from the joined text.
    """
    lengths = np.fromiter(map(len, exec_ids), dtype=np.int64, count=len(exec_ids))
    text = "".join(exec_ids)
    try:
        # Decode all ids as one text. "=" would end it, so padding becomes "A", zero bits: zero bytes end such an id.
        inside = binascii.a2b_base64(text.replace("=", "A"), strict_mode=True)
    except ValueError:
        return None
    is_padding, stops = np.frombuffer(text.encode(), dtype=np.uint8) == ord("="), np.cumsum(lengths)
    if (lengths % 4).any() or not lengths.all():
        return None
    padding = is_padding[stops - 1].astype(np.int64) + is_padding[stops - 2]
    # A "=" that does not end an id: it is not base64.
    if np.count_nonzero(is_padding) != padding.sum():
        return None
    starts, ends = (stops - lengths) // 4 * 3, stops // 4 * 3 - padding
    return _split_bytes(inside, starts, ends, padding)


def _split_bytes(inside: bytes, starts: _Offsets, ends: _Offsets, padding: _Offsets) -> ExecIdColumns:
    """Split the decoded ids at inside[starts:ends]. The last two colons separate the parts: a node may hold colons."""
    data = np.frombuffer(inside, dtype=np.uint8)
    # The two -1 stand for the missing colons of a first id that has fewer than two.
    colons = np.concatenate([[-1, -1], np.flatnonzero(data == ord(":"))])
    before = np.searchsorted(colons, ends)
    first, second = colons[before - 2], colons[before - 1]
    ktimes, ktimes_valid = _parse_numbers(data, first + 1, second, _KTIME_DIGITS)
    pids, pids_valid = _parse_numbers(data, second + 1, ends, _PID_DIGITS)
    # With fewer than two colons in an id, `first` is a colon of an id before it.
    usual = ktimes_valid & pids_valid & (pids <= _HIGHEST_PID) & (first >= starts)
    # Tetragon writes zero for the spare bits of the base64.
    usual &= (padding == 0) | (data[np.minimum(ends, len(data) - 1)] == 0)
    nodes, names = _number_nodes(data, starts, np.where(usual, first - starts, -1))
    return ExecIdColumns(nodes, ktimes, pids, names)


def _number_nodes(data: NDArray[np.uint8], starts: _Offsets, widths: _Offsets) -> tuple[_Offsets, list[str]]:
    """Return a number for the node name at each of `starts`, and the names; -1 where `widths` is negative.

    At most _HOSTS names are numbered, as one host writes most files; the others are -1 too.
    """
    nodes, names = np.full(len(starts), -1, dtype=np.int64), []
    left = np.flatnonzero(widths >= 0)
    for _ in range(_HOSTS):
        if not len(left):
            break
        # Number the first name that is left, and all names equal to it.
        start, width = int(starts[left[0]]), int(widths[left[0]])
        name = data[start : start + width]
        same = widths[left] == width
        same_width = left[same]
        same[same] = (data[starts[same_width, None] + np.arange(width)] == name).all(axis=1)
        try:
            names.append(name.tobytes().decode())
            nodes[left[same]] = len(names) - 1
        except UnicodeDecodeError:
            pass
        left = left[~same]
    return nodes, names


def _parse_numbers(
    data: NDArray[np.uint8], starts: _Offsets, ends: _Offsets, most: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the decimal numbers at data[starts:ends], and which are valid: plain and of at most `most` digits."""
    widths = ends - starts
    widest = min(max(int(widths.max()), 1), most)
    # One row per digit, right-aligned: what lies before a number's start counts as zero.
    offsets = ends - np.arange(widest, 0, -1)[:, None]
    digits = np.where(offsets >= starts, data.take(offsets, mode="clip") - np.uint8(ord("0")), np.uint8(0))
    # Digits only, and no leading zero.
    valid = (widths >= 1) & (widths <= widest) & (digits <= 9).all(axis=0)
    valid &= (widths == 1) | (data.take(starts, mode="clip") != ord("0"))
    numbers: NDArray[np.int64] = np.einsum("ij,i->j", digits, _POWERS[-widest:])
    return numbers, valid


def join(node: str, ktime: int, pid: int) -> str:
    """Return the exec id that Tetragon writes for this process."""
    return binascii.b2a_base64(f"{node}:{ktime}:{pid}".encode(), newline=False).decode()
