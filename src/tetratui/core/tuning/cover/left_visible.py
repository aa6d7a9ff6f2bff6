"""Explain what a suggestion leaves visible, group by group: the reason, and what would include it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.events.visible import visible
from tetratui.core.noise.columns import Codes, Mask
from tetratui.core.tuning.cover.policy_remedies import propose_policy_change
from tetratui.core.tuning.cover.recurrence import FEWEST_RUNS, Bounds
from tetratui.core.tuning.cover.recurring import RecurringEvents, find_recurring
from tetratui.core.tuning.scopes.scope_builder import reaches
from tetratui.core.tuning.tuning_context import Indexes, TuningContext

_MAX_GROUPS = 20
"""Groups that are explained, the biggest first."""
_MARK = "mark it as noise if it is, or draft it with --where"


@dataclass(frozen=True, slots=True)
class LeftVisible:
    """Events of one command under one caller, of one kind or policy, that no suggested exclusion hides."""

    group: str
    """The group in words: `curl -s http://…  < metrics-agent.sh`."""
    events: int
    reason: str
    include: str
    """The option or the mark that would include it; for hooks also the change of their policy."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a candidate that hides these events was not chosen, and the option that would choose it."""

    mask: Mask
    reason: str
    include: str


def explain_visible(
    context: TuningContext,
    events: RecurringEvents,
    hidden: Mask,
    obstacles: Sequence[Obstacle],
    bounds: Bounds,
    max_scope: str,
) -> tuple[LeftVisible, ...]:
    """Explain why the biggest groups of visible events are not hidden, and what would include them."""
    shown = np.flatnonzero(~hidden)
    if not len(shown):
        return ()
    group = _groups(context, events)[shown]
    _, first, numbers, sizes = np.unique(group, return_index=True, return_inverse=True, return_counts=True)
    biggest = np.argsort(-sizes, kind="stable")[:_MAX_GROUPS]
    explainer = _Explainer(context, events, obstacles, bounds, max_scope)
    return tuple(
        explainer.explain(shown[numbers.reshape(-1) == number], int(shown[first[number]])) for number in biggest
    )


def _groups(context: TuningContext, events: RecurringEvents) -> Codes:
    """Number the events by command and caller, hooks also by kind and policy."""
    columns = context.columns
    hook = events.hook
    group: Codes = (events.command << 32) | (events.caller + 1)
    for column in (np.where(hook | ~events.base, columns.kind, 0), np.where(hook, columns.text["policy"].codes, 0)):
        group = (np.unique(group, return_inverse=True)[1].reshape(-1).astype(np.int64) << 32) | column
    return group


class _Explainer:
    """Explains groups."""

    def __init__(
        self,
        context: TuningContext,
        events: RecurringEvents,
        obstacles: Sequence[Obstacle],
        bounds: Bounds,
        max_scope: str,
    ) -> None:
        self._context, self._events, self._obstacles = context, events, obstacles
        self._bounds, self._max_scope = bounds, max_scope
        self._recurring: dict[int, Mask] = {}
        """The recurring events where this many runs are enough."""

    def explain(self, members: Indexes, example: int) -> LeftVisible:
        """Explain one group by what is true of most of its events."""
        reason, include = self._why(members)
        if self._events.hook[example]:
            include = f"{include}; {propose_policy_change(self._context.columns, members)}"
        return LeftVisible(visible(self._words(example)), len(members), visible(reason), visible(include))

    def _words(self, example: int) -> str:
        text = self._context.columns.text
        kind = Kind(int(self._context.columns.kind[example])).word
        if not self._events.base[example]:
            return f"{kind} events"
        policy = text["policy"].text(example)
        head = " ".join(filter(None, (kind if self._events.hook[example] else "", policy and f"of {policy}:")))
        command = self._form(int(self._events.command[example]))
        caller = int(self._events.caller[example])
        under = f" < {self._form(caller)}" if caller >= 0 else ""
        return f"{head} {command}{under}".strip()

    def _form(self, family: int) -> str:
        binary, template = self._events.families[family]
        return f"{binary} {template.display_text[:80]}".strip()

    def _why(self, members: Indexes) -> tuple[str, str]:
        events = self._events

        def most(mask: Mask) -> bool:
            return 2 * int(mask[members].sum()) > len(members)

        if most(~events.base):
            return "no filter can match it: it has no process, or its process has no binary", "nothing"
        if most(events.never):
            return (
                "names password hashes, keys or code piped into a shell, runs from a folder where anybody may write, "
                "or its policy did more than report",
                "never suggested; " + _MARK,
            )
        if most(events.attacked):
            return "something in its pod looks like an attack: all of the pod stays visible", _MARK
        if most(~events.returned):
            return self._not_returned(members)
        if most(events.unusual):
            return self._unusual(members)
        return self._refused(members)

    def _unusual(self, members: Indexes) -> tuple[str, str]:
        events = self._events
        of_caller = events.processes & (events.caller == events.caller[members[0]])
        not_returned, total = int((of_caller & ~events.returned).sum()), int(of_caller.sum())
        return f"its caller mostly starts what does not recur ({not_returned} of {format_count(total, 'event')})", _MARK

    def _not_returned(self, members: Indexes) -> tuple[str, str]:
        calls, sizes = np.unique(self._events.call[members], return_counts=True)
        returns = self._events.returns
        runs = int(np.median(np.repeat(returns.runs[calls], sizes)))
        wanted = self._bounds.runs
        if runs >= wanted:
            return f"seen in fewer than {self._bounds.run_share:.0%} of its caller's runs", _MARK
        reason = f"seen in {format_count(runs, 'run')}, {wanted} are needed; not at even intervals, not all the time"
        return reason, (f"--runs {runs}, or " if self._would_recur(members, runs) else "") + _MARK

    def _would_recur(self, members: Indexes, runs: int) -> bool:
        """Return whether these events recur where this many runs are enough."""
        if runs < FEWEST_RUNS:
            return False
        if runs not in self._recurring:
            context = self._context
            bounds = replace(self._bounds, runs=runs)
            self._recurring[runs] = find_recurring(
                context.columns, context.commands, context.blockers, bounds
            ).recurring
        return bool(self._recurring[runs][members].all())

    def _refused(self, members: Indexes) -> tuple[str, str]:
        """Return what stopped the candidate that would have hidden most of the group."""
        hidden = [int(obstacle.mask[members].sum()) for obstacle in self._obstacles]
        if any(hidden):
            obstacle = self._obstacles[hidden.index(max(hidden))]
            return obstacle.reason, obstacle.include
        blockers = self._context.blockers
        if (blockers.arguments | blockers.parent_arguments)[members].any():
            return "its command line or its caller's is cut or redacted", "--max-scope subtree, for a broader filter"
        if not reaches(self._max_scope, "caller"):
            return f"no exclusion up to scope {self._max_scope} hides it", "--max-scope caller"
        return "no exclusion of one command or caller hides it", _MARK
