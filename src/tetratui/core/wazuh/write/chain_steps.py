"""Turn a chain that was seen into steps for rules: its execs and connections, each linked to an earlier one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.chain_report import ChainEvent, ChainReport
from tetratui.core.wazuh.write.chain_decoder import EXEC_ID, FAMILY, PARENT
from tetratui.core.wazuh.write.chain_rules import ChainStep, quote_exact

MOST_STEPS = 40
FIRST_LEVEL, LOWEST, HIGHEST = 3, 8, 13
"""The levels of the first step, and of the steps after it, rising by one each."""
_SHELL_NAMES = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash"})
"""The shells that the decoder knows."""
_SHARED = r"\A(?:/tmp|/var/tmp|/dev/shm)/"


@dataclass(frozen=True, slots=True)
class StepsOfChain:
    """The steps, and what of the chain got none."""

    steps: tuple[ChainStep, ...]
    left_out: tuple[str, ...]
    """What has no step: the text of the event and the reason."""


def find_steps(report: ChainReport) -> StepsOfChain:
    """Return the steps of a chain, by time.

    A step needs an earlier one with which it shares a field: its shell, its process or its parent. What shares none
    cannot be followed by rules, as Wazuh compares fields of one name only.
    """
    steps: list[ChainStep] = []
    left_out: list[str] = []
    links: list[dict[str, str]] = []
    known: set[tuple[object, ...]] = set()
    for each in report.events:
        fields = None if each.process in report.chain.ancestors else _fields(each, is_first=not steps)
        if fields is None:
            continue
        own = _links(each)
        after, same = _find_link(own, links) if steps else (None, FAMILY)
        if steps and after is None:
            left_out.append(f"{each.text}: it shares no field with a step before it")
        elif len(steps) == MOST_STEPS:
            left_out.append(f"{each.text}: a chain of rules has at most {MOST_STEPS} steps")
        elif (fields, after, same) not in known:
            known.add((fields, after, same))
            level = FIRST_LEVEL if not steps else min(LOWEST + len(steps) - 1, HIGHEST)
            steps.append(ChainStep(f"Step {len(steps) + 1}: {each.text}", fields, level, after, same, each.techniques))
            links.append(own)
    return StepsOfChain(tuple(steps), tuple(left_out))


def _fields(each: ChainEvent, *, is_first: bool) -> tuple[tuple[str, str], ...] | None:
    """Return what a rule asks of an event of this sort; None for an event that is no step."""
    event = each.event
    if event.kind is Kind.EXEC and event.binary:
        is_shared = re.match(_SHARED.removeprefix(r"\A"), event.binary) is not None
        fields = [("process_exec.process.binary", _SHARED if is_shared else quote_exact(event.binary))]
        if is_first and event.parent_binary:
            fields.append(("process_exec.parent.binary", quote_exact(event.parent_binary)))
        return tuple(fields)
    if event.kind is Kind.KPROBE and event.function and event.daddr:
        return (("process_kprobe.function_name", quote_exact(event.function)),)
    return None


def _links(each: ChainEvent) -> dict[str, str]:
    """Return the fields of the decoder for an event."""
    event = each.event
    is_shell = (event.binary or "").rsplit("/", 1)[-1] in _SHELL_NAMES
    own, parent = event.exec_id or "", event.parent_exec_id or ""
    return {FAMILY: own if is_shell else parent, EXEC_ID: own, PARENT: parent}


def _find_link(own: dict[str, str], links: list[dict[str, str]]) -> tuple[int | None, str]:
    """Return the latest earlier step that shares a field, and the field."""
    for index in reversed(range(len(links))):
        for name in (EXEC_ID, FAMILY, PARENT):
            if own[name] and own[name] == links[index][name]:
                return index, name
    return None, FAMILY
