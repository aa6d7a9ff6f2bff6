"""What to change in a policy so that the kernel keeps events to itself, in words.

A filter works on what the sensor has already seen and paid for; a selector of the policy costs nothing afterwards. It
also says what no filter can: by the file of a hook, or by destination before Tetragon 1.4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.noise.columns import Columns

_MOST = 4
"""Values that are named."""
_UNSET = frozenset({"0.0.0.0", "::"})  # noqa: S104 — what a socket holds before its address is set


def in_kernel(columns: Columns, members: NDArray[np.int64]) -> str:
    """Propose the change of the policy that would no longer report these hook events, all of one kind and policy."""
    if columns.kind[members[0]] == Kind.LOADER:
        return "in the kernel: take the loader out of the policy that asks for it (`loader: true`)"
    policy = columns.text["policy"].text(int(members[0])) or "its policy"
    addresses, files = _named(columns, "daddr", members), _named(columns, "file", members)
    where = f"in the kernel: in {policy} at {', '.join(_named(columns, 'func', members)[:_MOST]) or 'its hook'}"
    if addresses and not _UNSET.issuperset(addresses):
        return f"{where}, for every process: matchArgs with operator NotDAddr and values {_listed(addresses)}"
    if files:
        return (
            f"{where}, for every process: matchArgs with operator NotEqual (or NotPrefix) and values {_listed(files)}"
        )
    binaries = _named(columns, "bin", members)
    binary = f"values {_listed(binaries)} (the resolved executable: of a script its interpreter)"
    return f"{where}: matchBinaries with operator NotIn and {binary}"


def _named(columns: Columns, field: str, members: NDArray[np.int64]) -> list[str]:
    column = columns.text[field]
    codes, counts = np.unique(column.codes[members], return_counts=True)
    return [column.texts[code] for code in codes[np.argsort(-counts, kind="stable")].tolist() if column.texts[code]]


def _listed(values: list[str]) -> str:
    more = f" and {len(values) - _MOST} more" if len(values) > _MOST else ""
    return ", ".join(values[:_MOST]) + more
