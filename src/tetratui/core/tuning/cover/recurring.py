"""Find the events that recur: only these may be hidden without a person having looked.

Noise recurs all the time; an attack, a repair or a mistake is seen a few times, or often but in one go. A call is what
ran and what started it, for a hook also the policy, the function, the file and the destination. It recurs if it was
seen in several runs of its script, at even intervals, or all over the time covered. Nothing recurs under a caller that
mostly starts what does not.
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
from tetratui.core.tuning.cover.pod_habits import attacked_pods, find_pod_habits
from tetratui.core.tuning.cover.recurrence import DEFAULT, Bounds, Returns
from tetratui.core.tuning.cover.runs import find_runs
from tetratui.core.tuning.scopes.refusals import Blockers

HOOKS = (Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.USDT, Kind.LSM, Kind.LOADER)
"""The kinds that policies report."""
_REPORTS = frozenset({"", "KPROBE_ACTION_POST"})
"""Actions of a policy that only report; an event on which it did more is no noise."""
_NEVER = re.compile(r"/etc/g?shadow|\.ssh/|\bid_(?:rsa|ed25519)\b|/dev/(?:tcp|udp)/|\|\s*(?:ba|da|z)?sh\b|base64 -d")
"""Command lines, and files of hooks, that never count as recurring, however often they are seen."""


@dataclass(frozen=True, slots=True)
class RecurringEvents:
    """For every held event its call, and whether it recurs."""

    base: Mask
    """Execs, exits and hooks that a filter can name by binary."""
    command: NDArray[np.int64]
    """Per event the number of its command's family (binary and template)."""
    caller: NDArray[np.int64]
    """Per event the number of its parent's family; -1 without a parent."""
    families: list[tuple[str, Pattern]]
    """Binary and argument template of each family, by its number."""
    recurring: Mask
    """Events that a suggestion may hide."""
    collateral: Mask
    """Execs, exits and hooks that do not recur: a suggestion that hides one hides it as collateral."""
    hook: Mask
    """Events that policies report."""
    returned: Mask
    """Events whose call was seen again often enough, whatever speaks against it."""
    never: Mask
    """Events that never count as recurring."""
    unusual: Mask
    """Events whose caller mostly starts what does not recur."""
    attacked: Mask
    """Events of pods in which something looks like an attack."""
    returns: Returns
    call: NDArray[np.int64]
    """Per event the number of its call in `returns`."""

    @property
    def processes(self) -> Mask:
        """Execs and exits that a filter can name."""
        return self.base & ~self.hook


def find_recurring(
    columns: Columns, commands: Commands, blockers: Blockers, bounds: Bounds = DEFAULT
) -> RecurringEvents:
    """Find out for every held event whether it recurs."""
    families: Interner[tuple[str, Pattern]] = Interner()
    command = _families(columns, commands, families, "bin", "args")
    caller = _families(columns, commands, families, "parent", "pargs")
    caller = np.where(columns.has_parent, caller, -1)
    processes = np.isin(columns.kind, [int(Kind.EXEC), int(Kind.EXIT)])
    countable = processes | np.isin(columns.kind, [int(kind) for kind in HOOKS])
    base = countable & ~blockers.nothing & ~blockers.bare
    runs = find_runs(columns, commands)
    call = _calls(columns, runs.command, runs.caller, processes)
    returns = Returns(columns, base, call, runs, bounds)
    never = (_never(columns) | runs.from_writable) & countable
    habits = find_pod_habits(columns, call, caller)
    returned = (returns.returned | habits.repeated) & base
    recurring = returned & ~never
    unusual = _unusual_callers(base & processes, recurring, caller, len(families), bounds)[caller] & ~runs.by_init
    recurring &= ~unusual | habits.by_runtime | habits.repeated
    attacked = attacked_pods(columns, recurring)
    recurring &= ~attacked
    return RecurringEvents(
        base=base,
        command=command,
        caller=caller,
        families=families.keys,
        recurring=recurring,
        collateral=countable & ~recurring,
        hook=countable & ~processes,
        returned=returned,
        never=never,
        unusual=unusual & countable & ~recurring,
        attacked=attacked,
        returns=returns,
        call=call,
    )


def _families(
    columns: Columns, commands: Commands, families: Interner[tuple[str, Pattern]], binary: str, arguments: str
) -> NDArray[np.int64]:
    """Number the family, binary and argument template, of each event's command or caller."""
    names, texts = columns.text[binary], columns.text[arguments]
    pairs, inverse = np.unique((names.codes << 32) | texts.codes, return_inverse=True)
    codes = []
    for pair in pairs.tolist():
        name, text = names.texts[pair >> 32], texts.texts[pair & 0xFFFFFFFF]
        # `of_binary` makes kernel workers of any name one caller.
        codes.append(families.code((of_binary(name).display_text, commands.template(name, text))))
    return np.asarray(np.array(codes, dtype=np.int64)[inverse.reshape(-1)])


def _calls(
    columns: Columns, command: NDArray[np.int64], caller: NDArray[np.int64], processes: Mask
) -> NDArray[np.int64]:
    """Number the calls; an exec and its exit are one call, hooks differ by all that a filter or a person can see."""
    text = columns.text
    of_hooks = [np.where(processes, 0, columns.kind)]
    of_hooks += [np.where(processes, 0, text[name].codes) for name in ("policy", "func", "file", "daddr")]
    of_hooks.append(np.where(processes, 0, columns.dport + 1))
    # Numbered anew after each column, so that every number fits into 32 bits for the next one.
    call = _numbered((command << 32) | (caller + 1))
    for column in of_hooks:
        call = _numbered((call << 32) | column.astype(np.int64))
    return call


def _numbered(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64).reshape(-1)


def _never(columns: Columns) -> Mask:
    never: Mask = np.zeros(len(columns), dtype=np.bool_)
    for name in ("args", "file"):
        column = columns.text[name]
        never |= _matching(column.texts, _NEVER)[column.codes]
    action = columns.text["action"]
    return never | np.array([text not in _REPORTS for text in action.texts], dtype=np.bool_)[action.codes]


def _matching(texts: Sequence[str], pattern: re.Pattern[str]) -> Mask:
    return np.array([pattern.search(text) is not None for text in texts], dtype=np.bool_)


def _unusual_callers(base: Mask, recurring: Mask, caller: NDArray[np.int64], families: int, bounds: Bounds) -> Mask:
    """Return by number of the caller whether too many of its events do not recur.

    The last item stands for "no parent", so that the caller number -1 selects it.
    """
    numbers = np.where(caller < 0, families, caller)
    total = np.bincount(numbers[base], minlength=families + 1)
    not_recurring = np.bincount(numbers[base & ~recurring], minlength=families + 1)
    unusual: Mask = not_recurring > bounds.not_recurring_share * np.maximum(total, 1)
    return unusual
