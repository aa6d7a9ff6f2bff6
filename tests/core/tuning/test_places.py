"""Drafts from pods hide in their namespace, workload or container, and nowhere else; filters and rules agree on it."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.errors import RefusedError
from tetratui.core.exclusion import ANYWHERE, Exclusion, Pattern, Place
from tetratui.core.noise.columns import Mask
from tetratui.core.query import parse
from tetratui.core.table import EventTable, build_table
from tetratui.core.tetragon.format.filter_writer import build_filter, canonical_text
from tetratui.core.tetragon.format.versions import SUPPORTED, Version
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.cover.cover import suggest
from tetratui.core.tuning.draft_request import DraftRequest, draft_events
from tetratui.core.tuning.learning.learnable_events import learn_from_query
from tetratui.core.tuning.safety.risk import risk
from tetratui.core.tuning.scopes.places import join_places
from tetratui.core.tuning.scopes.scope_builder import BASE
from tetratui.core.tuning.scopes.scopes import build_scopes
from tetratui.core.tuning.tuning_context import TuningContext
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.write.rule_file import Suppression, write_rule_file

EVENTS = Path(__file__).parents[2] / "data" / "kubernetes" / "events.jsonl.gz"
LATEST = SUPPORTED[-1]
WORKLOAD = ("workload_kind", "workload", "ns")
SUFFIXES = {
    "Deployment": ("-7f4kb9l486-l8g4b", "-6d5x-x7k2p"),
    "StatefulSet": ("-0", "-12"),
    "DaemonSet": ("-l8g4b", "-web24"),
    "CronJob": ("-29401200-l8g4b", "-29401260-x7k2p"),
    "Job": ("-l8g4b", "-0-x7k2p"),
    "Rollout": ("-l8g4b", "-x7k2p"),
    "Pod": ("", ""),
}


@cache
def cluster() -> EventTable:
    return build_table(gzip.decompress(EVENTS.read_bytes()).splitlines())


def event(pod: dict[str, Any] | None, node: str = "node-a", arguments: str = "-u", *, probe: bool = False) -> bytes:
    process: dict[str, Any] = {"exec_id": "YTox", "pid": 1, "binary": "/usr/bin/id", "arguments": arguments}
    if pod is not None:
        container = {"id": "containerd://b56d59ecdf5c904691b87c16b1abe5d", "name": pod.get("in", "main")}
        container |= {"maybe_exec_probe": True} if probe else {}
        block = {key: value for key, value in pod.items() if key != "in"}
        process |= {"docker": "b56d59ecdf5c904691b87c16b1abe5d", "pod": {**block, "container": container}}
    parent = {"exec_id": "YToy", "pid": 2, "binary": "/opt/run.sh", "arguments": "x"}
    return orjson.dumps({"process_exec": {"process": process, "parent": parent}, "node_name": node})


def pod(namespace: str, kind: str, workload: str, suffix: str, labels: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "namespace": namespace,
        "name": workload + suffix,
        **({"pod_labels": labels} if labels else {}),
        "workload": workload,
        "workload_kind": kind,
    }


def drafted(
    table: EventTable, rows: Sequence[int], place: str = "workload", scope: str | None = None
) -> list[Exclusion]:
    context = TuningContext(table, attack_samples=(), place=place)
    made = draft_events(context, np.array(rows, dtype=np.int64), DraftRequest(scope, "a reason of some length"))
    return [exclusion for draft in made.drafts for exclusion in draft.exclusions]


def dropped(table: EventTable, exclusions: Sequence[Exclusion], version: Version = LATEST) -> Mask:
    text = "\n".join(canonical_text(build_filter(exclusion, version)) for exclusion in exclusions)
    filters = read(text.encode(), version)
    assert filters.errors == []
    return np.asarray(filters.first_matches(table) >= 0)


def silenced(table: EventTable, exclusions: Sequence[Exclusion]) -> Mask:
    file = write_rule_file([Suppression(exclusion, None, "x") for exclusion in exclusions], "standalone")
    session = Ruleset.of({"0011-tetratui.xml": file.data}).session()
    lines = (reserialise(table.line(row)) for row in range(table.first, table.stop))
    return np.array([line is not None and session.match(line).rule in file.suppression_rules for line in lines])


NAMES = st.lists(
    st.lists(st.sampled_from(["web", "web2", "api", "db", "0", "x7k2p", "29401200"]), min_size=1, max_size=3),
    min_size=2,
    max_size=6,
)
JOINED = st.sampled_from("-.")


@settings(max_examples=20, deadline=None)
@given(NAMES, st.data())
def test_a_draft_of_a_workload_hides_it_on_all_nodes_and_nothing_else(
    names: list[list[str]], data: st.DataObject
) -> None:
    lines, owners = [event(None)], [("", "", "")]
    for pieces in names:
        name = data.draw(JOINED).join(pieces)
        kind = data.draw(st.sampled_from(sorted(SUFFIXES)))
        namespace = data.draw(st.sampled_from(["shop", "shop-2"]))
        labels = data.draw(st.sampled_from([None, {"app": name}, {"app.kubernetes.io/name": name, "app": "x"}]))
        for suffix, node in zip(SUFFIXES[kind], ("node-a", "node-b"), strict=True):
            lines.append(event(pod(namespace, kind, name, suffix, labels), node))
            owners.append((kind, name, namespace))
    table = build_table(lines)
    for owner in set(owners):
        own = np.array([other == owner for other in owners])
        exclusions = drafted(table, np.flatnonzero(own).tolist())
        assert dropped(table, exclusions).tolist() == own.tolist()
        assert dropped(table, exclusions, Version(1, 4, 0)).tolist() == own.tolist()
        assert silenced(table, exclusions).tolist() == own.tolist()


@pytest.mark.parametrize("place", ["namespace", "workload", "container"])
def test_what_a_draft_hides_in_a_cluster_ran_where_its_events_did(place: str) -> None:
    table = cluster()
    context = TuningContext(table, attack_samples=(), place=place)
    text = context.columns.text
    names = {"namespace": ("ns",), "workload": WORKLOAD, "container": (*WORKLOAD, "container")}[place]
    where = np.unique(np.stack([text[name].codes for name in names]), axis=1, return_inverse=True)[1].reshape(-1)
    process = context.columns.has_process
    for number in np.unique(where[process]).tolist():
        rows = np.flatnonzero((where == number) & process)
        exclusions = [one for name in ("command", "caller") for one in context.build(name, rows)]
        hidden = context.matcher.any(exclusions)
        assert set(np.flatnonzero(hidden)) <= set(np.flatnonzero(where == number))
        if place == "workload":
            assert dropped(table, exclusions).tolist() == hidden.tolist()
            assert silenced(table, exclusions).tolist() == hidden.tolist()


def test_a_query_by_namespace_hides_what_was_asked_only() -> None:
    lines = [event(pod(name, "Deployment", "cart", "-0")) for name in ("kube-system", "shop")]
    table = build_table([*lines, event(None)])
    assert dropped(table, drafted(table, [0])).tolist() == [True, False, False]
    assert dropped(table, drafted(table, [0, 1], "anywhere")).tolist() == [True, True, True]


def test_code_that_a_pod_runs_is_its_own_but_a_shell_that_reads_its_input_is_not() -> None:
    lines = []
    for arguments in ("-c probe", ""):
        line = orjson.loads(event(pod("shop", "Deployment", "cart", "-7f4kb9l486-l8g4b"), arguments=arguments))
        line["process_exec"]["process"]["binary"] = "/bin/sh"
        lines.append(orjson.dumps(line))
    table = build_table(lines)
    context = TuningContext(table, attack_samples=())
    taught = {
        text: learn_from_query(table, context.columns, parse(text)).taught.tolist() for text in ("ns=shop", "ns:sho")
    }
    assert taught == {"ns=shop": [True, False], "ns:sho": [False, False]}


def test_code_that_a_workload_runs_again_and_again_is_its_own_whatever_the_query() -> None:
    def run(suffix: str, text: str) -> bytes:
        line = orjson.loads(event(pod("shop", "StatefulSet", "cart", suffix), arguments=text))
        line["process_exec"]["process"]["binary"] = "/bin/sh"
        return orjson.dumps(line)

    table = build_table([*(run(f"-{number}", "-c probe") for number in range(3)), run("-0", "-c once")])
    context = TuningContext(table, attack_samples=())
    assert learn_from_query(table, context.columns, parse("kind:exec")).taught.tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("kind", "pods", "expected"),
    [
        ("Deployment", ["web.api-7f4kb9l486-l8g4b"], r"^web\.api-[bcdfghjklmnpqrstvwxz2456789]{1,10}-"),
        ("Deployment", ["web.api-abc-aaaaa"], r"^web\.api-[a-z0-9]{1,10}-[a-z0-9]{5}$"),
        ("StatefulSet", ["web.api-0"], r"^web\.api-[0-9]+$"),
        ("CronJob", ["web.api-29401200-l8g4b"], r"^web\.api-[0-9]{8,10}-"),
        ("Pod", ["web.api"], r"^web\.api$"),
    ],
)
def test_the_names_of_pods_become_a_pattern_with_dots_escaped(kind: str, pods: list[str], expected: str) -> None:
    lines = [event({"namespace": "n", "name": name, "workload": "web.api", "workload_kind": kind}) for name in pods]
    (exclusion,) = drafted(build_table(lines), range(len(lines)))
    filter_ = build_filter(exclusion, SUPPORTED[0])
    assert filter_.pod_regex is not None
    assert filter_.pod_regex[0].startswith(expected)


def test_a_label_tells_workloads_apart_whose_pods_have_names_alike() -> None:
    keys = {"app.kubernetes.io/name": "web", "pod-template-hash": "db"}
    lines = [
        event(pod("n", "Deployment", "web", "-db-l8g4b", keys)),
        event(pod("n", "DaemonSet", "web-db", "-l8g4b", {"app.kubernetes.io/name": "web-db"})),
    ]
    table = build_table(lines)
    exclusions = drafted(table, [0])
    assert build_filter(exclusions[0], SUPPORTED[0]).labels == ("app.kubernetes.io/name=web",)
    assert dropped(table, exclusions).tolist() == silenced(table, exclusions).tolist() == [True, False]


def test_without_a_label_the_workload_is_compared_by_its_name_which_old_versions_cannot() -> None:
    lines = [event(pod("n", "Deployment", "web", "-db-l8g4b")), event(pod("n", "DaemonSet", "web-db", "-l8g4b"))]
    table = build_table(lines)
    (exclusion,) = drafted(table, [0])
    assert exclusion.place.workloads == (("Deployment", "web"),)
    with pytest.raises(RefusedError, match=r"1\.3\.0 cannot filter by workload.*--place namespace"):
        build_filter(exclusion, Version(1, 3, 0))


def test_a_container_is_compared_by_a_field_by_cel_or_not_at_all() -> None:
    exclusion = Exclusion(BASE, place=Place(namespaces=("n",), containers=("main.x",)))
    newest, older = build_filter(exclusion), build_filter(exclusion, Version(1, 5, 0))
    assert (newest.container_name_regex, newest.cel_expression) == (("^main\\.x$",), None)
    assert older.container_name_regex is None
    assert older.cel_expression == tuple(f"{k.json_key}.process.pod.container.name == 'main.x'" for k in BASE)
    with pytest.raises(RefusedError, match="--place workload"):
        build_filter(exclusion, Version(1, 3, 0))


def test_a_container_without_a_pod_is_told_from_pods_and_from_the_host() -> None:
    late = orjson.loads(event(pod("n", "Pod", "web", "")))
    del late["process_exec"]["process"]["pod"]
    table = build_table([event(pod("n", "Pod", "web", "")), orjson.dumps(late), event(None)])
    exclusions = drafted(table, [1])
    assert (build_filter(exclusions[0]).namespace, build_filter(exclusions[0]).container_id) == (("",), (".",))
    assert dropped(table, exclusions).tolist() == silenced(table, exclusions).tolist() == [False, True, False]


def test_probes_are_a_scope_of_their_own_and_say_who_else_is_hidden() -> None:
    web = pod("n", "StatefulSet", "web", "-0")
    table = build_table([event(web, probe=True), event(web), event(None)])
    (exclusion,) = drafted(table, [0], scope="probe")
    assert build_filter(exclusion).health_check is True
    assert dropped(table, [exclusion]).tolist() == silenced(table, [exclusion]).tolist() == [True, False, False]
    assert "the probe's own command line" in {evasion.name for evasion in risk([exclusion], "probe").passing}
    (anywhere,) = drafted(table, [0], "anywhere", "probe")
    assert anywhere.place == ANYWHERE


def test_a_whole_namespace_is_offered_for_pods_and_needs_a_reason() -> None:
    table = build_table([event(pod("n", "Pod", "web", "")), event(pod("m", "Pod", "web", "")), event(None)])
    context = TuningContext(table, attack_samples=())
    scopes = build_scopes(context, [0])
    assert scopes["namespace"].refused is not None
    assert "reason" in scopes["namespace"].refused
    opened = build_scopes(context, [0], "the whole namespace is a sandbox")["namespace"]
    assert opened.impact.mask.tolist() == dropped(table, opened.exclusions).tolist() == [True, False, False]
    assert opened.name not in [name for side in build_scopes(context, [2]).sides for name in side]


def test_a_suggestion_hides_probes_and_cron_jobs_and_nothing_of_the_attacked_pod() -> None:
    table = cluster()
    context = TuningContext(table)
    text = context.columns.text
    hidden = suggest(context, cover=1.0).mask
    attacked = np.array([name.startswith("storefront-") for name in text["pod"].texts])[text["pod"].codes]
    cron = text["workload_kind"].codes == list(text["workload_kind"].texts).index("CronJob")
    assert not (hidden & attacked).any()
    assert (hidden | attacked)[context.columns.probe].all()
    assert hidden[cron].all()


def test_exclusions_that_differ_in_their_pods_only_are_joined() -> None:
    def of(name: str, namespace: str = "n") -> Exclusion:
        return Exclusion(BASE, place=Place((namespace,), pods=(Pattern.exactly(name),)), hosts=(name,))

    (joined,) = join_places([of("a"), of("b")])
    assert (joined.place.pods, joined.hosts) == ((Pattern.exactly("a"), Pattern.exactly("b")), ("a", "b"))
    assert len(join_places([of("a"), of("a", "m")])) == 2
