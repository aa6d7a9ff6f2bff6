"""Processes and chains as JSON documents: what the verbs `tree`, `chain` and `hunt` print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tetratui.core.events.times import format_rfc3339
from tetratui.core.lineage.chain_report import ChainEvent, ChainReport
from tetratui.core.lineage.process_graph import ProcessGraph
from tetratui.core.lineage.suspicion import Suspect
from tetratui.core.lineage.tree_order import NO_PROCESS


def process_documents(graph: ProcessGraph, numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Return one document a process."""
    return [process_document(graph, number) for number in numbers]


def process_document(graph: ProcessGraph, number: int) -> dict[str, Any]:
    """Return what is known of a process; its children are those in the graph, whatever else is listed."""
    node = graph.node(number)
    return {
        "exec_id": node.exec_id,
        "parent": None if node.parent == NO_PROCESS else graph.exec_id(node.parent),
        "pid": node.pid,
        "binary": node.binary,
        "arguments": node.arguments,
        "start": format_rfc3339(node.start),
        "end": format_rfc3339(node.end),
        "status": node.status,
        "events": node.events,
        "children": [graph.exec_id(child) for child in graph.children(number).tolist()],
        "signal": node.signal,
        "uid": node.uid,
        "origin": node.origin.value,
        "ending": node.ending.value,
        "aliases": list(node.aliases),
    }


def chain_document(report: ChainReport) -> dict[str, Any]:
    """Return the document of a chain, without the files that were written."""
    chain = report.chain
    return {
        "root": chain.graph.exec_id(chain.root),
        "subject": chain.graph.exec_id(chain.subject),
        "ancestors": [chain.graph.exec_id(number) for number in chain.ancestors],
        "processes": [node.exec_id for node in report.processes],
        "events": [_event_document(report, each) for each in report.events],
        "gaps": list(report.gaps),
        "techniques": report.techniques,
        "indicators": report.indicators,
    }


def _event_document(report: ChainReport, each: ChainEvent) -> dict[str, Any]:
    return {
        "row": each.row,
        "time": format_rfc3339(each.event.time),
        "kind": each.event.kind.word,
        "exec_id": report.chain.graph.exec_id(each.process),
        "text": each.text,
        "techniques": list(each.techniques),
    }


def suspect_document(graph: ProcessGraph, suspect: Suspect) -> dict[str, Any]:
    """Return the document of a command that is worth a look."""
    node = graph.node(suspect.root)
    return {
        "root": node.exec_id,
        "command": node.command,
        "start": format_rfc3339(node.start),
        "processes": graph.subtree_size(suspect.root),
        "reasons": [
            {"kind": reason.kind, "text": reason.sentence, "exec_id": graph.exec_id(reason.process)}
            for reason in suspect.reasons
        ],
    }
