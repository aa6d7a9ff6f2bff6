"""Who else a blocking policy would hit: calls of the events held that nobody chose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field

from tetratui.core.table.event_table import EventTable
from tetratui.core.tetragon.policy.block import BlockRefusal, BlockRequest, find_guard
from tetratui.core.tetragon.policy.evaluate import evaluate_hook
from tetratui.core.tetragon.policy.load_checks import LoadingAgent
from tetratui.core.tetragon.policy.policy import Policy
from tetratui.core.tetragon.policy.policy_calls import names_of_calls, read_calls

NANOSECONDS_PER_MINUTE = 60_000_000_000


@dataclass(slots=True)
class BlockImpact:
    """What a blocking policy would have done with the events held."""

    looked_at: int = 0
    """Calls that the events hold or let conclude."""
    chosen: int = 0
    """Chosen calls that it stops."""
    collateral: int = 0
    """Other calls that it stops."""
    unknown: int = 0
    minutes: float | None = None
    """Length of the time that the events span; None if they span none."""
    programs: Counter[str] = field(default_factory=Counter)
    """Program that makes the call → other calls stopped."""
    commands: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Binary and arguments of the caller → other calls stopped."""


def measure_block(policy: Policy, table: EventTable, chosen: Set[int], agent: LoadingAgent) -> BlockImpact:
    """Return what the policy would have stopped in enforce mode.

    `chosen` holds the row ids that the operator selected.
    """
    impact = BlockImpact(minutes=_count_minutes(table))
    (hook,) = policy.hooks
    names = names_of_calls(hook, policy)
    for row, event, find_ancestors in read_calls(policy, table):
        if event.call not in names:
            continue
        impact.looked_at += 1
        outcome = evaluate_hook(hook, policy, event, find_ancestors, agent.version)
        if outcome.matched is None:
            impact.unknown += 1
        elif outcome.matched and row in chosen:
            impact.chosen += 1
        elif outcome.matched:
            impact.collateral += 1
            binary = str(event.process.get("binary", ""))
            impact.programs[binary] += 1
            impact.commands[binary, str(event.process.get("arguments", ""))] += 1
    return impact


def refuse_collateral(request: BlockRequest, impact: BlockImpact) -> list[BlockRefusal]:
    """Return why the policy must not be written, from who else it would hit."""
    refusals = []
    for program in sorted(impact.programs):
        guarded = find_guard(program, everybody=False)
        if guarded:
            text = f"{impact.programs[program]} other calls by {guarded} would be stopped"
            refusals.append(BlockRefusal(program, text))
    if request.enforce and impact.collateral:
        text = f"it would stop {impact.collateral} calls that were not selected: load it in monitor mode and look first"
        refusals.append(BlockRefusal("collateral", text))
    if request.enforce and impact.unknown:
        text = f"of {impact.unknown} calls the events do not tell: load it in monitor mode and look first"
        refusals.append(BlockRefusal("unknown", text))
    if impact.minutes is None or impact.collateral <= impact.minutes:
        return refusals
    for target in request.targets:
        text = (
            f"{impact.collateral} other calls in {impact.minutes:.1f} minutes would be stopped, more than one a minute"
        )
        refusals.append(BlockRefusal(target, text))
    return refusals


def _count_minutes(table: EventTable) -> float | None:
    times = table.time[table.time >= 0]
    span = int(times.max() - times.min()) if len(times) else 0
    return span / NANOSECONDS_PER_MINUTE if span else None
