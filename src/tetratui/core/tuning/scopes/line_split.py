"""A scope of a scopes with some of its command lines split out, as the operator sees it before it is accepted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.cover.cover_selection import NARROWER, split_out
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.scopes.scopes import Scopes, TuningContext


@dataclass(frozen=True, slots=True)
class Split:
    """What is left of a scope when some command lines stay visible."""

    scope: str
    """The scope that says the rest."""
    exclusions: tuple[Exclusion, ...]
    impact: Impact
    shown: int
    """Events that the whole scope would hide and that stay visible now."""
    missed: int
    """Marked events among them."""
    refused: str | None
    """Why these lines cannot be left out, or None."""


def split(context: TuningContext, scopes: Scopes, scope: str, lines: Collection[str]) -> Split:
    """Leave these command lines (`Impact.rarest`) out of a scope, if that can be said."""
    whole, indexes = scopes[scope].impact.mask, scopes.rows - context.columns.first
    asked = _of_lines(context, whole, lines)
    exclusions = split_out(context, scope, indexes, _pairs(context, asked))
    mask = context.matcher.any(exclusions)
    still = int((mask & asked).sum())
    refused = f"{still} events of these lines would stay hidden: no filter can leave them out" if still else None
    if not exclusions:
        refused = "nothing is left to hide"
    shown = whole & ~mask
    return Split(
        scope=NARROWER.get(scope, scope),
        exclusions=exclusions,
        impact=impact_of(context.columns, mask),
        shown=int(shown.sum()),
        missed=int(shown[indexes].sum()),
        refused=refused or context.shield.refuses(exclusions),
    )


def unmarked(context: TuningContext, scopes: Scopes, lines: Collection[str]) -> set[str]:
    """Give those command lines of which no marked event has one."""
    marked: Mask = np.zeros(len(context.columns), dtype=np.bool_)
    marked[scopes.rows - context.columns.first] = True
    has = {_line(*pair) for pair in _pairs(context, marked)}
    return set(lines) - has


def _of_lines(context: TuningContext, mask: Mask, lines: Collection[str]) -> Mask:
    text = context.columns.text
    chosen = {pair for pair in _pairs(context, mask) if _line(*pair) in lines}
    found: Mask = np.zeros_like(mask)
    for binary, arguments in chosen:
        found |= np.isin(text["bin"].codes, _codes(text["bin"].texts, binary)) & np.isin(
            text["args"].codes, _codes(text["args"].texts, arguments)
        )
    return np.asarray(found & mask)


def _codes(texts: Collection[str], wanted: str) -> list[int]:
    return [code for code, text in enumerate(texts) if text == wanted]


def _pairs(context: TuningContext, mask: Mask) -> list[tuple[str, str]]:
    binary, arguments = context.columns.text["bin"], context.columns.text["args"]
    pairs = np.unique((binary.codes[mask].astype(np.int64) << 32) | arguments.codes[mask])
    return [(binary.texts[pair >> 32], arguments.texts[pair & 0xFFFFFFFF]) for pair in pairs.tolist()]


def _line(binary: str, arguments: str) -> str:
    return f"{binary} {arguments}".rstrip(" ")
