"""What is said of lists about namespaces, pods, labels, probes and containers, and what to write instead."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tetratui.core.tetragon import LATEST, EnabledFeatures, Version, read
from tetratui.core.tetragon.lint.lints import Lint, lint
from tetratui.core.tetragon.manifest.chart import CHART_DEFAULTS

ON = EnabledFeatures.parse("process-cred,pid-set-filter,ancestors")


def lints_of(
    text: str, version: Version = LATEST, *, as_allowlist: bool = False, kubernetes: bool | None = None
) -> list[Lint]:
    return lint(read(text, version, replace(ON, kubernetes=kubernetes), as_allowlist))


def find(lints: list[Lint], code: str) -> Lint:
    results = [result for result in lints if result.code == code]
    assert len({result.fix for result in results}) == 1
    return results[0]


@pytest.mark.parametrize("selector", ["app!=cart", "!canary", "app", "app notin (a,b)"])
def test_nobody_knows_which_pods_have_a_label(selector: str) -> None:
    codes = {result.code for result in lints_of(json.dumps({"labels": [selector]}))}
    assert not codes & {"every-pod", "matches-every-process", "outside-pods"}


@pytest.mark.parametrize("kubernetes", [True, None])
def test_the_charts_denylist_is_explained_without_alarm(kubernetes: bool | None) -> None:
    lints = lints_of(CHART_DEFAULTS["denylist"], kubernetes=kubernetes)
    assert {result.severity for result in lints} == {"warning", "info"}
    outside = find(lints, "outside-pods")
    assert (outside.severity, outside.entry, outside.fix) == (
        "warning",
        1,
        '{"namespace":["cilium","kube-system"]}',
    )
    for words in ("host", "pause", "too late", "LSM"):
        assert words in outside.message
    assert ("enable-k8s-api" in outside.message) is (kubernetes is None)
    assert find(lints, "probes").severity == "info"


def test_a_list_without_pods_is_an_error_where_the_agent_resolves_none() -> None:
    lints = lints_of(CHART_DEFAULTS["denylist"], kubernetes=False)
    error = find(lints, "matches-every-process")
    assert (error.severity, error.entry) == ("error", 1)
    assert "enable-k8s-api" in error.message


def test_the_charts_allowlist_gets_one_note() -> None:
    (note,) = lints_of(CHART_DEFAULTS["allowlist"], as_allowlist=True)
    assert (note.code, note.severity) == ("kinds-not-kept", "info")
    for kind in ("loader", "throttle", "usdt"):
        assert kind in note.message


def test_in_an_allowlist_narrow_entries_are_the_danger() -> None:
    lints = lints_of('{"event_set":["PROCESS_EXEC"],"binary_regex":["/curl"]}', as_allowlist=True)
    assert {result.code for result in lints} == {"narrow-allowlist", "kinds-not-kept"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"namespace":[""]}', "outside-pods"),
        ('{"namespace":[""],"event_set":["PROCESS_LSM"]}', "outside-pods"),
        (
            '{"cel_expression":["process_exec.process.pod.workload == \'\'"]}',
            "outside-pods",
        ),
        ('{"container_id":["^$"]}', "outside-containers"),
        ('{"container_id":["."]}', "every-container"),
        ('{"pod_regex":["."]}', "every-pod"),
        ('{"labels":[""]}', "every-pod"),
        ('{"namespace_regex":[".*"]}', "every-pod"),
    ],
)
def test_what_hides_a_whole_side_is_named(text: str, code: str) -> None:
    found = {result.code: result.severity for result in lints_of(text)}
    assert found.get(code) == "warning"
    assert "error" not in found.values()


def test_two_entries_that_hide_both_sides_are_an_error() -> None:
    text = '{"namespace":[""]}\n{"labels":[""]}'
    assert [result.entry for result in lints_of(text) if result.code == "matches-every-process"] == [1]


@pytest.mark.parametrize(
    "text",
    [
        '{"namespace":["","kube-system"],"binary_regex":["^/usr/bin/x$"]}',
        '{"namespace":["shop"],"pod_regex":["^cart-[a-z0-9]+-[a-z0-9]{5}$"],"container_name_regex":["^cart$"]}',
        '{"namespace_regex":["^openshift-"]}',
        '{"labels":["app=web,tier in (a,b),!canary"]}',
        '{"container_id":["^0123456789abcdef0123456789abcde"],"binary_regex":["^/usr/bin/x$"]}',
        '{"pod_regex":["^orders-db-[0-9]+$"]}',
    ],
)
def test_a_good_filter_about_pods_gets_no_warning(text: str) -> None:
    assert [result for result in lints_of(text, kubernetes=True) if result.severity != "info"] == []


@pytest.mark.parametrize(
    ("text", "code", "fix"),
    [
        ('{"namespace":["openshift-*"]}', "namespace-no-regex", '{"namespace_regex":["^openshift-"]}'),
        ('{"namespace":["a","kube-*"]}', "namespace-no-regex", '{"namespace_regex":["^a$","^kube-"]}'),
        ('{"namespace":["kube-*","a|b"]}', "namespace-no-regex", '{"namespace_regex":["^kube-","^(a|b)$"]}'),
        ('{"namespace":["shop|data"]}', "namespace-no-regex", '{"namespace":["shop","data"]}'),
        ('{"namespace_regex":["shop"]}', "unanchored-namespace", '{"namespace_regex":["^shop$"]}'),
        ('{"container_name_regex":["reload"]}', "unanchored-container", '{"container_name_regex":["^reload$"]}'),
        ('{"labels":["app!=cart"]}', "labels-without-key", '{"labels":["app,app!=cart"]}'),
        ('{"labels":["a,b notin (x)"]}', "labels-without-key", '{"labels":["b,a,b notin (x)"]}'),
        ('{"health_check":false}', "not-probes", '{"health_check":true}'),
        (f'{{"container_id":["^{"ab" * 32}$"]}}', "container-id-length", f'{{"container_id":["^{"ab" * 16}"]}}'),
        ('{"container_id":["^[0-9a-f]{64}$"]}', "container-id-length", '{"container_id":["."]}'),
    ],
)
def test_the_fix_says_what_was_meant(text: str, code: str, fix: str) -> None:
    if code == "container-id-length" and "ab" in text:
        fix = f'{{"container_id":["^{("ab" * 16)[:31]}"]}}'
    result = find(lints_of(text), code)
    assert (result.severity, result.fix) == ("warning", fix)
    fixed = lints_of(fix)
    assert code not in {result.code for result in fixed}


def test_before_namespace_regex_a_pattern_needs_cel() -> None:
    result = find(lints_of('{"namespace":["openshift-*"]}', Version(1, 6)), "namespace-no-regex")
    assert "startsWith('openshift-')" in result.fix
    assert "1.7.0" in result.fix


def test_a_pods_name_is_told_in_the_forms_of_all_workloads() -> None:
    result = find(lints_of('{"pod_regex":["cart"]}'), "unanchored-pod")
    for form in ("^cart-[a-z0-9]+-[a-z0-9]{5}$", "^cart-[0-9]+$", "^cart-[0-9]{8,10}-[a-z0-9]{5}$"):
        assert form in result.fix


def test_a_label_read_without_a_guard_is_named() -> None:
    unguarded = "process_exec.process.pod.pod_labels['app'] == 'x'"
    guarded = f"'app' in process_exec.process.pod.pod_labels && {unguarded}"
    for source, count in ((unguarded, 1), (guarded, 0)):
        lints = lints_of(json.dumps({"cel_expression": [source]}))
        assert sum(result.code == "cel-unguarded" for result in lints) == count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"fields":"process.exec_id","action":"EXCLUDE","event_set":["PROCESS_EXEC"]}', "field-filters"),
        ('{"event_set":["PROCESS_EXEC"],"invert_event_set":true}', "field-filters"),
        ('{"redact":["--token[= ](\\\\S+)"]}', "redaction-filters"),
        ('{"workload_regex":["^x$"]}', "process_exec.process.pod.workload"),
        ('{"node_name":["a"]}', "node"),
    ],
)
def test_what_belongs_elsewhere_is_told_so(text: str, words: str) -> None:
    (error,) = read(text).errors
    assert words in error.remedy
