"""A chain from any event of an attack holds its tree and nothing of the noise; its reports are safe to read."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tetratui.core.lineage.chain import make_chain
from tetratui.core.lineage.chain_markdown import write_markdown
from tetratui.core.lineage.chain_report import report_chain
from tetratui.core.lineage.documents import chain_document
from tetratui.core.lineage.mermaid import escape_label, write_mermaid
from tetratui.core.lineage.process_graph import ProcessGraph
from tetratui.core.lineage.suspicion import Hunt
from tetratui.core.lineage.technique_column import TECHNIQUE_TEXTS, find_technique_codes
from tetratui.core.lineage.technique_rules import RULES, TechniqueRule
from tetratui.core.table import build_table, load

LIST = Path(__file__).parents[2] / "data" / "attack_samples.tsv"
NOT_FOUND = {
    "private-connect": "one connection of curl, as the metrics agent makes them",
    "refused-connect": "the same",
    "secret-arg": "the same",
    "sigkill-policy": "cat of a file that no rule knows",
}
"""Attacks that hunt does not list, and why."""
SUBSHELL = "deleted-cwd"
"""Its commands run in a subshell of the script, which the list counts to the script."""


@pytest.fixture(scope="module")
def graph() -> ProcessGraph:
    return ProcessGraph(load([Path(str(resources.files("tetratui.core.demo") / "capture.log.gz"))]))


def attacks(sort: str = "") -> dict[str, list[int]]:
    rows = (line.split("\t") for line in LIST.read_text().splitlines() if not line.startswith("#"))
    return {name: list(map(int, numbers.split(","))) for name, what, numbers in rows if sort in {"", what}}


@pytest.mark.parametrize("name", sorted(attacks()))
def test_a_chain_from_any_event_holds_exactly_its_tree(graph: ProcessGraph, name: str) -> None:
    members = {graph.number_of_event(row) for row in attacks()[name]}
    for number in members:
        assert number is not None
        top = number
        while int(graph.parent[top]) in members:
            top = int(graph.parent[top])
        chain = make_chain(graph, number)
        if name != SUBSHELL:
            assert set(chain.members.tolist()) == set(graph.subtree(top).tolist()) <= members
        assert list(chain.ancestors) == graph.ancestors(chain.root)[::-1]


def test_siblings_are_what_the_same_script_started(graph: ProcessGraph) -> None:
    row = attacks()["shadow-root"][0]
    number = graph.number_of_event(row)
    assert number is not None
    narrow, wide = make_chain(graph, number), make_chain(graph, number, siblings=True)
    assert len(narrow.members) == 1
    assert wide.root == narrow.ancestors[-1]


def test_hunt_finds_the_attacks_and_little_else(graph: ProcessGraph) -> None:
    attack_of = {graph.number_of_event(row): name for name, rows in attacks().items() for row in rows}
    suspects = Hunt(graph).suspects()
    listed = [
        {attack_of.get(number) for number in graph.subtree(suspect.root).tolist()} - {None} for suspect in suspects
    ]
    assert set(attacks("attack")) - set().union(*listed) == set(NOT_FOUND)
    assert sum(not names for names in listed) < 20
    assert all(len(suspect.reasons) >= 2 for suspect in suspects)
    lengths = [len(suspect.explanation) for suspect in suspects]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id} {rule.sentence}")
def test_each_technique_holds_of_its_example(rule: TechniqueRule) -> None:
    assert rule.holds(rule.example)
    assert re.fullmatch(r"T\d{4}(\.\d{3})?", rule.id)


def test_techniques_of_all_events_are_those_of_each_event() -> None:
    lines = hostile_lines("/bin/cat", "/etc/shadow") + hostile_lines("/bin/true", "x")
    codes = find_technique_codes(build_table(lines))
    assert [TECHNIQUE_TEXTS[int(code)] for code in codes] == ["T1003.008", "T1003.008", "", ""]


HOSTILE = (
    '<script>alert(1)</script> ``` | ]] "] --> x["y" \x1b[31m \u202e \n## a'
    " <img src=x onerror=alert(1)> [a](javascript:1) &lt;"
)


def hostile_lines(binary: str, arguments: str) -> list[bytes]:
    parent = {"exec_id": "cDo1OjE=", "pid": 1, "binary": binary, "flags": "procFS", "parent_exec_id": ""}
    lines = []
    for number in (7, 8):
        process = {
            "exec_id": f"id {number} {arguments}",
            "pid": number,
            "uid": 0,
            "binary": binary,
            "arguments": arguments,
            "flags": "execve clone",
            "parent_exec_id": parent["exec_id"],
        }
        body = {"process": process, "parent": parent}
        lines.append(
            orjson.dumps({"process_exec": body, "node_name": arguments, "time": f"2026-11-23T20:00:0{number}Z"})
        )
    return lines


@given(st.text(max_size=40).map(lambda text: text.replace("\x00", "")))
def test_a_report_holds_no_markup_of_an_event(text: str) -> None:
    check_reports(text.encode("utf-8", "replace").decode())


def test_a_report_holds_no_markup_of_a_hostile_event() -> None:
    check_reports(HOSTILE)


def check_reports(text: str) -> None:
    graph = ProcessGraph(build_table(hostile_lines(f"/bin/{text}", text)))
    report = report_chain(make_chain(graph, 0 if graph.events[0] else 1))
    markdown = write_markdown(report)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    kinds = {token.type for token in tokens} | {
        inside.type for token in tokens for inside in token.children or [] if inside.type != "text"
    }
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "strong_open"}
    assert next(token.content for token in tokens if token.type == "inline").startswith("Chain of ")
    headings = [token.tag for token in tokens if token.type == "heading_open"]
    assert headings == ["h1", "h2", "h2", "h2", "h2"]
    assert "\x1b" not in markdown
    mermaid = write_mermaid(report)
    shape = re.compile(
        r'flowchart LR|  p\d+\["[A-Za-z0-9 _./:=,+\-#;]*"\]|  p\d+ --> p\d+|  classDef .*|  class p\d+ technique'
    )
    assert all(shape.fullmatch(line) for line in mermaid.rstrip("\n").split("\n"))
    orjson.dumps(chain_document(report))


@given(st.text())
def test_a_label_can_be_read_back(text: str) -> None:
    escaped = escape_label(text)
    assert re.sub(r"#(\d+);", lambda match: chr(int(match[1])), escaped) == text
    assert not re.search(r'["<>&\n`]', escaped)
