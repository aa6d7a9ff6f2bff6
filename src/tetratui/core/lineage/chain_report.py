"""What a report says of a chain: its processes, events, indicators and gaps, for every format that is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.events.times import UNKNOWN_TIME, format_rfc3339
from tetratui.core.lineage.chain import ProcessChain
from tetratui.core.lineage.event_sentence import describe_event_briefly
from tetratui.core.lineage.process_graph import Ending, Origin, ProcessGraph, ProcessNode
from tetratui.core.lineage.technique_column import TECHNIQUE_TEXTS, find_technique_codes
from tetratui.core.table.losses import losses_of
from tetratui.core.table.table_event import Event

MARGIN = 60_000_000_000
"""Nanoseconds around a chain in which a rate limit may have kept out events of it: it is reported once a minute."""


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """One event of a chain."""

    row: int
    """The row in the sources, counted from 0."""
    event: Event
    process: int
    text: str
    techniques: tuple[str, ...]
    """ATT&CK ids."""


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Everything that a report shows."""

    chain: ProcessChain
    processes: tuple[ProcessNode, ...]
    events: tuple[ChainEvent, ...]
    gaps: tuple[str, ...]

    @property
    def root(self) -> ProcessNode:
        """The top of the command."""
        return next(node for node in self.processes if node.number == self.chain.root)

    @property
    def indicators(self) -> dict[str, list[str]]:
        """What may be searched for elsewhere: addresses, files, programs, users; each once."""
        own = [each for each in self.events if each.process not in self.chain.ancestors]
        events = [each.event for each in own]
        return {
            "addresses": _distinct(
                f"{event.daddr}{'' if event.dport is None else f' port {event.dport}'}"
                for event in events
                if event.daddr
            ),
            "files": _distinct(event.file for event in events if event.file and event.kind is not Kind.THROTTLE),
            "programs": _distinct(event.binary for event in events if event.kind is Kind.EXEC and event.binary),
            "users": _distinct(
                event.user or f"uid {event.uid}" for event in events if event.user or event.uid is not None
            ),
            "hosts": _distinct(event.node for event in events if event.node),
            "containers": _distinct(event.docker for event in events if event.docker),
        }

    @property
    def techniques(self) -> list[str]:
        """The ATT&CK ids of its own events, each once."""
        return _distinct(
            technique
            for each in self.events
            if each.process not in self.chain.ancestors
            for technique in each.techniques
        )

    @property
    def reach(self) -> tuple[str | None, str | None]:
        """The times of the first and the last of its own events."""
        times = [each.event.time for each in self.events if each.process not in self.chain.ancestors]
        known = [time for time in times if time != UNKNOWN_TIME]
        return (format_rfc3339(min(known)), format_rfc3339(max(known))) if known else (None, None)


def report_chain(chain: ProcessChain, gaps: Sequence[str] = ()) -> ChainReport:
    """Return what is to be said of a chain; `gaps` are those that the caller knows of."""
    graph, table = chain.graph, chain.graph.table
    codes = find_technique_codes(table)
    source_rows = table.source_rows()
    events = []
    for row in chain.rows.tolist():
        index, event = row - table.first, table.event(row)
        techniques = tuple(TECHNIQUE_TEXTS[int(codes[index])].split())
        process = int(graph.numbers_of_events()[index])
        events.append(ChainEvent(int(source_rows[index]), event, process, describe_event_briefly(event), techniques))
    nodes = tuple(graph.node(number) for number in chain.processes)
    return ChainReport(chain, nodes, tuple(events), (*_find_gaps(chain, nodes), *gaps))


def _find_gaps(chain: ProcessChain, nodes: Sequence[ProcessNode]) -> list[str]:
    """Return what of the chain is not in the events, one sentence each."""
    gaps = [*_of_processes(chain, nodes), *_of_sources(chain.graph)]
    table = chain.graph.table
    times = table.time[chain.rows - table.first]
    times = times[times != UNKNOWN_TIME]
    if len(times):
        near = (table.time >= times.min() - MARGIN) & (table.time <= times.max() + MARGIN)
        losses = losses_of(table, near)
        if losses.rate_limited:
            count = format_count(losses.rate_limited, "event")
            gaps.append(f"Tetragon's rate limit kept out {count} at the time of the chain: some may belong to it")
        if losses.throttled:
            gaps.append("Tetragon throttled a group of processes at the time of the chain: events of it may be missing")
    return gaps


def _of_processes(chain: ProcessChain, nodes: Sequence[ProcessNode]) -> list[str]:
    members = set(chain.members.tolist())
    before = [node for node in nodes if node.origin is Origin.BEFORE]
    named = [node for node in nodes if node.origin is Origin.NAMED]
    open_end = [node for node in nodes if node.number in members and node.ending is Ending.UNKNOWN]
    gaps = []
    if before:
        count = format_count(len(before), "process")
        gaps.append(f"{count} whose start is not there: older than the agent or the first line, or left out")
    if named:
        gaps.append(
            f"{format_count(len(named), 'process')} of which only the exec id is known, and not what came above"
        )
    if open_end:
        gaps.append(
            f"{format_count(len(open_end), 'process')} without an exit event: still running, or the event is not there"
        )
    return gaps


def _of_sources(graph: ProcessGraph) -> list[str]:
    table, gaps = graph.table, []
    if table.unreadable.count:
        gaps.append(
            f"{format_count(table.unreadable.count, 'line')} could not be read: an event of the chain may be among them"
        )
    if graph.unattributed:
        count = format_count(graph.unattributed, "event")
        gaps.append(f"{count} without an exec id: whether one belongs to the chain is not known")
    if table.evicted_count:
        gaps.append(f"{format_count(table.evicted_count, 'event')} left memory: they were not looked at")
    return gaps + table.warnings


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
