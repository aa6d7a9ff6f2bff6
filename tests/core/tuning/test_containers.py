"""Drafts hide where their events were: in containers, or outside them where containers were seen at all."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.query import parse
from tetratui.core.table import EventTable, build_table
from tetratui.core.tetragon.format.filter_writer import build_filter
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.cover.cover import suggest
from tetratui.core.tuning.cover.cover_selection import select_cover
from tetratui.core.tuning.draft_request import DraftRequest, draft_events
from tetratui.core.tuning.safety.attack_samples import Protection, in_context, recorded
from tetratui.core.tuning.safety.lost_detections import lost_detections
from tetratui.core.tuning.safety.risk import risk
from tetratui.core.tuning.scopes.scope_builder import BASE, BY_PLACE, BY_SOCKET, NAMES
from tetratui.core.tuning.scopes.scopes import build_scopes
from tetratui.core.tuning.tuning_context import TuningContext
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

CAPTURES = Path(__file__).parents[2] / "data" / "captures"
ID = "b56d59ecdf5c904691b87c16b1abe5d"


@pytest.fixture(scope="module")
def docker() -> EventTable:
    return build_table(gzip.decompress((CAPTURES / "docker.log.gz").read_bytes()).splitlines())


def event(docker: str | None, binary: str = "/usr/bin/id", arguments: str = "-u") -> bytes:
    process: dict[str, Any] = {"exec_id": "YTox", "pid": 1, "binary": binary, "arguments": arguments}
    process |= {} if docker is None else {"docker": docker}
    parent = {"exec_id": "YToy", "pid": 2, "binary": "/opt/run.sh", "arguments": "x"}
    return orjson.dumps({"process_exec": {"process": process, "parent": parent}, "node_name": "n"})


def exclusions(table: EventTable, query: str, scope: str | None, *, anywhere: bool = False) -> list[Exclusion]:
    rows = np.flatnonzero(parse(query).mask(table)) + table.first
    made = draft_events(
        TuningContext(table, attack_samples=(), place="anywhere" if anywhere else "workload"),
        rows,
        DraftRequest(scope, "a reason"),
    )
    return [one for draft in made.drafts for one in draft.exclusions]


@pytest.mark.parametrize("scope", [scope for scope in NAMES if scope not in (*BY_SOCKET, *BY_PLACE)])
def test_each_side_gets_a_build_filter_its_own(scope: str) -> None:
    table = build_table([event(ID), event(None)])
    found = exclusions(table, "bin=/usr/bin/id", scope)
    assert {(one.in_container, build_filter(one).container_id) for one in found} == {(True, (".",)), (False, ("^$",))}
    for one in found:
        masks = TuningContext(table, attack_samples=()).matcher.mask(one)
        assert masks.tolist() == ([True, False] if one.in_container else [False, True])


def test_where_no_container_was_seen_none_is_asked_for() -> None:
    assert {one.in_container for one in exclusions(build_table([event(None)]), "bin:id", "command")} == {None}


def test_it_is_lifted_on_request() -> None:
    table = build_table([event(ID), event(None)])
    assert {one.in_container for one in exclusions(table, "bin:id docker:*", "command", anywhere=True)} == {None}


def test_on_a_real_host_with_containers_every_filter_says_where(docker: EventTable) -> None:
    context = TuningContext(docker)
    found = [
        one for draft in draft_events(context, range(docker.first, docker.stop)).drafts for one in draft.exclusions
    ]
    assert {one.in_container for one in found} == {True, False}
    inside = np.array([docker.event(row).docker is not None for row in range(docker.first, docker.stop)])
    for one in found:
        assert not (context.matcher.mask(one) & (inside ^ bool(one.in_container))).any()
    proposed = [*suggest(context, 0.9).chosen, *select_cover(context, range(docker.first, docker.stop)).chosen]
    assert proposed
    assert all(one.exclusion.in_container is not None for one in proposed)


@pytest.mark.parametrize(
    "binary", ["/proc/self/exe", "/proc/7694/exe", "/proc/thread-self/exe", "/dev/fd/6", "/proc/self/fd/3",
               "/proc/self/exe (deleted)"],
)  # fmt: skip
@pytest.mark.parametrize("scope", ["command", "template", "caller", "binary", "network", "policy"])
def test_a_path_that_names_no_program_needs_the_scope_exact(binary: str, scope: str) -> None:
    table = build_table([event(ID, binary)])
    made = draft_events(TuningContext(table, attack_samples=()), [0], DraftRequest(scope, "a reason"))
    assert made.drafts == []
    assert any("name no program" in one.reason for one in made.refused) or scope in BY_SOCKET
    assert [draft.scope for draft in draft_events(TuningContext(table, attack_samples=()), [0]).drafts] == ["exact"]


@pytest.mark.parametrize("binary", ["/proc/self/exec", "/opt/proc/self/exe", "/dev/fd", "/usr/bin/exe"])
def test_other_paths_are_names(binary: str) -> None:
    assert exclusions(build_table([event(ID, binary)]), "bin:*", "command")


def test_the_scope_command_is_refused_with_the_reason() -> None:
    scopes = build_scopes(TuningContext(build_table([event(ID, "/proc/self/exe")]), attack_samples=()), [0])
    assert scopes.default == "exact"
    assert "name no program" in (scopes["command"].refused or "")


def test_a_recorded_attack_is_one_in_a_container_too() -> None:
    attack_sample = next(one for one in recorded() if b'"process_exec"' in one.line)
    process = orjson.loads(attack_sample.line)["process_exec"]["process"]
    hiding = Exclusion(BASE, binary=(Pattern.exactly(process["binary"]),), in_container=True)
    assert attack_sample in Protection().hidden([hiding])


@pytest.mark.parametrize("side", [True, False, None])
def test_attacks_are_tried_where_the_draft_hides(side: bool | None) -> None:
    subtree = Exclusion(BASE, parent_binary=(Pattern.exactly("/opt/x/run.sh"),), in_container=side)
    anywhere = Exclusion(BASE, parent_binary=(Pattern.exactly("/opt/x/run.sh"),))
    assert in_context([subtree]).hidden == in_context([anywhere]).hidden != ()
    assert {one.name for one in risk([subtree]).passing} == {one.name for one in risk([anywhere]).passing}


def test_a_detection_of_processes_in_containers_is_found_lost() -> None:
    rule = (
        '<group name="t,"><rule id="800001" level="10"><decoded_as>json</decoded_as>'
        '<field name="process_exec.process.docker" type="pcre2">.</field><description>d</description></rule></group>'
    )
    ruleset = Ruleset.of({"a.xml": rule.encode()})
    table = build_table([event(None)])
    lost = {
        text: [one.how for one in lost_detections(read(text), ruleset, table)]
        for text in ('{"event_set":["PROCESS_EXEC"],"container_id":["."]}',
                     '{"event_set":["PROCESS_EXEC"],"container_id":["^$"]}')
    }  # fmt: skip
    inside, outside = lost.values()
    assert inside and inside != ["none found"]  # noqa: PT018
    assert outside in ([], ["none found"])
