"""Suppression rules silence what the exclusion means, event for event, on real lines and in both modes."""

from __future__ import annotations

import gzip
from dataclasses import replace
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
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.load.api_check import api_refuses
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.write.rule_file import RuleFile, Suppression, Threat, write_rule_file

DATA = Path(__file__).parents[3] / "data" / "export"
DOCKER = DATA.parent / "captures" / "docker.log.gz"
ODD = DATA / "odd.log"
"""Misleading lines: keys inside texts, inside labels, out of order; an empty text; another socket's ports."""
HOST = ("server01",)
PLACES = {
    "binary": ("process", "binary"),
    "arguments": ("process", "arguments"),
    "parent_binary": ("parent", "binary"),
    "parent_arguments": ("parent", "arguments"),
}


@cache
def lines() -> list[bytes]:
    varied = gzip.decompress((DATA / "varied.log.gz").read_bytes())
    docker = gzip.decompress(DOCKER.read_bytes()).replace(b'"node_name":"tlab"', b'"node_name":"server01"')
    return [*b"".join((varied, ODD.read_bytes(), docker)).split(b"\n")[:-1], *map(orjson.dumps, container_events())]


def container_events() -> list[dict[str, Any]]:
    """Return events of processes that are, or only seem to be, in a container."""
    pod = {"namespace": "n", "name": "p", "pod_labels": {"docker": "x"}, "container": {"id": "docker://1", "name": "c"}}
    blocks: list[dict[str, Any]] = [
        {"binary": "/usr/bin/date", "docker": "b56d59ecdf5c904691b87c16b1abe5d"},
        {"binary": "/usr/bin/date", "pod": pod, "docker": "b56d59ecdf5c904691b87c16b1abe5d"},
        {"binary": "/usr/bin/date", "pod": pod},
        {"binary": "/usr/bin/date", "docker": ""},
        {"binary": "/usr/bin/date", "arguments": '"docker":"x"'},
        {"binary": "/usr/bin/date", "arguments": "docker", "docker": "not-hex"},
    ]
    parent = {"exec_id": "Yg==", "binary": "/bin/sh", "docker": "b56d59ecdf5c904691b87c16b1abe5d"}
    result = []
    for number, block in enumerate(blocks):
        process = {"exec_id": f"YQ{number}=", "pid": number + 1, **block}
        body = {"process": process, **({"parent": parent} if number % 2 else {})}
        result.append({"process_exec": body, "node_name": "server01", "time": f"2026-11-23T19:12:0{number}Z"})
    return result


@cache
def events() -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in lines()]


def pattern_text(event: dict[str, Any], block: str, key: str) -> str:
    body = next(value for value in event.values() if isinstance(value, dict))
    return str(body.get(block, {}).get(key, ""))


def any_of(patterns: tuple[Pattern, ...], text: str) -> bool:
    return not patterns or any(re2.search(pattern.to_re2(), text) for pattern in patterns)


def means(exclusion: Exclusion, event: dict[str, Any]) -> bool:
    """Return whether an exclusion includes an event, by its definition and Tetragon's rules for absent texts."""
    key = next((name for name in event if name in KIND_OF_KEY), "")
    if not key or KIND_OF_KEY[key] not in exclusion.kinds:
        return False
    body = event[key]
    process, parent = body.get("process", {}), body.get("parent")
    if (exclusion.parent_binary or exclusion.parent_arguments) and parent is None:
        return False
    if exclusion.in_container is not None and exclusion.in_container is not bool(process.get("docker")):
        return False
    return (
        any_of(exclusion.binary, process.get("binary", ""))
        and any_of(exclusion.arguments, process.get("arguments", ""))
        and any_of(exclusion.parent_binary, (parent or {}).get("binary", ""))
        and any_of(exclusion.parent_arguments, (parent or {}).get("arguments", ""))
        and (not exclusion.policies or body.get("policy_name") in exclusion.policies)
        and (not exclusion.functions or function_of(key, body) in exclusion.functions)
        and (
            exclusion.socket is None or any(reaches(argument, exclusion.socket) for argument in arguments_of(key, body))
        )
    )


def function_of(key: str, body: dict[str, Any]) -> str:
    if key == "process_tracepoint":
        return f"{body.get('subsys', '')}/{body.get('event', '')}"
    return str(body.get({"process_uprobe": "symbol", "process_usdt": "name"}.get(key, "function_name"), ""))


def arguments_of(key: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    returned = [body["return"]] if key == "process_kprobe" and "return" in body else []
    return [*body.get("args", ()), *returned]


def reaches(argument: dict[str, Any], socket: SocketMatch) -> bool:
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
    sent = [reserialise(line) for line in lines()]
    assert None not in sent
    return [line for line in sent if line is not None]


def suppressed_rows(file: RuleFile) -> set[int]:
    session = Ruleset.of({"0011-tetratui.xml": file.data}).session()
    return {row for row, line in enumerate(sent_lines()) if session.match(line).rule in file.suppression_rules}


def included_rows(exclusion: Exclusion) -> set[int]:
    return {row for row, event in enumerate(events()) if means(exclusion, event)}


def write_one(exclusion: Exclusion, mode: str) -> RuleFile:
    file = write_rule_file([Suppression(exclusion, HOST, "a test")], mode)  # type: ignore[arg-type]
    assert file.refusals == {}
    return file


def texts(*values: str) -> tuple[Pattern, ...]:
    return tuple(Pattern.exactly(text) for text in values)


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
    "in a container": Exclusion(PROCESSES, in_container=True),
    "in no container": Exclusion(PROCESSES, in_container=False),
    "a binary in a container": Exclusion(PROCESSES, binary=texts("/bin/sh"), in_container=True),
    "a binary in no container": Exclusion(PROCESSES, binary=texts("/usr/bin/date"), in_container=False),
    "no arguments in no container": Exclusion(PROCESSES, arguments=texts(""), in_container=False),
    "a hook in a container": Exclusion((Kind.KPROBE,), binary=texts("/proc/self/exe"), in_container=True),
    "every kind": Exclusion(tuple(set(Kind) - {Kind.UNKNOWN}), binary=(Pattern((Literal("/usr/"), Chars("^ "))),)),
}


@pytest.mark.parametrize("mode", ["standalone", "overlay"])
@pytest.mark.parametrize("name", MEANINGS)
def test_rules_silence_exactly_what_the_exclusion_means(name: str, mode: str) -> None:
    expected = included_rows(MEANINGS[name])
    assert expected, "a case without events shows nothing"
    assert suppressed_rows(write_one(MEANINGS[name], mode)) == expected


def test_another_host_of_the_same_manager_stays_visible() -> None:
    exclusion = MEANINGS["a binary"]
    file = write_rule_file([Suppression(exclusion, ("server02",), "a test")], "standalone")
    assert suppressed_rows(file) == set()
    everywhere = write_rule_file([Suppression(exclusion, None, "a test")], "standalone")
    assert suppressed_rows(everywhere) == included_rows(exclusion)


def test_without_a_known_host_no_rule_is_written() -> None:
    file = write_rule_file([Suppression(MEANINGS["a binary"], (), "a test")], "standalone")
    assert list(file.refusals) == [0]
    assert "host" in file.refusals[0]


def test_an_exclusion_with_a_text_too_long_for_wazuh_gets_no_rule_and_the_others_do() -> None:
    too_long = Exclusion(PROCESSES, arguments=texts("x" * 20_500))
    file = write_rule_file(
        [Suppression(too_long, HOST, "a"), Suppression(MEANINGS["a binary"], HOST, "b")], "standalone"
    )
    assert list(file.refusals) == [0]
    assert suppressed_rows(file) == included_rows(MEANINGS["a binary"])


def test_one_value_too_long_costs_only_itself_and_is_named() -> None:
    long = "y" * 25_000
    meaning = MEANINGS["a binary"]
    for field in ("binary", "arguments", "parent_binary", "parent_arguments"):
        known = sorted({pattern_text(event, *PLACES[field]) for event in events()} - {""})
        within = replace(meaning, **{field: texts(*known[:3])})
        with_long = replace(meaning, **{field: texts(*known[:3], long)})
        file = write_rule_file([Suppression(with_long, HOST, "a")], "standalone")
        assert (file.refusals, len(file.too_long[0])) == ({}, 1)
        assert "25,000 characters" in file.too_long[0][0]
        assert suppressed_rows(file) == included_rows(within)


def test_a_threat_alerts_on_the_rest_of_its_values() -> None:
    threat = Exclusion((Kind.EXEC,), arguments=texts("-i", "z" * 25_000))
    file = write_rule_file([], "standalone", threats=[Threat(threat, "t")])
    assert (file.threat_refusals, list(file.threats.values())) == ({}, [0])
    assert list(file.threats_too_long) == [0]


def test_many_values_become_several_rules_within_the_limits() -> None:
    values = [event["process_exec"]["process"].get("arguments", "") for event in events() if "process_exec" in event]
    many = Exclusion(
        (Kind.EXEC,), arguments=texts(*sorted({text for text in values if text}), *map(str, range(10_000, 13_600)))
    )
    file = write_one(many, "standalone")
    assert len(file.suppression_rules) > 1
    assert suppressed_rows(file) == included_rows(many)


@st.composite
def exclusions(draw: st.DrawFn) -> Exclusion:
    def some(key: str, block: str) -> tuple[Pattern, ...]:
        known = sorted({escape_pattern(event, block, key) for event in events()})
        chosen = draw(st.lists(st.sampled_from(known), max_size=3, unique=True))
        return tuple(generalised(text) if draw(st.booleans()) else Pattern.exactly(text) for text in chosen)

    kinds = draw(st.lists(st.sampled_from([kind for kind in Kind if kind.json_key]), min_size=1, unique=True))
    kinds += [Kind.EXEC] if not {Kind.EXEC, Kind.EXIT, Kind.KPROBE} & set(kinds) else []
    fields = (some("binary", "process"), some("arguments", "process"), some("binary", "parent"))
    inside = draw(st.none() | st.booleans())
    return Exclusion(tuple(kinds), *fields, parent_arguments=some("arguments", "parent"), in_container=inside)


def escape_pattern(event: dict[str, Any], block: str, key: str) -> str:
    body = next(value for value in event.values() if isinstance(value, dict))
    return str(body.get(block, {}).get(key, ""))


def generalised(text: str) -> Pattern:
    """Return a pattern of the first and last word with any words between them."""
    words = text.split(" ")
    if len(words) < 3:
        return Pattern.exactly(text)
    return Pattern((Literal(words[0] + " "), *([Chars("^ "), Literal(" ")] * (len(words) - 2)), Literal(words[-1])))


@settings(max_examples=15, deadline=None)
@given(exclusions(), st.sampled_from(["standalone", "overlay"]))
def test_the_rules_of_any_exclusion_silence_it_exactly_and_both_readers_take_the_file(
    exclusion: Exclusion, mode: str
) -> None:
    file = write_one(exclusion, mode)
    loaded = Ruleset.of({"0011-tetratui.xml": file.data}, beside_stock=True)
    assert (loaded.loads, loaded.errors, loaded.warnings, loaded.unknown) == (True, [], [], [])
    assert api_refuses(file.data) is None
    assert suppressed_rows(file) == included_rows(exclusion)


ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_hostile_texts_neither_break_the_file_nor_silence_anything_else(text: str, other: str, words: str) -> None:
    exclusion = Exclusion((Kind.EXEC,), arguments=texts(text, "x"))
    file = write_rule_file([Suppression(exclusion, (text or "host",), words)], "standalone")
    loaded = Ruleset.of({"0011-tetratui.xml": file.data}, beside_stock=True)
    assert (loaded.loads, loaded.errors, loaded.warnings) == (True, [], [])
    assert api_refuses(file.data) is None
    session = loaded.session()
    for value in {text, other}:
        process = {"exec_id": "c2VydmVyMDE6MTow", "arguments": value}
        line = orjson.dumps({"process_exec": {"process": process}, "node_name": text or "host"})
        suppressed = session.match(reserialise(line) or b"").rule in file.suppression_rules
        assert suppressed == (value in {text, "x"})
