"""What the generated rules silence is what the exclusion means, event for event, on real lines and in both modes."""

from __future__ import annotations

import gzip
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import orjson
import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events.kinds import KIND_OF_KEY, Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern, SocketMatch
from tetratui.core.wazuh.engine.formats.agent_reader import reserialised
from tetratui.core.wazuh.engine.load.api_check import api_refuses
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.write.rule_file import RuleFile, Suppressed, rule_file

DATA = Path(__file__).parents[3] / "data" / "export"
ODD = DATA / "odd.log"
"""Lines made to be mistaken: keys inside texts, inside labels, out of order; an empty text; another socket's ports."""
HOST = ("server01",)


@cache
def lines() -> list[bytes]:
    return gzip.decompress((DATA / "varied.log.gz").read_bytes()).split(b"\n")[:-1] + ODD.read_bytes().split(b"\n")[:-1]


@cache
def events() -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in lines()]


def any_of(patterns: tuple[Pattern, ...], text: str) -> bool:
    return not patterns or any(re2.search(pattern.to_re2(), text) for pattern in patterns)


def meant(exclusion: Exclusion, event: dict[str, Any]) -> bool:
    """Say what the exclusion means for one event, from its definition and Tetragon's rules for absent texts."""
    key = next((name for name in event if name in KIND_OF_KEY), "")
    if not key or KIND_OF_KEY[key] not in exclusion.kinds:
        return False
    body = event[key]
    process, parent = body.get("process", {}), body.get("parent")
    if (exclusion.parent_binary or exclusion.parent_arguments) and parent is None:
        return False
    return (
        any_of(exclusion.binary, process.get("binary", ""))
        and any_of(exclusion.arguments, process.get("arguments", ""))
        and any_of(exclusion.parent_binary, (parent or {}).get("binary", ""))
        and any_of(exclusion.parent_arguments, (parent or {}).get("arguments", ""))
        and (not exclusion.policies or body.get("policy_name") in exclusion.policies)
        and (not exclusion.functions or function_of(key, body) in exclusion.functions)
        and (exclusion.socket is None or any(reached(exclusion.socket, one) for one in arguments_of(key, body)))
    )


def function_of(key: str, body: dict[str, Any]) -> str:
    if key == "process_tracepoint":
        return f"{body.get('subsys', '')}/{body.get('event', '')}"
    return str(body.get({"process_uprobe": "symbol", "process_usdt": "name"}.get(key, "function_name"), ""))


def arguments_of(key: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    returned = [body["return"]] if key == "process_kprobe" and "return" in body else []
    return [*body.get("args", ()), *returned]


def reached(socket: SocketMatch, argument: dict[str, Any]) -> bool:
    holder = next((name for name in ("sock_arg", "skb_arg", "sockaddr_arg") if name in argument), "")
    if not holder:
        return False
    address_key, port_key = ("addr", "port") if holder == "sockaddr_arg" else ("daddr", "dport")
    networks = [ip_network(network) for network in socket.networks]
    address = argument[holder].get(address_key, "")
    inside = not networks or (address and any(ip_address(address) in network for network in networks))
    return bool(inside) and (not socket.ports or argument[holder].get(port_key, 0) in socket.ports)


@cache
def sent_lines() -> list[bytes]:
    sent = [reserialised(line) for line in lines()]
    assert None not in sent
    return [line for line in sent if line is not None]


def suppressed_rows(file: RuleFile) -> set[int]:
    session = Ruleset.of({"0011-tetratui.xml": file.data}).session()
    return {row for row, line in enumerate(sent_lines()) if session.match(line).rule in file.suppression_rules}


def meant_rows(exclusion: Exclusion) -> set[int]:
    return {row for row, event in enumerate(events()) if meant(exclusion, event)}


def suppression_rule(exclusion: Exclusion, mode: str) -> RuleFile:
    file = rule_file([Suppressed(exclusion, HOST, "a test")], mode)  # type: ignore[arg-type]
    assert file.refused == {}
    return file


def texts(*found: str) -> tuple[Pattern, ...]:
    return tuple(Pattern.exactly(text) for text in found)


NUMBER = Pattern((Literal("-c "), Chars("0-9"), Literal(" -t "), Chars("^ ")))
PROCESSES = (Kind.EXEC, Kind.EXIT)
MEANINGS = {
    "a binary": Exclusion(PROCESSES, binary=texts("/usr/bin/date")),
    "no arguments": Exclusion(PROCESSES, arguments=texts("")),
    "no arguments or some": Exclusion(PROCESSES, binary=texts("/usr/bin/date"), arguments=texts("", "+%s")),
    "a parent without arguments": Exclusion(PROCESSES, parent_arguments=texts("")),
    "both without arguments": Exclusion(PROCESSES, arguments=texts(""), parent_arguments=texts("")),
    "no binary": Exclusion((Kind.EXIT,), binary=texts("")),
    "any digits, none too": Exclusion(PROCESSES, arguments=(Pattern((Chars("0-9", 0),)),)),
    "a caller": Exclusion(PROCESSES, parent_binary=texts("/usr/local/bin/metrics-agent.sh")),
    "a policy": Exclusion((Kind.KPROBE, Kind.EXEC), policies=("connect-only-local-addrs",)),
    "a probe": Exclusion((Kind.UPROBE, Kind.TRACEPOINT), functions=("main", "sched/sched_process_exec", "sched/none")),
    "a function": Exclusion((Kind.KPROBE, Kind.LSM), functions=("tcp_connect", "security_file_open")),
    "a network": Exclusion((Kind.KPROBE,), socket=SocketMatch(("203.0.113.0/24", "10.0.0.0/8"))),
    "a port": Exclusion((Kind.KPROBE,), socket=SocketMatch((), (9100, 0))),
    "an address and port": Exclusion((Kind.KPROBE,), socket=SocketMatch(("203.0.113.10/32",), (9100,))),
    "a port of every hook": Exclusion((Kind.KPROBE, Kind.LSM, Kind.EXEC), socket=SocketMatch((), (9100,))),
    "a mapped address": Exclusion((Kind.LSM,), socket=SocketMatch(("::ffff:203.0.113.10/128",))),
    "every kind": Exclusion(tuple(set(Kind) - {Kind.UNKNOWN}), binary=(Pattern((Literal("/usr/"), Chars("^ "))),)),
}


@pytest.mark.parametrize("mode", ["standalone", "overlay"])
@pytest.mark.parametrize("name", MEANINGS)
def test_rules_silence_exactly_what_the_exclusion_means(name: str, mode: str) -> None:
    expected = meant_rows(MEANINGS[name])
    assert expected, "a case without events shows nothing"
    assert suppressed_rows(suppression_rule(MEANINGS[name], mode)) == expected


def test_another_host_of_the_same_manager_stays_visible() -> None:
    exclusion = MEANINGS["a binary"]
    file = rule_file([Suppressed(exclusion, ("server02",), "a test")], "standalone")
    assert suppressed_rows(file) == set()
    everywhere = rule_file([Suppressed(exclusion, None, "a test")], "standalone")
    assert suppressed_rows(everywhere) == meant_rows(exclusion)


def test_without_a_known_host_no_rule_is_written() -> None:
    file = rule_file([Suppressed(MEANINGS["a binary"], (), "a test")], "standalone")
    assert list(file.refused) == [0]
    assert "host" in file.refused[0]


def test_a_text_too_long_for_wazuh_gets_no_rule_and_the_others_do() -> None:
    too_long = Exclusion(PROCESSES, arguments=texts("x" * 20_500))
    file = rule_file([Suppressed(too_long, HOST, "a"), Suppressed(MEANINGS["a binary"], HOST, "b")], "standalone")
    assert list(file.refused) == [0]
    assert suppressed_rows(file) == meant_rows(MEANINGS["a binary"])


def test_many_values_become_several_rules_within_the_limits() -> None:
    values = [event["process_exec"]["process"].get("arguments", "") for event in events() if "process_exec" in event]
    many = Exclusion(
        (Kind.EXEC,), arguments=texts(*sorted({text for text in values if text}), *map(str, range(10_000, 13_600)))
    )
    file = suppression_rule(many, "standalone")
    assert len(file.suppression_rules) > 1
    assert suppressed_rows(file) == meant_rows(many)


@st.composite
def exclusions(draw: st.DrawFn) -> Exclusion:
    def some(key: str, block: str) -> tuple[Pattern, ...]:
        known = sorted({pattern_text(event, block, key) for event in events()})
        chosen = draw(st.lists(st.sampled_from(known), max_size=3, unique=True))
        return tuple(generalised(text) if draw(st.booleans()) else Pattern.exactly(text) for text in chosen)

    kinds = draw(st.lists(st.sampled_from([kind for kind in Kind if kind.json_key]), min_size=1, unique=True))
    kinds += [Kind.EXEC] if not {Kind.EXEC, Kind.EXIT, Kind.KPROBE} & set(kinds) else []
    fields = (some("binary", "process"), some("arguments", "process"), some("binary", "parent"))
    return Exclusion(tuple(kinds), *fields, parent_arguments=some("arguments", "parent"))


def pattern_text(event: dict[str, Any], block: str, key: str) -> str:
    body = next(value for value in event.values() if isinstance(value, dict))
    return str(body.get(block, {}).get(key, ""))


def generalised(text: str) -> Pattern:
    """Leave the first and last word, and let anything without blanks stand between them."""
    words = text.split(" ")
    if len(words) < 3:
        return Pattern.exactly(text)
    return Pattern((Literal(words[0] + " "), *([Chars("^ "), Literal(" ")] * (len(words) - 2)), Literal(words[-1])))


@settings(max_examples=15, deadline=None)
@given(exclusions(), st.sampled_from(["standalone", "overlay"]))
def test_any_exclusion_is_silenced_exactly_and_both_readers_take_its_file(exclusion: Exclusion, mode: str) -> None:
    file = suppression_rule(exclusion, mode)
    loaded = Ruleset.of({"0011-tetratui.xml": file.data}, beside_stock=True)
    assert (loaded.loads, loaded.errors, loaded.warnings, loaded.unknown) == (True, [], [], [])
    assert api_refuses(file.data) is None
    assert suppressed_rows(file) == meant_rows(exclusion)


ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_hostile_texts_neither_break_the_file_nor_silence_anything_else(text: str, other: str, words: str) -> None:
    exclusion = Exclusion((Kind.EXEC,), arguments=texts(text, "x"))
    file = rule_file([Suppressed(exclusion, (text or "host",), words)], "standalone")
    loaded = Ruleset.of({"0011-tetratui.xml": file.data}, beside_stock=True)
    assert (loaded.loads, loaded.errors, loaded.warnings) == (True, [], [])
    assert api_refuses(file.data) is None
    session = loaded.session()
    for value in {text, other}:
        process = {"exec_id": "c2VydmVyMDE6MTow", "arguments": value}
        line = orjson.dumps({"process_exec": {"process": process}, "node_name": text or "host"})
        suppressed = session.match(reserialised(line) or b"").rule in file.suppression_rules
        assert suppressed == (value in {text, "x"})
