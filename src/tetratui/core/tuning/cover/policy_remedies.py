"""Changes of a policy that stop hook events in the kernel, in words.

A filter drops events that the sensor has already collected; events that a selector of the policy excludes never cost
anything. A selector can also name what no filter can: the file of a hook, or a destination before Tetragon 1.4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.noise.columns import Columns

_SHOWN = 4
"""Values that are named."""
_UNSET = frozenset({"0.0.0.0", "::"})  # noqa: S104 — what a socket holds before its address is set


def propose_policy_change(columns: Columns, members: NDArray[np.int64]) -> str:
    """Propose a change of the policy after which it no longer reports these hook events, all of one kind and policy."""
    if columns.kind[members[0]] == Kind.LOADER:
        return "in the kernel: take the loader out of the policy that asks for it (`loader: true`)"
    policy = columns.text["policy"].text(int(members[0])) or "its policy"
    addresses, files = _values(columns, "daddr", members), _values(columns, "file", members)
    where = f"in the kernel: in {policy} at {', '.join(_values(columns, 'func', members)[:_SHOWN]) or 'its hook'}"
    if addresses and not _UNSET.issuperset(addresses):
        return f"{where}, for every process: matchArgs with operator NotDAddr and values {_listed(addresses)}"
    if files:
        return (
            f"{where}, for every process: matchArgs with operator NotEqual (or NotPrefix) and values {_listed(files)}"
        )
    binaries = _values(columns, "bin", members)
    binary = f"values {_listed(binaries)} (the resolved executable: of a script its interpreter)"
    return f"{where}: matchBinaries with operator NotIn and {binary}"


def _values(columns: Columns, field: str, members: NDArray[np.int64]) -> list[str]:
    """Return the texts of a field among some events, the most frequent first."""
    column = columns.text[field]
    codes, counts = np.unique(column.codes[members], return_counts=True)
    return [column.texts[code] for code in codes[np.argsort(-counts, kind="stable")].tolist() if column.texts[code]]


def _listed(values: list[str]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(values[:_SHOWN]) + more
