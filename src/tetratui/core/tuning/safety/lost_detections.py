"""The alerting rules of the operator's that would lose events to a denylist.

An event that the list drops never reaches Wazuh. What is known of an alerting rule is one of: *seen*, the table has a
dropped event on which it fires; *counterexample*, an event was made that the list drops and on which it fires; *none
found*, neither was found, which proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import orjson

from tetratui.core.errors import SourceError
from tetratui.core.table import EventTable
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.tuning.safety.chained_rules import Chain, find_chains
from tetratui.core.tuning.safety.counterexamples import Counterexamples
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.reach.never_fires import never_fires
from tetratui.core.wazuh.rule_ids import RULE_FILE
from tetratui.core.wazuh.write.base_rules import EVERYDAY_LEVEL

_Item = TypeVar("_Item")
How = Literal["seen", "counterexample", "none found"]
LINES_UP_TO = 50_000
"""The most dropped events whose lines go through the rules; of more, this many are taken, evenly spread."""
_REAL_EVENTS = 500
"""Dropped events that counterexamples are made from."""


@dataclass(frozen=True, slots=True)
class LostDetection:
    """What is known of one alerting rule."""

    rule: int
    level: int
    how: How
    line: bytes = b""
    """An event that the rule would lose, as the manager receives it."""


def lost_detections(filter_list: FilterList, ruleset: Ruleset, table: EventTable | None = None) -> list[LostDetection]:
    """Return the alerting rules that would lose events, and how that is known."""
    examined = examine_detections(filter_list, ruleset, table)
    return [detection for detection in examined if detection.how != "none found"]


def examine_detections(
    filter_list: FilterList, ruleset: Ruleset, table: EventTable | None = None
) -> list[LostDetection]:
    """Return what is known of every alerting rule, in the order of ids."""
    alerting = {rule.id: rule for rule in ruleset.rules if _is_detection(rule)}
    needs = {rule: chain for rule, chain in find_chains(ruleset).items() if rule in alerting}
    # The rules that a chain counts need not alert: an event is remembered under its rule in any case.
    steps = frozenset().union(*(chain.steps for chain in needs.values()))
    examined = {rule.id: rule for rule in ruleset.rules if rule.id in alerting or rule.id in steps}
    known: dict[int, LostDetection] = {}
    lines = _dropped_lines(filter_list, table) if table is not None else []
    for rule, line in _seen(ruleset, lines, examined):
        known.setdefault(rule.id, LostDetection(rule.id, rule.level, "seen", line))
    # A dropped event that would be the next step of a chain, once the steps before it have come.
    chained = {rule.id: rule for rule in ruleset.rules if rule.id in needs and needs[rule.id].can_fire}
    for rule, line in _seen(ruleset, lines, chained, counted=True) if chained else ():
        known.setdefault(rule.id, LostDetection(rule.id, rule.level, "counterexample", line))
    counterexamples = Counterexamples(filter_list, ruleset, map(orjson.loads, _spread(lines, _REAL_EVENTS)))
    # A rule that no event can fire has none to lose.
    idle = {reason.rule for reason in never_fires(ruleset)}
    for rule in examined.values():
        if rule.id not in known:
            made = b"" if rule.id in idle else _make_event(rule, needs.get(rule.id), counterexamples) or b""
            known[rule.id] = LostDetection(rule.id, rule.level, "counterexample" if made else "none found", made)
    _add_lost_chains(needs, known)
    return [known[rule] for rule in sorted(known) if rule in alerting]


def _make_event(rule: Rule, chain: Chain | None, counterexamples: Counterexamples) -> bytes | None:
    """Make a dropped event that the rule fires on or, failing that, one that an expression of its chain counts."""
    if chain is None:
        return counterexamples.of(rule)
    if not chain.can_fire:
        return None
    counted = (line for regex in chain.expressions if (line := counterexamples.counted_by(regex)) is not None)
    return counterexamples.of(rule, chained=True) or next(counted, None)


def _is_detection(rule: Rule) -> bool:
    """Return whether a rule alerts, other than the catch-all rules of our own file, which fire on every event."""
    ours = Path(rule.file).name == RULE_FILE and rule.level <= EVERYDAY_LEVEL
    return rule.logs and not rule.no_alert and not ours


def _dropped_lines(filter_list: FilterList, table: EventTable) -> list[bytes]:
    rows = (np.flatnonzero(filter_list.first_matches(table) >= 0) + table.first).tolist()
    lines: list[bytes] = []
    for row in _spread(rows, LINES_UP_TO):
        try:
            lines.append(table.line(row))
        except SourceError:
            # The file is gone; the other lines are still worth a try.
            continue
    return lines


def _spread(items: list[_Item], most: int) -> list[_Item]:
    """Return at most this many of the items, evenly spread."""
    return items[:: -(-len(items) // most)] if len(items) > most else items


def _seen(
    ruleset: Ruleset, lines: Iterable[bytes], rules: Mapping[int, Rule], *, counted: bool = False
) -> Iterator[tuple[Rule, bytes]]:
    """Yield the rules that fire on dropped lines, each with the line as the manager receives it.

    `counted` takes it that the events which a rule counts have come.
    """
    session = ruleset.session(counted=counted)
    for line in lines:
        sent = reserialise(line)
        rule = None if sent is None else rules.get(session.match(sent).rule or 0)
        if sent is not None and rule is not None:
            yield rule, sent


def _add_lost_chains(needs: Mapping[int, Chain], known: dict[int, LostDetection]) -> None:
    """Record as lost each rule that counts the events of a lost one; repeated, as chains may count chains."""
    left = {rule for rule, chain in needs.items() if known[rule].how == "none found" and chain.can_fire}
    while True:
        lost = {rule: step for rule in sorted(left) if (step := _lost_among(needs[rule].steps, known)) is not None}
        if not lost:
            return
        for rule, step in lost.items():
            known[rule] = replace(step, rule=rule, level=known[rule].level)
        left -= lost.keys()


def _lost_among(rules: Iterable[int], known: Mapping[int, LostDetection]) -> LostDetection | None:
    examined = (known[rule] for rule in sorted(rules) if rule in known)
    return next((detection for detection in examined if detection.how != "none found"), None)
