"""The equivalence proof: events that filters drop against events that rules silence, line by line, through the agent.

The law: the rules may silence less than the filters drop, never more. Every difference is listed with its reason; a
suppression rule that silences too much is not written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.errors import SourceError
from tetratui.core.export.export_item import ExportItem
from tetratui.core.table import EventTable
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.wazuh.engine.formats.agent_reader import PIECE, reserialise
from tetratui.core.wazuh.engine.formats.decoder import FIELD_LIMIT, decode
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule_session import RuleSession
from tetratui.core.wazuh.rule_ids import RULE_FILE
from tetratui.core.wazuh.write.rule_file import RuleFile

EVERY_LINE_UP_TO = 50_000
"""Events up to which every line is sent through the rules; above it, one of each distinct kind of line."""
FOREIGN_HOST = "another-host.tetratui.invalid"
"""The host of the counterexamples that must stay visible."""
_MOST_SHOWN = 20
"""Dropped events of one part that are tried again as if from other hosts."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One event on which filter and rules disagree."""

    row: int
    """Its row id in the table."""
    part: int
    reason: str
    source_row: int
    """Its number in the sources, from 0, unreadable lines counted."""


@dataclass(frozen=True, slots=True)
class Equivalence:
    """What was found."""

    missing: tuple[Difference, ...]
    """Dropped by a filter, not suppressed by a rule: allowed, and said."""
    extra: tuple[Difference, ...]
    """Silenced by a rule, not dropped by a filter: never written."""
    dropped: int
    """Events that the filters drop."""
    sent: int
    """Lines that went through agent and rules."""
    first_item: NDArray[np.int32]
    """Per held event the first export item that hides it, or -1."""
    held: int
    """Events that were compared; more than `sent` when lines that differ in nothing a rule sees are taken once."""

    @property
    def match(self) -> bool:
        """Whether the rules silence what the filters drop, event for event."""
        return not self.missing and not self.extra

    @property
    def too_much(self) -> dict[int, str]:
        """Parts whose rules silence more than their filter drops, with a reason."""
        return {one.part: f"it would silence more than its filter drops: {one.reason}" for one in self.extra}

    def sentences(self) -> list[str]:
        """Say the differences, one sentence a reason."""
        reasons = Counter(one.reason for one in self.missing)
        return [
            f"{format_count(count, 'dropped event')} not suppressed in Wazuh: {reason}"
            for reason, count in reasons.most_common()
        ]


def compare_rules_with_filters(
    parts: Sequence[ExportItem], rules: RuleFile, table: EventTable, first: NDArray[np.int32]
) -> Equivalence:
    """Compare over all events of a table, and over its dropped events as if they came from other hosts.

    `first` is what `first_items` gives for these items.
    """
    comparison = _Comparison(parts, rules, table, first)
    missing, extra = comparison.over_the_table()
    foreign = comparison.on_other_hosts()
    dropped = int((first >= 0).sum())
    return Equivalence(tuple(missing), (*extra, *foreign), dropped, comparison.sent, first, len(first))


class _Comparison:
    """One comparison; it remembers how many lines it has sent."""

    def __init__(
        self, parts: Sequence[ExportItem], rules: RuleFile, table: EventTable, first: NDArray[np.int32]
    ) -> None:
        self._parts, self._rules, self._table = parts, rules, table
        self.first = first
        self._session: RuleSession = Ruleset.of({RULE_FILE: rules.data}).session()
        self._source_rows = table.source_rows()
        self.sent = 0

    def over_the_table(self) -> tuple[list[Difference], list[Difference]]:
        """Send every line, or one of each distinct kind, and compare."""
        missing: list[Difference] = []
        extra: list[Difference] = []
        for row, others, line in self._lines():
            suppressed = None if line is None else self._suppressed(line)
            part = int(self.first[row - self._table.first])
            if suppressed is None and part >= 0:
                reason = self._why_missing(part, line)
                missing += [self._difference(other, part, reason) for other in others]
            elif suppressed is not None and part < 0:
                reason = "its filter does not match this event"
                extra += [self._difference(other, suppressed, reason) for other in others]
        return missing, extra

    def on_other_hosts(self) -> list[Difference]:
        """Send dropped events of each part again from a host that no mark came from: they must stay visible."""
        extra: list[Difference] = []
        for part in np.unique(self.first[self.first >= 0]).tolist():
            if self._parts[part].hosts and not self._for_all_hosts(part):
                rows = np.flatnonzero(self.first == part)[:_MOST_SHOWN] + self._table.first
                extra += [difference for row in rows.tolist() if (difference := self._counterexample(row))]
        return extra

    def _counterexample(self, row: int) -> Difference | None:
        try:
            event = self._table.json(row)
        except SourceError:
            return None
        event["node_name"] = FOREIGN_HOST
        suppressed = self._suppressed(orjson.dumps(event))
        if suppressed is None or self._for_all_hosts(suppressed):
            return None
        return self._difference(row, suppressed, "it silences other hosts too")

    def _difference(self, row: int, part: int, reason: str) -> Difference:
        return Difference(row, part, reason, int(self._source_rows[row - self._table.first]))

    def _for_all_hosts(self, part: int) -> bool:
        return part in self._rules.everywhere

    def _suppressed(self, line: bytes) -> int | None:
        """Send a line through agent and rules; the part whose rule silences it."""
        self.sent += 1
        sent = reserialise(line)
        rule = None if sent is None else self._session.match(sent).rule
        return None if rule is None else self._rules.suppression_rules.get(rule)

    def _lines(self) -> Iterator[tuple[int, list[int], bytes | None]]:
        """Go through (row, all rows alike, its line); None is a line that the agent does not send."""
        lost = _lost_at_the_agent(self._table)
        for row, others in _representatives(self._table):
            try:
                yield row, others, None if row in lost else self._table.line(row)
            except SourceError:
                # The file has gone since: what cannot be read cannot be compared.
                continue

    def _why_missing(self, part: int, line: bytes | None) -> str:
        if line is None:
            return "the agent loses this line: it is too long, or the second one after such a line"
        if part in self._rules.refusals:
            return f"no rule could be written ({self._rules.refusals[part]})"
        event = orjson.loads(line)
        if event.get("node_name") not in self._parts[part].hosts and not self._for_all_hosts(part):
            return "it is from a host that the draft is not for"
        block = next((value for value in event.values() if isinstance(value, dict) and "process" in value), {})
        if not block.get("process", {}).get("exec_id"):
            return "it has no exec_id, by which the rules know an event of Tetragon"
        if b"node_name" not in decode(line):
            return f"over {FIELD_LIMIT} fields: Wazuh loses node_name; --all-hosts would silence them"
        if part in self._rules.too_long:
            return "a text of it is longer than a Wazuh rule takes"
        return "the line has a form that the rule does not recognise"


def first_items(filters: FilterList, items: Sequence[int], table: EventTable) -> NDArray[np.int32]:
    """Return per held event the first export item whose filter matches it, or -1.

    `items` are the numbers of the items that the filters belong to, in their order.
    """
    # Entry -1, no match, takes the last place.
    return np.array([*items, -1], dtype=np.int32)[filters.first_matches(table)]


def _lost_at_the_agent(table: EventTable) -> frozenset[int]:
    """Rows whose lines the agent does not send: the overlong, and the line after the next event that it sends.

    What follows the next event may be an unreadable line, which is thrown away in place of an event.
    """
    overlong = table.size > PIECE
    places = table.source_rows()
    lost = set(np.flatnonzero(overlong).tolist())
    for index in sorted(lost):
        sent = index + 1
        if sent + 1 < len(overlong) and not overlong[sent] and places[sent + 1] == places[sent] + 1:
            lost.add(sent + 1)
    return frozenset(index + table.first for index in lost)


def _representatives(table: EventTable) -> Iterator[tuple[int, list[int]]]:
    held = table.stop - table.first
    if held <= EVERY_LINE_UP_TO:
        for row in range(table.first, table.stop):
            yield row, [row]
        return
    for rows in _alike(table).values():
        yield rows[0], rows


def _alike(table: EventTable) -> Mapping[int, list[int]]:
    """Group rows by all that filters and rules look at."""
    key = table.kind.astype(np.uint64)
    for field in ("bin", "args", "parent", "pargs", "policy", "func", "host", "daddr"):
        # A polynomial over codes: two kinds of line that fell together by chance are compared as one.
        key = key * np.uint64(0x9E3779B97F4A7C15) + table.text_codes(field)[0].astype(np.uint64)
    key = key * np.uint64(0x9E3779B97F4A7C15) + table.numbers("dport").astype(np.int64).view(np.uint64)
    for field in ("ns", "workload", "workload_kind", "pod", "container", "labels"):
        key = key * np.uint64(0x9E3779B97F4A7C15) + table.text_codes(field)[0].astype(np.uint64)
    for flag in ("exec_probe", "parent_exec_probe"):
        key = key * np.uint64(2) + (table.numbers(flag) > 0).astype(np.uint64)
    # Which container it is does not matter to them.
    key = key * np.uint64(2) + (table.text_codes("docker")[0] > 0).astype(np.uint64)
    key = key * np.uint64(2) + (table.size > PIECE).astype(np.uint64)
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=~key[order[:1]]))
    groups = np.split(order + table.first, starts[1:])
    return {int(group[0]): group.tolist() for group in groups}
