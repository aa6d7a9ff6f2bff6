"""A rung of a ladder with some of its command lines split out, as the operator sees it before it is accepted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.ladder import Ground, Ladder
from tetratui.core.tuning.loose import NARROWER, split_out


@dataclass(frozen=True, slots=True)
class Split:
    """What is left of a rung when some command lines stay visible."""

    rung: str
    """The rung that says the rest."""
    exclusions: tuple[Exclusion, ...]
    impact: Impact
    shown: int
    """Events that the whole rung would hide and that stay visible now."""
    missed: int
    """Marked events among them."""
    refused: str | None
    """Why these lines cannot be left out, or None."""


def split(ground: Ground, ladder: Ladder, rung: str, lines: Collection[str]) -> Split:
    """Leave these command lines (`Impact.rarest`) out of a rung, if that can be said."""
    whole, indexes = ladder[rung].impact.mask, ladder.rows - ground.columns.first
    asked = _of_lines(ground, whole, lines)
    exclusions = split_out(ground, rung, indexes, _pairs(ground, asked))
    mask = ground.matcher.any(exclusions)
    still = int((mask & asked).sum())
    refused = f"{still} events of these lines would stay hidden: no filter can leave them out" if still else None
    if not exclusions:
        refused = "nothing is left to hide"
    shown = whole & ~mask
    return Split(
        rung=NARROWER.get(rung, rung),
        exclusions=exclusions,
        impact=impact_of(ground.columns, mask),
        shown=int(shown.sum()),
        missed=int(shown[indexes].sum()),
        refused=refused or ground.shield.refuses(exclusions),
    )


def unmarked(ground: Ground, ladder: Ladder, lines: Collection[str]) -> set[str]:
    """Give those command lines of which no marked event has one."""
    marked: Mask = np.zeros(len(ground.columns), dtype=np.bool_)
    marked[ladder.rows - ground.columns.first] = True
    has = {_line(*pair) for pair in _pairs(ground, marked)}
    return set(lines) - has


def _of_lines(ground: Ground, mask: Mask, lines: Collection[str]) -> Mask:
    text = ground.columns.text
    chosen = {pair for pair in _pairs(ground, mask) if _line(*pair) in lines}
    found: Mask = np.zeros_like(mask)
    for binary, arguments in chosen:
        found |= np.isin(text["bin"].codes, _codes(text["bin"].texts, binary)) & np.isin(
            text["args"].codes, _codes(text["args"].texts, arguments)
        )
    return np.asarray(found & mask)


def _codes(texts: Collection[str], wanted: str) -> list[int]:
    return [code for code, text in enumerate(texts) if text == wanted]


def _pairs(ground: Ground, mask: Mask) -> list[tuple[str, str]]:
    binary, arguments = ground.columns.text["bin"], ground.columns.text["args"]
    pairs = np.unique((binary.codes[mask].astype(np.int64) << 32) | arguments.codes[mask])
    return [(binary.texts[pair >> 32], arguments.texts[pair & 0xFFFFFFFF]) for pair in pairs.tolist()]


def _line(binary: str, arguments: str) -> str:
    return f"{binary} {arguments}".rstrip(" ")
