"""CEL as Tetragon compiles and runs it: types, errors, addresses, and which kinds an expression is evaluated for."""

from __future__ import annotations

from typing import Any

import pytest

from tetratui.core.tetragon import FilterList, Version, read
from tetratui.core.tetragon.format.filter import Filter

EXEC: dict[str, Any] = {
    "process_exec": {
        "process": {"pid": 7, "uid": 0, "binary": "/usr/bin/curl", "start_time": "2026-01-02T03:04:05.5Z", "new": 1},
        "parent": {"binary": "/usr/sbin/sshd"},
    }
}
CONNECT: dict[str, Any] = {
    "process_kprobe": {
        "process": {"pid": 7},
        "function_name": "tcp_connect",
        "args": [{"sock_arg": {"daddr": "10.1.2.3", "dport": 443, "cookie": "18446616925558945280"}}, {"int_arg": -5}],
        "action": "KPROBE_ACTION_POST",
    }
}


def list_of(*expressions: str, version: str = "1.7.0") -> FilterList:
    return FilterList.of([Filter(cel_expression=expressions)], Version.parse(version))


@pytest.mark.parametrize(
    ("expression", "event"),
    [
        ("process_exec.process.pid == 7u", EXEC),
        ("process_exec.process.uid == 0u && process_exec.process.auid == null", EXEC),
        ("process_exec.parent.binary.endsWith('sshd')", EXEC),
        ("process_exec.process.start_time > timestamp('2026-01-02T03:04:05Z')", EXEC),
        ("process_exec.process.binary.matches('c.rl$') && size(process_exec.ancestors) == 0", EXEC),
        ("process_kprobe.args.exists(a, a.sock_arg.dport == 443u)", CONNECT),
        ("process_kprobe.args[0].sock_arg.cookie == 18446616925558945280u", CONNECT),
        ("process_kprobe.action == KprobeAction.KPROBE_ACTION_POST && process_kprobe.action == 1", CONNECT),
        ("process_kprobe.args.exists(a, has(a.sock_arg) && cidr('10.0.0.0/8').containsIP(a.sock_arg.daddr))", CONNECT),
        ("process_kprobe.args.exists(a, a.int_arg < 0) || process_exec.process.pid == 1u", CONNECT),
    ],
)
def test_an_expression_holds(expression: str, event: dict[str, Any]) -> None:
    filters = list_of(expression)
    assert filters.accepted, filters.errors
    assert filters.first_match(event) == 0


@pytest.mark.parametrize(
    "expression",
    ["process_exec.process.pid == 7", "process_exec.process.nosuch", "process_exec.process.binary", "nosuch == 1",
     "process_exec.process.pid > 1", "process_exec.process.binary ==", "1", "dyn(true)",
     "process_exec.process.binary[0] == 'a'",
     "process_exec.process.pod.pod_labels", "ip('1.2.3.4')", "ip(5).isLoopback()", ""],
)  # fmt: skip
def test_what_does_not_compile_is_a_build_error(expression: str) -> None:
    filters = list_of(expression)
    assert [(error.stage, error.entry, error.field) for error in filters.errors] == [("build", 0, "cel_expression")]


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("ip('::1').isLoopback()", True),
        ("ip('::ffff:127.0.0.1').isLoopback()", False),
        ("isIP('::ffff:127.0.0.1') || isIP('fe80::1%eth0') || isIP('010.0.0.1') || isIP('')", False),
        ("ip('169.254.1.1').isLinkLocalUnicast() && ip('ff02::1').isLinkLocalMulticast()", True),
        ("ip('10.0.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()", True),
        ("ip('::0').isUnspecified() && !ip.isCanonical('::0') && ip('::1').family() == 6", True),
        ("cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('10.1.2.3/8').prefixLength() == 8", True),
        ("cidr('10.0.0.0/8').containsCIDR('10.9.0.0/16') && !cidr('10.9.0.0/16').containsCIDR('10.0.0.0/8')", True),
        ("cidr('10.0.0.0/8').containsIP(ip('2001:db8::1'))", False),
        ("string(ip('1.2.3.4')) == '1.2.3.4' && string(5) == '5'", True),
        ("isCIDR('10.0.0.0/33') || isCIDR('10.0.0.0/08') || isCIDR('10.0.0.0')", False),
        ("ip('1.2.3.4') == ip('1.2.3.4') && cidr('1.2.3.4/32').ip() == ip('1.2.3.4')", True),
    ],
)
def test_address_functions_answer_as_gos(expression: str, answer: bool) -> None:
    filters = list_of(f"has(process_exec.process) && ({expression})")
    assert filters.accepted, filters.errors
    assert (filters.first_match(EXEC) == 0) is answer


def test_an_error_hides_the_expressions_after_it() -> None:
    assert (
        list_of("process_kprobe.args[5].int_arg == 1", "process_kprobe.function_name != ''").first_match(CONNECT)
        is None
    )
    assert (
        list_of("process_kprobe.function_name != ''", "process_kprobe.args[5].int_arg == 1").first_match(CONNECT) == 0
    )


def test_an_expression_is_evaluated_only_for_the_kinds_it_mentions() -> None:
    assert list_of("true").first_match(EXEC) is None
    assert list_of("'process_exec' != 'x'").first_match(EXEC) is None
    assert list_of("!(process_exec.process.pid == 1u)").first_match(CONNECT) is None
    assert list_of("process_kprobe.args[9].int_arg == 1", "process_exec.process.pid == 7u").first_match(EXEC) == 0


@pytest.mark.parametrize(
    ("field", "since"),
    [("process_exec.process.environment_variables.size() == 0", "1.7"), ("process_exec.process.pod.uid == ''", "1.6"),
     ("process_kprobe.args.exists(a, has(a.sockaddr_arg))", "1.4"), ("process_usdt.name == ''", "1.6"),
     ("process_loader.parent.binary == ''", "1.7"), ("process_uprobe.offset == 0u", "1.5"),
     ("process_kprobe.args.exists(a, has(a.sockaddrun_arg))", "1.7")],
)  # fmt: skip
def test_younger_fields_are_build_errors_before_their_version(field: str, since: str) -> None:
    for minor in range(4, 8):
        filters = read(f'{{"cel_expression":["{field}"]}}', Version(1, minor))
        assert filters.accepted is (Version(1, minor) >= Version.parse(since)), (field, minor)


@pytest.mark.parametrize(("name", "number"), [("BPF_PROG_ATTACH", 8), ("BPF_TOKEN_CREATE", 36), ("BPF_NOT_YET", 0)])
def test_bpf_commands_are_read_by_name_and_an_unknown_name_loses_nothing_else(name: str, number: int) -> None:
    event = {"process_kprobe": {"args": [{"bpf_cmd_arg": name}], "policy_name": "p", "process": {"pid": 3}}}
    expression = f"process_kprobe.args[0].bpf_cmd_arg == {number} && process_kprobe.process.pid == 3u"
    assert list_of(expression).first_match(event) == 0


@pytest.mark.parametrize(
    ("inner", "on_1_4", "later"),
    [("10.9.0.0/16", False, True), ("10.0.0.0/16", True, True), ("10.1.2.3/8", False, True),
     ("0.0.0.0/0", False, False), ("::/16", False, False)],
)  # fmt: skip
def test_contains_cidr_needs_the_same_address_on_1_4(inner: str, on_1_4: bool, later: bool) -> None:
    expression = f"cidr('10.0.0.0/8').containsCIDR('{inner}') && has(process_exec.process)"
    matches = [list_of(expression, version=version).first_match(EXEC) == 0 for version in ("1.4.0", "1.5.0", "1.7.0")]
    assert matches == [on_1_4, later, later]


def test_quoted_identifiers_are_refused() -> None:
    assert [error.stage for error in list_of("process_exec.`process`.pid == 5u").errors] == ["build"]
    assert list_of("process_exec.process.arguments == '`id`'").accepted


def test_an_argument_that_could_not_be_read_carries_its_error() -> None:
    event = {"process_kprobe": {"args": [{"int_arg": 1}, {"error_arg": {"Message": "failed to resolve"}}]}}
    expression = "process_kprobe.args.exists(a, has(a.error_arg) && a.error_arg.Message.contains('resolve'))"
    assert list_of(expression).first_match(event) == 0
