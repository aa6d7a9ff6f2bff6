"""Which events are habit and which are rare: only habit may be hidden without a person having looked.

Noise comes back all the time; an attack, a repair or a mistake is seen a few times, or often but once. A call (what
ran, what started it; of a hook also the policy, the function, the file and the destination) is a habit if it came back
in several runs of its script, at even distances, or all over the time held. A caller that mostly starts rare things is
no habit at all, and nothing under it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Pattern
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.interner import Interner
from tetratui.core.noise.varying_forms import of_binary
from tetratui.core.tuning.cover.recurrence import DEFAULT, Bounds, Returns
from tetratui.core.tuning.cover.runs import runs_of
from tetratui.core.tuning.scopes.refusals import Blockers

HOOKS = (Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.USDT, Kind.LSM, Kind.LOADER)
"""The kinds that come of policies."""
_REPORTS = frozenset({"", "KPROBE_ACTION_POST"})
"""Actions of a policy that only tell; whatever else one does is no noise."""
_NEVER = re.compile(r"/etc/g?shadow|\.ssh/|\bid_(?:rsa|ed25519)\b|/dev/(?:tcp|udp)/|\|\s*(?:ba|da|z)?sh\b|base64 -d")
"""Command lines, and files of hooks, that are never called a habit, however often they come back."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Every held event's call, and whether it is a habit."""

    base: Mask
    """Execs, exits and hooks that a filter can name by binary."""
    command: NDArray[np.int64]
    """Per event the number of its command's family (binary and template)."""
    caller: NDArray[np.int64]
    """Per event the number of its parent's family; -1 without a parent."""
    families: list[tuple[str, Pattern]]
    habit: Mask
    rare: Mask
    """Execs, exits and hooks that are no habit: a suggestion may not hide them."""
    hook: Mask
    """Those of policies."""
    back: Mask
    """Those whose call came back, whatever is said against it."""
    never: Mask
    """Events that are not called a habit whatever comes back."""
    unusual: Mask
    """Events whose caller mostly starts what is rare."""
    returns: Returns
    call: NDArray[np.int64]
    """Per event the number of its call in `returns`."""

    @property
    def processes(self) -> Mask:
        """Execs and exits that a filter can name."""
        return self.base & ~self.hook


def habits(columns: Columns, commands: Commands, blockers: Blockers, bounds: Bounds = DEFAULT) -> Habits:
    """Tell habit from rare for every held event."""
    families: Interner[tuple[str, Pattern]] = Interner()
    command = _families(columns, commands, families, "bin", "args")
    caller = _families(columns, commands, families, "parent", "pargs")
    caller = np.where(columns.has_parent, caller, -1)
    processes = np.isin(columns.kind, [int(Kind.EXEC), int(Kind.EXIT)])
    every = processes | np.isin(columns.kind, [int(kind) for kind in HOOKS])
    base = every & ~blockers.nothing & ~blockers.bare
    runs = runs_of(columns, commands)
    call = _calls(columns, runs.command, runs.caller, processes)
    returns = Returns(columns, base, call, runs, bounds)
    never = (_never(columns) | runs.anybodys) & every
    back = returns.back & base
    habit = back & ~never
    unusual = _unusual(base & processes, habit, caller, len(families), bounds)[caller] & ~runs.by_init
    habit &= ~unusual
    return Habits(
        base=base,
        command=command,
        caller=caller,
        families=families.keys,
        habit=habit,
        rare=every & ~habit,
        hook=every & ~processes,
        back=back,
        never=never,
        unusual=unusual & every,
        returns=returns,
        call=call,
    )


def _families(
    columns: Columns, commands: Commands, families: Interner[tuple[str, Pattern]], binary: str, arguments: str
) -> NDArray[np.int64]:
    names, texts = columns.text[binary], columns.text[arguments]
    pairs, places = np.unique((names.codes << 32) | texts.codes, return_inverse=True)
    codes = []
    for pair in pairs.tolist():
        name, text = names.texts[pair >> 32], texts.texts[pair & 0xFFFFFFFF]
        # Kernel workers of any name are one caller.
        codes.append(families.code((of_binary(name).display_text, commands.template(name, text))))
    return np.asarray(np.array(codes, dtype=np.int64)[places.reshape(-1)])


def _calls(
    columns: Columns, command: NDArray[np.int64], caller: NDArray[np.int64], processes: Mask
) -> NDArray[np.int64]:
    """Number the calls; an exec and its exit are one, a hook is told apart by all that a filter or a person can see."""
    text = columns.text
    asked = [np.where(processes, 0, columns.kind)]
    asked += [np.where(processes, 0, text[name].codes) for name in ("policy", "func", "file", "daddr")]
    asked.append(np.where(processes, 0, columns.dport + 1))
    call = _numbered((command << 32) | (caller + 1))
    for column in asked:
        call = _numbered((call << 32) | column.astype(np.int64))
    return call


def _numbered(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64).reshape(-1)


def _never(columns: Columns) -> Mask:
    found: Mask = np.zeros(len(columns), dtype=np.bool_)
    for name in ("args", "file"):
        column = columns.text[name]
        found |= _where(column.texts, _NEVER)[column.codes]
    action = columns.text["action"]
    return found | np.array([text not in _REPORTS for text in action.texts], dtype=np.bool_)[action.codes]


def _where(texts: Sequence[str], pattern: re.Pattern[str]) -> Mask:
    return np.array([pattern.search(text) is not None for text in texts], dtype=np.bool_)


def _unusual(base: Mask, habit: Mask, caller: NDArray[np.int64], families: int, bounds: Bounds) -> Mask:
    """Find the callers of which too many events are rare; the last place stands for "no parent"."""
    places = np.where(caller < 0, families, caller)
    total = np.bincount(places[base], minlength=families + 1)
    rare = np.bincount(places[base & ~habit], minlength=families + 1)
    unusual: Mask = rare > bounds.rare_share * np.maximum(total, 1)
    return unusual
