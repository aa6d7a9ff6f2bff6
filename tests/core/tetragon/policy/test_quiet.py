"""A policy made quieter: none of the chosen calls is reported, all others are, every byte of the file stays."""

from __future__ import annotations

import difflib
import gzip
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.tetragon.policy.check_policy import check_policy
from tetratui.core.tetragon.policy.edit import quote_yaml
from tetratui.core.tetragon.policy.evaluate import evaluate_hook
from tetratui.core.tetragon.policy.hook_event import read_hook_event
from tetratui.core.tetragon.policy.load_checks import LoadingAgent
from tetratui.core.tetragon.policy.network_policy import NetworkPolicy
from tetratui.core.tetragon.policy.policy import Policy
from tetratui.core.tetragon.policy.quiet import Call, QuietPolicy, quieten_policy, reports_call

DATA = Path(__file__).parents[3] / "data"
AGENT = LoadingAgent()


def _policy(text: str) -> Policy:
    checked = check_policy(text.encode(), AGENT)
    assert checked.loads, checked.errors
    assert checked.policy is not None
    return checked.policy


def _calls(lines: Sequence[bytes]) -> list[Call]:
    events = [read_hook_event(orjson.loads(line)) for line in lines]
    return [Call(row, event, lambda: ((), False)) for row, event in enumerate(events) if event is not None]


def _reported(policy: Policy, calls: Sequence[Call]) -> set[int]:
    return {
        call.row
        for call in calls
        for hook in policy.hooks
        if hook.call == call.event.call and reports_call(hook, evaluate_hook(hook, policy, call.event, call.ancestors))
    }


def _only_added(before: str, after: str) -> bool:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return all(tag in ("equal", "insert") for tag, *_ in matcher.get_opcodes())


NETWORK = NetworkPolicy().yaml().decode()
CONNECTIONS = _calls(gzip.decompress((DATA / "captures" / "server.log.gz").read_bytes()).splitlines())


def _check_result(text: str, result: QuietPolicy, calls: Sequence[Call], chosen: set[int]) -> None:
    before, after = _reported(_policy(text), calls), _reported(_policy(result.text), calls)
    refused = sum(refusal.calls for refusal in result.refusals)
    assert after - chosen == before - chosen
    assert len(after & chosen) == refused
    assert _only_added(text, result.text)
    assert result.changes or result.text == text


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_random_marks_on_a_capture(data: st.DataObject) -> None:
    events = {(call.event.process.get("binary"), str(call.event.arguments)): call for call in CONNECTIONS}
    calls = list(events.values())
    chosen = data.draw(st.sets(st.sampled_from([call.row for call in calls]), min_size=1, max_size=8))
    marked, others = [c for c in calls if c.row in chosen], [c for c in calls if c.row not in chosen]
    result = quieten_policy(NETWORK, _policy(NETWORK), marked, others, AGENT)
    _check_result(NETWORK, result, calls, chosen)


def _connect(binary: str, address: str, port: int = 443) -> bytes:
    sock = {"family": "AF_INET", "protocol": "IPPROTO_TCP", "daddr": address, "dport": port}
    body = {"process": {"binary": binary}, "function_name": "tcp_connect", "args": [{"sock_arg": sock}]}
    return orjson.dumps({"process_kprobe": body})


PLAIN = """\
# who talks to whom
apiVersion: cilium.io/v1alpha1
kind: TracingPolicy
metadata:
  name: connections # ours
spec:
  kprobes:
  - call: tcp_connect
    syscall: false
    args:
    - index: 0
      type: sock
    # tried in order
    selectors:
    - matchArgs:
      - index: 0
        operator: NotDAddr
        values:
        - "127.0.0.0/8" # loopback
        - "::1"

    # the next policy goes here
"""


FLOW = """\
    args: [{index: 0, type: sock}]
    selectors: [{matchArgs: [{index: 0, operator: NotDAddr, values: ["::1"]}]}]
"""


def _quieten(text: str, events: Sequence[bytes], chosen: set[int]) -> QuietPolicy:
    calls = _calls(events)
    result = quieten_policy(
        text, _policy(text), [c for c in calls if c.row in chosen], [c for c in calls if c.row not in chosen], AGENT
    )
    _check_result(text, result, calls, chosen)
    return result


def test_destination_joins_the_list_that_is_there() -> None:
    events = [_connect("/usr/bin/curl", "192.0.2.7"), _connect("/usr/bin/curl", "192.0.2.8")]
    result = _quieten(PLAIN, events, {0})
    assert '        - "::1"\n        - "192.0.2.7"\n' in result.text
    assert result.changes[0].explanation == "leaves out calls to 192.0.2.7"


def test_program_is_left_out_where_it_is_the_shorter_way() -> None:
    events = [
        *(_connect("/usr/bin/curl", f"192.0.2.{n}", n) for n in range(1, 9)),
        _connect("/usr/bin/wget", "192.0.2.3"),
    ]
    result = _quieten(PLAIN, events, set(range(8)))
    expected = '      matchBinaries:\n      - operator: "NotIn"\n        values:\n        - "/usr/bin/curl"'
    assert expected in result.text.replace("    - operator", "    - operator")


def test_pair_of_program_and_destination_gets_a_selector_that_does_not_report() -> None:
    events = [
        _connect("/usr/bin/curl", "192.0.2.7"),
        _connect("/usr/bin/curl", "192.0.2.8"),
        _connect("/usr/bin/wget", "192.0.2.7"),
    ]
    result = _quieten(PLAIN, events, {0})
    selectors = yaml.safe_load(result.text)["spec"]["kprobes"][0]["selectors"]
    assert [selector.get("matchActions") for selector in selectors] == [[{"action": "NoPost"}], None]
    assert selectors[0]["matchBinaries"] == [{"operator": "In", "values": ["/usr/bin/curl"]}]


def test_calls_that_cannot_be_told_apart_are_refused() -> None:
    events = [_connect("/usr/bin/curl", "192.0.2.7"), _connect("/usr/bin/curl", "192.0.2.7")]
    result = _quieten(PLAIN, events, {0})
    assert result.text == PLAIN
    assert "no program, destination, port or path" in result.refusals[0].reason


def test_what_is_blocked_goes_on_being_blocked_and_reported() -> None:
    text = PLAIN.replace("    - matchArgs:", "    - matchActions:\n      - action: Sigkill\n      matchArgs:")
    result = _quieten(text, [_connect("/usr/bin/curl", "192.0.2.7")], {0})
    assert result.text == text
    assert "blocks" in result.refusals[0].reason


def test_script_is_not_named_as_a_program() -> None:
    events = [*(_connect("/opt/backup.sh", f"192.0.2.{n}") for n in range(3)), _connect("/usr/bin/curl", "192.0.2.1")]
    result = _quieten(PLAIN, events, {0, 1, 2})
    assert "/opt/backup.sh" not in result.text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("flow", [False, True])
def test_style_of_the_file_is_kept(newline: str, flow: bool) -> None:
    text = PLAIN
    if flow:
        head, _, _ = text.partition("    args:")
        text = head + FLOW
    text = text.replace("\n", newline)
    events = [_connect("/usr/bin/curl", "192.0.2.7"), _connect("/usr/bin/curl", "192.0.2.8")]
    result = _quieten(text, events, {0})
    assert result.changes
    assert result.text.count("\n") == result.text.count(newline)


def test_hook_without_selectors_gets_one() -> None:
    text = PLAIN.partition("    # tried")[0]
    events = [_connect("/usr/bin/curl", "192.0.2.7"), _connect("/usr/bin/curl", "192.0.2.8")]
    result = _quieten(text, events, {0})
    assert "selectors:" in result.text


@given(st.text())
def test_any_text_in_quotes_is_read_back(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert yaml.safe_load(quote_yaml(text)) == text
    assert all(character.isprintable() for character in quote_yaml(text))


def test_other_hooks_of_the_policy_stay_as_they_are() -> None:
    events = [_connect("/usr/bin/curl", "192.0.2.7"), _connect("/usr/bin/wget", "192.0.2.8")]
    result = _quieten(NETWORK, events, {0})
    assert [change.call for change in result.changes] == ["tcp_connect"]
