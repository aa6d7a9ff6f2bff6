"""Every danger gets its code, and a good filter no error."""

from __future__ import annotations

import json

import pytest

from tetratui.core.tetragon import LATEST, EnabledFeatures, Version, read
from tetratui.core.tetragon.lint.lints import Lint, lint

ON = EnabledFeatures.parse("process-cred,pid-set-filter,ancestors")


def lints_of(text: str, version: Version = LATEST, as_allowlist: bool = False) -> list[Lint]:
    return lint(read(text, version, ON, as_allowlist))


def errors_of(text: str, version: Version = LATEST) -> set[str]:
    return {result.code for result in lints_of(text, version) if result.severity == "error"}


EXEC_EXIT = '"event_set":["PROCESS_EXEC","PROCESS_EXIT"]'
KINDS = "EXEC EXIT KPROBE TRACEPOINT LOADER UPROBE LSM USDT"
EVERY_TYPE = json.dumps([f"PROCESS_{name}" for name in KINDS.split()])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{}", "matches-everything"),
        ('{"event_set":[]}', "matches-everything"),
        ('{"event_set":null,"pid":[]}', "matches-everything"),
        ('{"health_check":false}', "matches-everything"),
        ('{"binary_regex":[""]}', "matches-every-process"),
        ('{"binary_regex":["^/x$",".*"]}', "matches-every-process"),
        ('{"arguments_regex":["^"]}', "matches-every-process"),
        ('{"container_id":["(?s)^.*$"]}', "matches-every-process"),
        (f'{{"event_set":{EVERY_TYPE}}}', "matches-every-process"),
        ('{"binary_regex":["/"]}', "matches-every-process"),
        ('{"binary_regex":["^/[a-z]"],"parent_binary_regex":["^/"]}', "matches-every-process"),
        ('{"parent_binary_regex":[""]}', "matches-every-process"),
        ('{"parent_arguments_regex":["^"],"health_check":false}', "matches-every-process"),
        ('{"ancestor_binary_regex":[".*"]}', "matches-every-process"),
        ('{"event_set":["PROCESS_EXEC"],"binary_regex":[]}', "matches-whole-kind"),
        ('{"event_set":["PROCESS_EXEC"],"binary_regex":["x*"]}', "matches-whole-kind"),
        ('{"in_init_tree":true}', "crash"),
        ('{"in_init_tree":true,"event_set":["PROCESS_EXEC","PROCESS_THROTTLE"]}', "crash"),
        ('{"in_init_tree":true,"event_set":["PROCESS_EXEC","UNDEF"]}', "crash"),
        ('{"in_init_tree":false,"health_check":false}', "crash"),
    ],
)
def test_what_silences_or_crashes_is_an_error(text: str, code: str) -> None:
    assert code in errors_of(text)


def test_filters_for_single_kinds_that_match_every_process_together_are_an_error() -> None:
    entries = [f'{{"event_set":["{name}"]}}' for name in json.loads(EVERY_TYPE)]
    assert errors_of("\n".join(entries[:-1])) == set()
    assert errors_of("\n".join(entries)) == {"matches-every-process"}


@pytest.mark.parametrize(
    "text",
    [
        '{"event_set":["PROCESS_EXEC"],"binary_regex":["^/usr/bin/nothing$"]}',
        f'{{{EXEC_EXIT},"binary_regex":["^/(usr/)?bin/bash$"],"arguments_regex":["^/opt/x\\\\.sh$"]}}',
        f'{{{EXEC_EXIT},"parent_binary_regex":["^/usr/sbin/cron$"],"parent_arguments_regex":["^-f$"]}}',
        '{"event_set":["PROCESS_KPROBE"],"policy_names":["connect"]}',
        '{"event_set":["PROCESS_EXEC"]}',
        '{"health_check":true}',
        '{"namespace":["cilium","kube-system"]}',
        '{"in_init_tree":false,"event_set":["PROCESS_EXEC"]}',
        '{"in_init_tree":true,"binary_regex":["^/usr/bin/x$"]}',
        '{"arguments_regex":["^$"],"binary_regex":["^/usr/bin/id$"]}',
        '{"cel_expression":["process_exec.process.pid == 1u"]}',
        "",
    ],
)
def test_a_normal_filter_has_no_error(text: str) -> None:
    assert errors_of(text) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"binary_regex":["bash"]}', "unanchored-binary"),
        ('{"parent_binary_regex":["^/usr/bin/bash"]}', "unanchored-binary"),
        ('{"binary_regex":["^/a$|/b"]}', "unanchored-binary"),
        ('{"arguments_regex":["/opt/open-audit.sh"]}', "unescaped-dot"),
        ('{"arguments_regex":["/opt/x"]}', "arguments-appendable"),
        ('{"parent_arguments_regex":["^-c \\"x y\\"$"]}', "arguments-quoting"),
        ('{"arguments_regex":["^$"]}', "arguments-quoting"),
        ('{"binary_regex":["^/usr/bin/bash$"]}', "one-path-of-two"),
        ('{"binary_regex":["^/x$"]}', "no-event-set"),
        ('{"parent_binary_regex":["^/usr/sbin/cron$"]}', "children-only"),
        ('{"pid":[1]}', "pid"),
        ('{"pid_set":[1]}', "pid-set"),
        ('{"event_set":["PROCESS_EXEC"]}', "whole-kind"),
        ('{"event_set":["PROCESS_EXEC"],"binary_regex":["^/"]}', "whole-kind"),
        ('{"cel_expression":["process_exec.process.binary != \'/bin/x\'"]}', "whole-kind"),
        (
            '{"cel_expression":["process_kprobe.args.exists(a, cidr(\'::/0\').containsIP(a.sock_arg.daddr))"]}',
            "cel-unguarded",
        ),
        ('{"event_set":["PROCESS_EXEC"],"in_init_tree":false}', "outside-containers"),
        ('{"binary_regex":["^/x$"],"pod_regex":[]}', "empty-list"),
        ('{"namespace":["default.*"]}', "namespace-no-regex"),
        ('{"policy_names":[""]}', "never-matches"),
        ('{"event_set":[77]}', "never-matches"),
        ('{"event_set":["PROCESS_USDT"],"policy_names":["p"]}', "never-matches"),
        ('{"event_set":["PROCESS_THROTTLE"],"binary_regex":["^/x$"]}', "never-matches"),
        ('{"cel_expression":["true"]}', "never-matches"),
        ('{"cel_expression":["process_kprobe.args[0].int_arg == 1"]}', "cel-unguarded"),
        ('{"cel_expression":["ip(process_kprobe.args[0].sock_arg.daddr).isLoopback()"]}', "cel-unguarded"),
        ('{"event_set":["RATE_LIMIT_INFO"]}', "rate-limit"),
        ('{"container_id":["^0123456789abcdef0123456789abcdef$"]}', "container-id-length"),
        ('{"pid":[1]}{"pid":[1]}', "duplicate"),
        ('{"binary_regex":["^/x$"]}{"binary_regex":["^/x$"],"pid":[1]}', "shadowed"),
        ('{"binary_regex":["^/x$"],"pid":[1]}{"binary_regex":["^/y$","^/x$"]}', "shadowed"),
    ],
)
def test_a_doubtful_filter_is_found(text: str, code: str) -> None:
    assert code in {result.code for result in lints_of(text) if result.severity != "error"}


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("/opt/x", "matches anywhere"),
        ("^/opt/x", "fixes only the start"),
        ("/opt/x$", "fixes only the end"),
        ("^/opt/x$|y", "matches anywhere"),
    ],
)
def test_a_loose_expression_gets_a_message_about_its_loose_end(pattern: str, words: str) -> None:
    results = lints_of(json.dumps({"event_set": ["PROCESS_EXEC"], "arguments_regex": [pattern]}))
    assert words in next(result.message for result in results if result.code == "arguments-appendable")


def test_an_expression_that_always_holds_silences_1_4_and_nothing_later() -> None:
    assert errors_of('{"cel_expression":["true"]}', Version(1, 4)) == {"matches-every-process"}
    assert errors_of('{"cel_expression":["true"]}', Version(1, 5)) == set()


def test_a_filter_for_each_kind_of_process_silences_them_together() -> None:
    kinds = ["exec", "exit", "kprobe", "tracepoint", "loader", "uprobe", "lsm", "usdt"]
    text = "\n".join(f'{{"cel_expression":["has(process_{kind}.process)"]}}' for kind in kinds)
    assert errors_of(text) == {"matches-every-process"}


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ('{"in_init_tree":true}', '{"event_set":["PROCESS_EXEC","PROCESS_EXIT"],"in_init_tree":true}'),
        (
            '{"event_set":["PROCESS_THROTTLE","PROCESS_KPROBE","UNDEF"],"in_init_tree":false}',
            '{"event_set":["PROCESS_KPROBE"],"in_init_tree":false}',
        ),
        ('{"binary_regex":["^/x$"]}', '{"binary_regex":["^/x$"],"event_set":["PROCESS_EXEC","PROCESS_EXIT"]}'),
        ('{"event_set":["RATE_LIMIT_INFO","PROCESS_EXIT"],"pid":[1]}', '{"pid":[1],"event_set":["PROCESS_EXIT"]}'),
        ('{"pid":[1],"pod_regex":[]}', '{"pid":[1]}'),
    ],
)
def test_a_fix_that_is_a_filter_removes_the_lint(text: str, fixed: str) -> None:
    results = next(result for result in lints_of(text) if result.fix == fixed)
    assert results.is_applicable
    assert results.code not in {result.code for result in lints_of(fixed)}


@pytest.mark.parametrize("text", ["{}", '{"binary_regex":["/"]}', '{"pid":[1]}{"pid":[1]}'])
def test_a_needless_entry_is_removed_by_its_fix(text: str) -> None:
    assert any(result.is_applicable and result.removes_entry for result in lints_of(text))


def test_cel_on_1_3_is_an_error() -> None:
    assert errors_of('{"cel_expression":["process_exec.process.pid == 1u"]}', Version(1, 3)) == {
        "matches-everything", "cel-ignored",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "version", "warned"),
    [
        ("greek", "1.3", True),
        ("Greek", "1.3", False),
        ("greek", "1.7", False),
        ("Lu", "1.6", False),
        ("Letter", "1.6", True),
    ],
)
def test_a_name_that_only_newer_agents_read_is_a_warning(name: str, version: str, warned: bool) -> None:
    results = lints_of(f'{{"pod_regex":["^\\\\p{{{name}}}$"]}}', Version.parse(version))
    assert ("unicode-name" in {result.code for result in results}) is warned


def test_an_allowlist_that_lets_everything_through_is_no_error() -> None:
    assert {result.severity for result in lints_of("{}", as_allowlist=True)} == {"warning"}


def test_the_articles_entries_get_the_fixed_form(recorded: list[dict[str, bytes]]) -> None:
    article = next(case["text"] for case in recorded if case["name"] == "000.json")
    lints = lint(read(article))
    assert {"arguments-appendable", "unescaped-dot", "one-path-of-two", "script-by-shebang"} <= {
        result.code for result in lints
    }
    fixes = {result.entry: result.fix for result in lints if result.code == "arguments-appendable"}
    for fix in fixes.values():
        assert read(fix).accepted
        assert {result.code for result in lint(read(fix))} <= {"script-by-shebang", "children-only"}
    assert "^/(usr/)?bin/bash$" in fixes[0]
    assert "parent_arguments_regex" in fixes[1]


def test_entries_are_counted_from_zero_and_errors_come_first() -> None:
    lints = lints_of('{"binary_regex":["^/x$"]}\n{"in_init_tree":true,"health_check":false}')
    assert [result.entry for result in lints] == sorted(result.entry for result in lints)
    assert next(result for result in lints if result.entry == 1).severity == "error"
