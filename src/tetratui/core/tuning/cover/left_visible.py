"""What a suggestion leaves visible, group by group: why, and what would include it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.events.visible import visible
from tetratui.core.noise.columns import Codes, Mask
from tetratui.core.tuning.cover.policy_remedies import in_kernel
from tetratui.core.tuning.cover.recurrence import FEWEST_RUNS, Bounds
from tetratui.core.tuning.cover.recurring import Habits, habits
from tetratui.core.tuning.scopes.scope_builder import reaches
from tetratui.core.tuning.scopes.scopes import TuningContext

GROUPS = 20
"""Groups that are told of, the biggest first."""
_MARK = "mark it as noise if it is, or draft it with --where"


@dataclass(frozen=True, slots=True)
class Left:
    """Events of one command under one caller, of one kind or policy, that no suggested exclusion hides."""

    group: str
    """The group in words: `curl -s http://…  < metrics-agent.sh`."""
    events: int
    reason: str
    include: str
    """The option or the mark that would include it; of a hook also what keeps it in the kernel."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One candidate that was not taken: what it hides, why it was not taken, and the option that would take it."""

    mask: Mask
    reason: str
    include: str


def left_visible(
    context: TuningContext, found: Habits, hidden: Mask, judged: Sequence[Judged], bounds: Bounds, max_scope: str
) -> tuple[Left, ...]:
    """Say of the biggest groups of visible events why they are, and what would include them."""
    visible = np.flatnonzero(~hidden)
    if not len(visible):
        return ()
    group = _groups(context, found)[visible]
    _, first, numbers, sizes = np.unique(group, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(-sizes, kind="stable")[:GROUPS]
    teller = _Teller(context, found, judged, bounds, max_scope)
    return tuple(teller.told(visible[numbers.reshape(-1) == one], int(visible[first[one]])) for one in order)


def _groups(context: TuningContext, found: Habits) -> Codes:
    columns = context.columns
    hook = found.hook
    group: Codes = (found.command << 32) | (found.caller + 1)
    for column in (np.where(hook | ~found.base, columns.kind, 0), np.where(hook, columns.text["policy"].codes, 0)):
        group = (np.unique(group, return_inverse=True)[1].reshape(-1).astype(np.int64) << 32) | column
    return group


class _Teller:
    """Explains groups."""

    def __init__(
        self, context: TuningContext, found: Habits, judged: Sequence[Judged], bounds: Bounds, max_scope: str
    ) -> None:
        self._tuning_context, self._found, self._judged = context, found, judged
        self._bounds, self._max_scope = bounds, max_scope
        self._laxer: dict[int, Mask] = {}

    def told(self, members: NDArray[np.int64], example: int) -> Left:
        """Explain one group by what is true of most of its events."""
        reason, include = self._why(members)
        if self._found.hook[example]:
            include = f"{include}; {in_kernel(self._tuning_context.columns, members)}"
        return Left(visible(self._words(example)), len(members), visible(reason), visible(include))

    def _words(self, example: int) -> str:
        text = self._tuning_context.columns.text
        kind = Kind(int(self._tuning_context.columns.kind[example])).word
        if not self._found.base[example]:
            return f"{kind} events"
        policy = text["policy"].text(example)
        head = " ".join(filter(None, (kind if self._found.hook[example] else "", policy and f"of {policy}:")))
        command = self._form(int(self._found.command[example]))
        caller = int(self._found.caller[example])
        under = f" < {self._form(caller)}" if caller >= 0 else ""
        return f"{head} {command}{under}".strip()

    def _form(self, family: int) -> str:
        binary, template = self._found.families[family]
        return f"{binary} {template.display_text[:80]}".strip()

    def _why(self, members: NDArray[np.int64]) -> tuple[str, str]:
        found = self._found

        def most(mask: Mask) -> bool:
            return 2 * int(mask[members].sum()) > len(members)

        if most(~found.base):
            return "no filter can name it: it has no process, or its process no binary", "nothing does"
        if most(found.never):
            return (
                "names password hashes, keys or code piped into a shell, runs from a folder where anybody may write, "
                "or its policy did more than report",
                "never suggested; " + _MARK,
            )
        if most(~found.back):
            return self._not_back(members)
        if most(found.unusual):
            return self._unusual(members)
        return self._refused(members)

    def _unusual(self, members: NDArray[np.int64]) -> tuple[str, str]:
        found = self._found
        of_caller = found.processes & (found.caller == found.caller[members[0]])
        rare, total = int((of_caller & ~found.back).sum()), int(of_caller.sum())
        return f"its caller mostly starts what does not come back ({rare} of {format_count(total, 'event')})", _MARK

    def _not_back(self, members: NDArray[np.int64]) -> tuple[str, str]:
        calls, sizes = np.unique(self._found.call[members], return_counts=True)
        returns = self._found.returns
        runs = int(np.median(np.repeat(returns.runs[calls], sizes)))
        wanted = self._bounds.runs
        if runs >= wanted:
            return f"seen in fewer than {self._bounds.run_share:.0%} of its caller's runs", _MARK
        reason = f"seen in {format_count(runs, 'run')} of at least {wanted}, not evenly and not all the time"
        return reason, (f"--runs {runs}, or " if self._would_do(members, runs) else "") + _MARK

    def _would_do(self, members: NDArray[np.int64], runs: int) -> bool:
        """Say whether these events are a habit where so few runs make one."""
        if runs < FEWEST_RUNS:
            return False
        if runs not in self._laxer:
            context = self._tuning_context
            bounds = replace(self._bounds, runs=runs)
            self._laxer[runs] = habits(context.columns, context.commands, context.blockers, bounds).habit
        return bool(self._laxer[runs][members].all())

    def _refused(self, members: NDArray[np.int64]) -> tuple[str, str]:
        """Tell of the candidate that would have hidden most of the group."""
        reached = [(int(one.mask[members].sum()), -number) for number, one in enumerate(self._judged)]
        best = max(reached, default=(0, 0))
        if best[0]:
            one = self._judged[-best[1]]
            return one.reason, one.include
        blockers = self._tuning_context.blockers
        if (blockers.arguments | blockers.parent_arguments)[members].any():
            return "its command line or its caller's is cut or redacted", "a broader filter: --max-scope 4"
        if not reaches(self._max_scope, "caller"):
            return f"no exclusion up to scope {self._max_scope} holds it", "--max-scope 3"
        return "no exclusion of one command or caller holds it", _MARK
