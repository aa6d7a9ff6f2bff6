"""Loose marks and single lines: the fewest exclusions that cover all marked events, and a rung with lines split out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import counted
from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.caution import needs_reason
from tetratui.core.tuning.cover import Candidate, Cover, left_out
from tetratui.core.tuning.ladder import Ground
from tetratui.core.tuning.rungs import NAMES

NARROWER = {"2": "1", "5": "1", "3": "0", "4": "0", "n1": "n0", "n2": "n0"}
"""The rung that says what is left of a rung when lines are split out of it."""


def gathered(
    ground: Ground, rows: Sequence[int] | NDArray[np.int64], max_rung: str = "4", collateral: int = 0
) -> Cover:
    """Cover all marked events (row ids) with few exclusions that hide at most `collateral` others in all.

    Nothing that hides a *keep*, a threat or a recorded needle is proposed, nor what would need a typed reason by form.
    In the cover, the collateral (`rare`) are events that were not marked, and `missed` counts marked ones left visible.
    """
    indexes = ground.columns.indexes(rows)
    marked: Mask = np.zeros(len(ground.columns), dtype=np.bool_)
    marked[indexes] = True
    candidates, refused = _candidates(ground, indexes, marked, max_rung)
    hidden: Mask = np.zeros_like(marked)
    chosen: list[Candidate] = []
    while (marked & ~hidden).any():
        within = [one for one in candidates if int(((hidden | one.mask) & ~marked).sum()) <= collateral]
        best = max(within, key=lambda one: _worth(one, marked & ~hidden), default=None)
        if best is None or not (best.mask & marked & ~hidden).any():
            break
        chosen.append(best)
        hidden |= best.mask
    for one in sorted(chosen, key=lambda one: int(one.mask.sum())):
        others: Mask = np.logical_or.reduce([other.mask for other in chosen if other is not one] or [~marked])
        if not (one.mask & marked & ~others).any():
            chosen.remove(one)
    hidden = np.logical_or.reduce([one.mask for one in chosen] or [np.zeros_like(marked)])
    spare = [one for one in candidates if one not in chosen]
    reasons = [f"would hide {counted(one.rare, 'event')} not marked" if one.rare else "not needed" for one in spare]
    left = left_out([*refused, *zip(spare, reasons, strict=True)], hidden)
    return Cover(tuple(chosen), _share(hidden), hidden, marked, left, int((marked & ~hidden).sum()))


def _share(mask: Mask) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _worth(one: Candidate, wanted: Mask) -> tuple[float, float, str]:
    return int((one.mask & wanted).sum()) / one.cost, -NAMES.index(one.rung), repr(one.exclusion)


def _candidates(
    ground: Ground, indexes: NDArray[np.int64], marked: Mask, max_rung: str
) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
    found: dict[Exclusion, Candidate] = {}
    refused: list[tuple[Candidate, str]] = []
    socket = ground.sockets(indexes)
    for rung in NAMES:
        members = indexes[socket] if rung.startswith("n") else indexes[~socket]
        if rung.isdigit() and rung > max_rung:
            continue
        usable = members[~ground.closed(rung, members)]
        for exclusion in ground.builder.build(rung, usable) if len(usable) else ():
            if exclusion in found:
                continue
            mask = ground.matcher.mask(exclusion)
            one = Candidate(exclusion, rung, mask, int((mask & ~marked).sum()))
            reason = needs_reason(exclusion) or ground.shield.refuses([exclusion])
            if reason is None:
                found[exclusion] = one
            else:
                refused.append((one, reason))
    return list(found.values()), refused


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
