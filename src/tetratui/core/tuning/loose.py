"""Loose marks and single lines: the fewest exclusions that cover all marked events, and a rung with lines split out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.caution import needs_reason
from tetratui.core.tuning.ladder import Ground, expressions
from tetratui.core.tuning.rungs import NAMES

NARROWER = {"2": "1", "5": "1", "3": "0", "4": "0", "n1": "n0", "n2": "n0"}
"""The rung that says what is left of a rung when lines are split out of it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Exclusions that cover all marked events that can be covered."""

    exclusions: tuple[tuple[str, Exclusion], ...]
    """Each with its rung."""
    missed: int
    """Marked events that no exclusion within the bound covers."""
    collateral: int
    """Events that were not marked and would be hidden too."""


def gathered(
    ground: Ground, rows: Sequence[int] | NDArray[np.int64], max_rung: str = "4", collateral: int = 0
) -> Proposal:
    """Cover all marked events (row ids) with few exclusions that hide at most `collateral` others in all.

    Nothing that hides a *keep*, a threat or a recorded needle is proposed, nor what would need a typed reason by form.
    """
    indexes = ground.columns.indexes(rows)
    marked: Mask = np.zeros(len(ground.columns), dtype=np.bool_)
    marked[indexes] = True
    candidates = _candidates(ground, indexes, max_rung)
    hidden: Mask = np.zeros_like(marked)
    chosen: list[tuple[str, Exclusion]] = []
    while (marked & ~hidden).any():
        best, worth = None, 0.0
        for rung, exclusion, mask in candidates:
            new = int((mask & marked & ~hidden).sum())
            more = int(((hidden | mask) & ~marked).sum())
            if new and more <= collateral and new / _cost(exclusion) > worth:
                best, worth = (rung, exclusion, mask), new / _cost(exclusion)
        if best is None:
            break
        chosen.append(best[:2])
        hidden |= best[2]
    return Proposal(tuple(chosen), int((marked & ~hidden).sum()), int((hidden & ~marked).sum()))


def _cost(exclusion: Exclusion) -> float:
    return 1.0 + 0.25 * expressions(exclusion)


def _candidates(ground: Ground, indexes: NDArray[np.int64], max_rung: str) -> list[tuple[str, Exclusion, Mask]]:
    found: dict[Exclusion, tuple[str, Exclusion, Mask]] = {}
    socket = ground.sockets(indexes)
    for rung in NAMES:
        members = indexes[socket] if rung.startswith("n") else indexes[~socket]
        if rung.isdigit() and rung > max_rung:
            continue
        usable = members[~ground.closed(rung, members)]
        for exclusion in ground.builder.build(rung, usable) if len(usable) else ():
            safe = exclusion not in found and needs_reason(exclusion) is None
            if safe and ground.shield.refuses([exclusion]) is None:
                found[exclusion] = (rung, exclusion, ground.matcher.mask(exclusion))
    return list(found.values())


def split_out(
    ground: Ground, rung: str, indexes: NDArray[np.int64], lines: Sequence[tuple[str, str]]
) -> tuple[Exclusion, ...]:
    """Hide what a rung built from these indexes hides, but leave these command lines (binary, arguments) visible.

    A filter cannot say "but not": the rest is said by the exact rung of the same arm. Hidden stays what was held; what
    the template would have matched later stays visible.
    """
    closed = ground.closed(rung, indexes)
    mask = ground.matcher.any(ground.builder.build(rung, indexes[~closed]))
    text = ground.columns.text
    kept: Mask = np.zeros_like(mask)
    for binary, arguments in lines:
        codes = [
            [code for code, one in enumerate(text[name].texts) if one == value]
            for name, value in (("bin", binary), ("args", arguments))
        ]
        kept |= np.isin(text["bin"].codes, codes[0]) & np.isin(text["args"].codes, codes[1])
    exact = NARROWER.get(rung, rung)
    left = np.flatnonzero(mask & ~kept)
    left = left[~ground.closed(exact, left)]
    return ground.builder.build(exact, left) if len(left) else ()
