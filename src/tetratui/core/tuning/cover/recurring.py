"""Which events are habit and which are rare: only habit may be hidden without a person having looked.

Noise comes back all the time; an attack, a repair or a mistake is seen a few times, or often but once. A call (command
template and caller template) is a habit if it is frequent and spread over the time held; a caller that mostly starts
rare things is no habit at all, and nothing under it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Pattern
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.interner import Interner
from tetratui.core.tuning.scopes.refusals import Blockers

_PAUSES = 4
"""Rounds in which pauses are taken out: each makes the parts shorter, and so shows shorter pauses."""
_NEVER = re.compile(r"/etc/g?shadow|\.ssh/|\bid_(?:rsa|ed25519)\b|/dev/(?:tcp|udp)/|\|\s*(?:ba|da|z)?sh\b|base64 -d")
"""Command lines that are never called a habit, however often they come back."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What makes a habit."""

    events: int = 8
    """Fewest events of a call: four starts with their exits."""
    slices: int = 20
    """Parts into which the time held is cut."""
    spread: int = 4
    """Parts in which a call must have been seen."""
    rare_share: float = 0.2
    """Most of a caller's events that may be rare for the caller to be a habit."""


DEFAULT = Bounds()


@dataclass(frozen=True, slots=True)
class Habits:
    """Every held event's call, and whether it is a habit."""

    base: Mask
    """Execs and exits that a filter can name by binary."""
    command: NDArray[np.int64]
    """Per event the number of its command's family (binary and template)."""
    caller: NDArray[np.int64]
    """Per event the number of its parent's family; -1 without a parent."""
    families: list[tuple[str, Pattern]]
    habit: Mask
    rare: Mask
    """Execs and exits that are no habit: a suggestion may not hide them."""


def habits(columns: Columns, commands: Commands, blockers: Blockers, bounds: Bounds = DEFAULT) -> Habits:
    """Tell habit from rare for every held event."""
    families: Interner[tuple[str, Pattern]] = Interner()
    command = _families(columns, commands, families, "bin", "args")
    caller = _families(columns, commands, families, "parent", "pargs")
    caller = np.where(columns.has_parent, caller, -1)
    every = np.isin(columns.kind, [int(Kind.EXEC), int(Kind.EXIT)])
    base = every & ~blockers.nothing & ~blockers.bare
    frequent = _frequent(columns, base, (command << 32) | (caller + 1), bounds)
    never = np.array([_NEVER.search(text) is not None for text in columns.text["args"].texts], dtype=np.bool_)
    habit = frequent & base & ~never[columns.text["args"].codes]
    habit &= ~_unusual(base, habit, caller, len(families), bounds)[caller]
    return Habits(base, command, caller, families.keys, habit, every & ~habit)


def _families(
    columns: Columns, commands: Commands, families: Interner[tuple[str, Pattern]], binary: str, arguments: str
) -> NDArray[np.int64]:
    names, texts = columns.text[binary], columns.text[arguments]
    pairs, places = np.unique((names.codes << 32) | texts.codes, return_inverse=True)
    codes = []
    for pair in pairs.tolist():
        name, text = names.texts[pair >> 32], texts.texts[pair & 0xFFFFFFFF]
        codes.append(families.code((name, commands.template(name, text))))
    return np.asarray(np.array(codes, dtype=np.int64)[places.reshape(-1)])


def _frequent(columns: Columns, base: Mask, calls: NDArray[np.int64], bounds: Bounds) -> Mask:
    """Find the calls that come back often, and all over the time held."""
    found: Mask = np.zeros(len(columns), dtype=np.bool_)
    usable = base & (columns.time >= 0)
    if not usable.any():
        return found
    _, call = np.unique(calls, return_inverse=True)
    call = call.reshape(-1)
    counts = np.bincount(call[base], minlength=int(call.max()) + 1)
    seen = np.unique(call[usable] * bounds.slices + _parts(columns.time[usable], bounds.slices))
    spread = np.bincount(seen // bounds.slices, minlength=len(counts))
    return np.asarray(((counts >= bounds.events) & (spread >= bounds.spread))[call])


def _parts(time: NDArray[np.int64], slices: int) -> NDArray[np.int64]:
    """Give the part of the time held in which each event lies.

    Pauses longer than a part count as nothing: files that are not of one piece, and the processes that a restart
    replays with the day they began, would else leave most parts empty.
    """
    order = np.argsort(time, kind="stable")
    gaps = np.diff(time[order], prepend=time[order[0]])
    for _ in range(_PAUSES):
        pause = gaps > gaps.sum() / slices
        if not pause.any():
            break
        gaps[pause] = 0
    passed = np.empty_like(gaps)
    passed[order] = np.cumsum(gaps)
    return np.asarray(passed * slices // (int(gaps.sum()) + 1))


def _unusual(base: Mask, habit: Mask, caller: NDArray[np.int64], families: int, bounds: Bounds) -> Mask:
    """Find the callers of which too many events are rare; the last place stands for "no parent"."""
    places = np.where(caller < 0, families, caller)
    total = np.bincount(places[base], minlength=families + 1)
    rare = np.bincount(places[base & ~habit], minlength=families + 1)
    unusual: Mask = rare > bounds.rare_share * np.maximum(total, 1)
    return unusual
