"""The detection guard: which alerting rules of the operator's would lose events to a denylist.

An event that the list drops never reaches Wazuh. For each alerting rule: *seen*, the table holds a dropped event on
which it fires; *counterexample*, an event was made that the list drops and the rule fires on; *none found*: not "none".
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
from tetratui.core.tuning.safety.chained_rules import Chain, chains
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
"""Dropped events up to which every line goes through the rules; above it, so many of them evenly spread."""
_REAL_WITNESSES = 500
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
    """List the alerting rules that would lose events, and how that is known."""
    return [one for one in examined(filter_list, ruleset, table) if one.how != "none found"]


def examined(filter_list: FilterList, ruleset: Ruleset, table: EventTable | None = None) -> list[LostDetection]:
    """Look at every alerting rule, in the order of ids."""
    alerting = {rule.id: rule for rule in ruleset.rules if _is_detection(rule)}
    needs = {rule: chain for rule, chain in chains(ruleset).items() if rule in alerting}
    # A step need not alert: an event is remembered under its rule, whatever becomes of it.
    steps = frozenset().union(*(chain.steps for chain in needs.values()))
    looked_at = {rule.id: rule for rule in ruleset.rules if rule.id in alerting or rule.id in steps}
    found: dict[int, LostDetection] = {}
    lines = _dropped_lines(filter_list, table) if table is not None else []
    for rule, line in _seen(ruleset, lines, looked_at):
        found.setdefault(rule.id, LostDetection(rule.id, rule.level, "seen", line))
    counterexamples = Counterexamples(filter_list, ruleset, map(orjson.loads, _spread(lines, _REAL_WITNESSES)))
    # A rule that nothing can fire loses nothing.
    idle = {one.rule for one in never_fires(ruleset)}
    for rule in looked_at.values():
        if rule.id not in found:
            made = b"" if rule.id in idle else _made(rule, needs.get(rule.id), counterexamples) or b""
            found[rule.id] = LostDetection(rule.id, rule.level, "counterexample" if made else "none found", made)
    _chained(needs, found)
    return [found[rule] for rule in sorted(found) if rule in alerting]


def _made(rule: Rule, chain: Chain | None, counterexamples: Counterexamples) -> bytes | None:
    """Make an event that the rule fires on; of a chain the last event, or an earlier one that its expression counts."""
    if chain is None:
        return counterexamples.of(rule)
    if not chain.can_fire:
        return None
    counted = (line for one in chain.expressions if (line := counterexamples.counted_by(one)) is not None)
    return counterexamples.of(rule, chained=True) or next(counted, None)


def _is_detection(rule: Rule) -> bool:
    """Whether a rule alerts; the catch-all children of our own file see every event and detect nothing."""
    ours = Path(rule.file).name == RULE_FILE and rule.level <= EVERYDAY_LEVEL
    return rule.logs and not rule.no_alert and not ours


def _dropped_lines(filter_list: FilterList, table: EventTable) -> list[bytes]:
    rows = (np.flatnonzero(filter_list.first_matches(table) >= 0) + table.first).tolist()
    lines: list[bytes] = []
    for row in _spread(rows, LINES_UP_TO):
        try:
            lines.append(table.line(row))
        except SourceError:
            # The file has gone since; the other lines are still worth asking.
            continue
    return lines


def _spread(items: list[_Item], most: int) -> list[_Item]:
    return items[:: -(-len(items) // most)] if len(items) > most else items


def _seen(ruleset: Ruleset, lines: Iterable[bytes], alerting: Mapping[int, Rule]) -> Iterator[tuple[Rule, bytes]]:
    session = ruleset.session()
    for line in lines:
        sent = reserialise(line)
        rule = None if sent is None else alerting.get(session.match(sent).rule or 0)
        if sent is not None and rule is not None:
            yield rule, sent


def _chained(needs: Mapping[int, Chain], found: dict[int, LostDetection]) -> None:
    """Call lost what counts the events of a lost rule; again until nothing is added, for chains count chains."""
    left = {rule for rule, chain in needs.items() if found[rule].how == "none found" and chain.can_fire}
    while True:
        lost = {rule: one for rule in sorted(left) if (one := _lost_among(needs[rule].steps, found)) is not None}
        if not lost:
            return
        for rule, one in lost.items():
            found[rule] = replace(one, rule=rule, level=found[rule].level)
        left -= lost.keys()


def _lost_among(rules: Iterable[int], found: Mapping[int, LostDetection]) -> LostDetection | None:
    known = (found[rule] for rule in sorted(rules) if rule in found)
    return next((one for one in known if one.how != "none found"), None)
