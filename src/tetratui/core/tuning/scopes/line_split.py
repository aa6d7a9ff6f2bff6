"""A scope with some of its command lines left visible, as the operator sees it before accepting it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.exclusion import Exclusion
from tetratui.core.noise.columns import CodeColumn, Mask
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.scopes.scopes import Scopes
from tetratui.core.tuning.tuning_context import TuningContext

NARROWER = {
    "template": "command",
    "binary": "command",
    "caller": "exact",
    "subtree": "exact",
    "network": "destination",
    "policy": "destination",
}
"""The scope of the rest when command lines are left out of a scope."""


@dataclass(frozen=True, slots=True)
class Split:
    """What is left of a scope when some command lines stay visible."""

    scope: str
    """The scope of the rest."""
    exclusions: tuple[Exclusion, ...]
    impact: Impact
    shown: int
    """Events that the whole scope would hide and that stay visible now."""
    missed: int
    """Marked events among them."""
    refused: str | None
    """Why these lines cannot be left out, or None."""


def split(context: TuningContext, scopes: Scopes, scope: str, lines: Collection[str]) -> Split:
    """Leave these command lines (`Impact.rarest`) out of a scope, where filters can express that."""
    whole, indexes = scopes[scope].impact.mask, scopes.rows - context.columns.first
    wanted = _events_of(context, whole, lines)
    exclusions = split_out(context, scope, indexes, _commands(context, wanted))
    mask = context.matcher.any(exclusions)
    still = int((mask & wanted).sum())
    refused = f"{still} events of these lines would stay hidden: no filter can leave them out" if still else None
    if not exclusions:
        refused = "nothing would be left to hide"
    shown = whole & ~mask
    return Split(
        scope=NARROWER.get(scope, scope),
        exclusions=exclusions,
        impact=impact_of(context.columns, mask),
        shown=int(shown.sum()),
        missed=int(shown[indexes].sum()),
        refused=refused or context.shield.refuses(exclusions),
    )


def split_out(
    context: TuningContext, scope: str, indexes: NDArray[np.int64], commands: Sequence[tuple[str, str]]
) -> tuple[Exclusion, ...]:
    """Hide what a scope built from these indexes hides, but leave these commands (binary, arguments) visible.

    A filter cannot express an exception, so the rest is built on the narrower scope of the same side. It hides the
    events held now; later ones that only the broader scope would have matched stay visible.
    """
    mask = context.matcher.any(context.build(scope, indexes))
    shown: Mask = np.zeros_like(mask)
    for binary, arguments in commands:
        shown |= _of_command(context, binary, arguments)
    return context.build(NARROWER.get(scope, scope), np.flatnonzero(mask & ~shown))


def unmarked(context: TuningContext, scopes: Scopes, lines: Collection[str]) -> set[str]:
    """Return those of the command lines that no marked event has."""
    marked: Mask = np.zeros(len(context.columns), dtype=np.bool_)
    marked[scopes.rows - context.columns.first] = True
    return set(lines) - {_line(*command) for command in _commands(context, marked)}


def _events_of(context: TuningContext, mask: Mask, lines: Collection[str]) -> Mask:
    """Return the events of a mask that have one of these command lines.

    One line may stand for several commands: a space may end the binary or belong to it.
    """
    events: Mask = np.zeros_like(mask)
    for command in _commands(context, mask):
        if _line(*command) in lines:
            events |= _of_command(context, *command)
    return np.asarray(events & mask)


def _of_command(context: TuningContext, binary: str, arguments: str) -> Mask:
    text = context.columns.text
    return _has_text(text["bin"], binary) & _has_text(text["args"], arguments)


def _has_text(column: CodeColumn, wanted: str) -> Mask:
    return np.isin(column.codes, [code for code, text in enumerate(column.texts) if text == wanted])


def _commands(context: TuningContext, mask: Mask) -> list[tuple[str, str]]:
    binary, arguments = context.columns.text["bin"], context.columns.text["args"]
    pairs = np.unique((binary.codes[mask].astype(np.int64) << 32) | arguments.codes[mask])
    return [(binary.texts[pair >> 32], arguments.texts[pair & 0xFFFFFFFF]) for pair in pairs.tolist()]


def _line(binary: str, arguments: str) -> str:
    return f"{binary} {arguments}".rstrip(" ")
