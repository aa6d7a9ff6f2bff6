"""Selectors tried on calls: three answers, as far as the event tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tetratui.core.tetragon.format.versions import LATEST, OLDEST, Version
from tetratui.core.tetragon.policy.check_policy import check_policy
from tetratui.core.tetragon.policy.evaluate import Truth, compare_binary, evaluate_hook
from tetratui.core.tetragon.policy.hook_event import conclude_calls, read_hook_event
from tetratui.core.tetragon.policy.load_checks import LoadingAgent


def _try(
    filters: str,
    event: dict[str, Any],
    args: str = "{index: 0, type: sock}",
    version: Version = LATEST,
    spec: str = "",
    ancestors: tuple[Sequence[str], bool] = ((), False),
) -> Truth:
    text = f"""
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {{name: p}}
spec:
  {spec}
  kprobes:
  - call: tcp_connect
    syscall: false
    args: [{args}]
    selectors: [{filters}]
"""
    checked = check_policy(text.encode(), LoadingAgent(version=version))
    assert checked.loads, checked.errors
    policy = checked.policy
    assert policy is not None
    call = read_hook_event(event)
    assert call is not None
    return evaluate_hook(policy.hooks[0], policy, call, lambda: ancestors, version).matched


def _connect(daddr: str, dport: int = 443, *, family: str = "AF_INET", **process: Any) -> dict[str, Any]:
    sock = {"family": family, "protocol": "IPPROTO_TCP", "daddr": daddr, "dport": dport, "state": "TCP_SYN_SENT"}
    body = {
        "process": {"binary": "/usr/bin/curl", "pid": 7, **process},
        "function_name": "tcp_connect",
        "args": [{"sock_arg": sock}],
    }
    return {"process_kprobe": body}


def _match_args(operator: str, *values: str, index: int = 0) -> str:
    quoted = ", ".join(f'"{value}"' for value in values)
    return f"{{matchArgs: [{{index: {index}, operator: {operator}, values: [{quoted}]}}]}}"


@pytest.mark.parametrize(
    ("operator", "values", "daddr", "family", "matched"),
    [
        ("DAddr", ["10.0.0.0/8"], "10.1.2.3", "AF_INET", True),
        ("DAddr", ["10.0.0.0/8"], "11.1.2.3", "AF_INET", False),
        ("NotDAddr", ["10.0.0.0/8"], "11.1.2.3", "AF_INET", True),
        ("NotDAddr", ["10.0.0.0/8"], "::1", "AF_INET6", True),
        ("DAddr", ["10.0.0.0/8"], "::1", "AF_INET6", False),
        ("DAddr", ["::ffff:10.0.0.0/104"], "::ffff:10.1.2.3", "AF_INET6", True),
        # Up to 1.6 the same address is printed without its prefix.
        ("DAddr", ["::ffff:10.0.0.0/104"], "10.1.2.3", "AF_INET6", True),
        ("DAddr", ["10.0.0.0/8"], "<nil>", "AF_INET", None),
        ("DPort", ["443"], "10.1.2.3", "AF_INET", True),
        ("DPort", ["1:442", "444:9000"], "10.1.2.3", "AF_INET", False),
        ("NotDPortPriv", [], "10.1.2.3", "AF_INET", False),
        ("Protocol", ["IPPROTO_TCP"], "10.1.2.3", "AF_INET", True),
        ("Protocol", ["17"], "10.1.2.3", "AF_INET", False),
        ("Family", ["AF_INET6"], "10.1.2.3", "AF_INET", False),
        ("State", ["TCP_SYN_SENT"], "10.1.2.3", "AF_INET", True),
    ],
)
def test_socket_filters(operator: str, values: list[str], daddr: str, family: str, matched: Truth) -> None:
    assert _try(_match_args(operator, *values), _connect(daddr, family=family)) is matched


def test_first_versions_match_no_ipv6_socket_on_ipv4_networks() -> None:
    filters = _match_args("NotDAddr", "10.0.0.0/8")
    assert _try(filters, _connect("::1", family="AF_INET6"), version=OLDEST) is False


@pytest.mark.parametrize(
    ("operator", "value", "binary", "matched"),
    [
        ("In", "/usr/bin/curl", "/usr/bin/curl", True),
        ("In", "/usr/bin/bash", "/bin/bash", True),
        ("In", "/usr/bin/python3.11", "/usr/bin/python3", None),
        ("In", "/usr/bin/bash", "/opt/backup.sh", None),
        ("In", "/usr/bin/curl", "/usr/bin/wget", False),
        ("Prefix", "/opt/", "/opt/agent/bin/agent", True),
        ("Prefix", "/opt/", "/usr/bin/curl", False),
        ("Prefix", "/usr/bin/", "/home/me/link", None),
        ("Postfix", "/curl", "/usr/bin/curl", True),
    ],
)
def test_program_is_compared_by_its_resolved_path(operator: str, value: str, binary: str, matched: Truth) -> None:
    assert compare_binary(operator, value, binary) is matched


def test_selectors_are_tried_in_order() -> None:
    quiet = '{matchBinaries: [{operator: In, values: ["/usr/bin/curl"]}], matchActions: [{action: NoPost}]}'
    event = read_hook_event(_connect("192.0.2.1"))
    text = f"""
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata: {{name: p}}
spec:
  kprobes:
  - call: tcp_connect
    syscall: false
    args: [{{index: 0, type: sock}}]
    selectors: [{quiet}, {_match_args("DPort", "443")}]
"""
    policy = check_policy(text.encode(), LoadingAgent()).policy
    assert policy is not None
    assert event is not None
    outcome = evaluate_hook(policy.hooks[0], policy, event, lambda: ((), False))
    assert (outcome.selector, outcome.matched) == (0, True)
    assert not policy.hooks[0].selectors[0].reports


@pytest.mark.parametrize(
    ("ancestors", "matched"),
    [((["/usr/sbin/nginx"], False), True), ((["/usr/bin/bash"], True), False), ((["/usr/bin/bash"], False), None)],
)
def test_descendants_are_followed_as_far_as_the_events_tell(
    ancestors: tuple[Sequence[str], bool], matched: Truth
) -> None:
    filters = '{matchBinaries: [{operator: In, values: ["/usr/sbin/nginx"], followChildren: true}]}'
    assert _try(filters, _connect("192.0.2.1"), ancestors=ancestors) is matched


@pytest.mark.parametrize(
    ("process", "matched"),
    [
        ({}, False),
        ({"docker": "a" * 31}, None),
        ({"pod": {"namespace": "shop", "pod_labels": {"app": "web"}}}, True),
        ({"pod": {"namespace": "shop", "pod_labels": {"app": "db"}}}, False),
    ],
)
def test_pod_selector(process: dict[str, Any], matched: Truth) -> None:
    spec = "podSelector: {matchLabels: {app: web}}"
    assert _try(_match_args("DPort", "443"), _connect("192.0.2.1", **process), spec=spec) is matched


def test_what_events_do_not_hold_is_unknown() -> None:
    event = _connect("192.0.2.1")
    namespace = '{matchNamespaces: [{namespace: Mnt, operator: NotIn, values: ["host_ns"]}]}'
    assert _try(namespace, event) is None
    second = '{matchArgs: [{index: 2, operator: GT, values: ["5"]}]}'
    assert _try(second, event, args="{index: 0, type: sock}, {index: 2, type: int}") is None


def test_started_program_passed_the_check_of_its_caller() -> None:
    event = {
        "process_exec": {
            "process": {"binary": "/tmp/x", "flags": "execve clone"},
            "parent": {"binary": "/usr/bin/bash"},
        }
    }
    calls = conclude_calls(event)
    assert {call.call for call in calls} >= {"security_bprm_check"}
    assert calls[0].process["binary"] == "/usr/bin/bash"
    assert calls[0].arguments[0].text == "/tmp/x"
    event["process_exec"]["process"]["flags"] = "procFS"
    assert conclude_calls(event) == []
