"""What is written is accepted by every version it claims, matches every marked event, and leaves the rest of a file."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.errors import RefusedError
from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern, SocketMatch
from tetratui.core.table import build_table
from tetratui.core.tetragon import (
    SUPPORTED,
    Filter,
    FilterList,
    Version,
    append_filters,
    build_filter,
    canonical_text,
    edit_entries,
    read,
)

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def exactly(text: str) -> tuple[Pattern, ...]:
    return (Pattern.exactly(text),)


def build_event(
    kind: Kind, binary: str, arguments: str, parent: str, parent_arguments: str, docker: str = ""
) -> dict[str, Any]:
    body: dict[str, Any] = {"process": {"binary": binary}, "parent": {"binary": parent}}
    if docker:
        body["process"]["docker"] = docker
    if arguments:
        body["process"]["arguments"] = arguments
    if parent_arguments:
        body["parent"]["arguments"] = parent_arguments
    return {kind.json_key: body, "node_name": "n"}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(WITH_PROCESS)), ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, st.sampled_from(SUPPORTED))
def test_a_marked_event_is_matched_or_its_kind_refused(
    kind: Kind, binary: str, arguments: str, parent: str, parent_arguments: str, version: Version
) -> None:
    event = build_event(kind, binary, arguments, parent, parent_arguments)
    exclusion = Exclusion(
        (kind,), exactly(binary), exactly(arguments), exactly(parent), exactly(parent_arguments), hosts=("n",)
    )
    try:
        filter_ = build_filter(exclusion, version)
    except RefusedError as error:
        named = error.message
    else:
        named = ""
    if named:
        assert kind.word in named
        return
    filters = read(canonical_text(filter_), version)
    assert filters.accepted
    assert filters.filters == (filter_,)
    assert filters.first_match(event) == 0
    assert filters.first_match(build_event(kind, binary, arguments + "x", parent, parent_arguments)) is None
    assert filters.first_matches(build_table([orjson.dumps(event)])).tolist() == [0]


@given(st.sampled_from(sorted(WITH_PROCESS)), st.none() | st.booleans(), st.sampled_from(["", "b56d59ecdf5c", "x-y"]))
def test_containers_and_the_host_are_distinguished(kind: Kind, side: bool | None, docker: str) -> None:
    filter_ = build_filter(Exclusion((kind,), exactly("/x"), in_container=side))
    assert filter_.container_id == {True: (".",), False: ("^$",), None: None}[side]
    event = build_event(kind, "/x", "", "/y", "", docker)
    hidden = side is None or side is bool(docker)
    assert (FilterList.of([filter_]).first_match(event) == 0) is hidden
    assert (FilterList.of([filter_]).first_matches(build_table([orjson.dumps(event)])).tolist() == [0]) is hidden


def test_the_text_is_readable_and_in_tetragons_order() -> None:
    template = Pattern((Literal("--port="), Chars("0-9", 1, 5)))
    filter_ = build_filter(
        Exclusion((Kind.EXEC, Kind.EXIT), exactly("/usr/bin/bash"), (template,), exactly("/opt/open-audit.sh"))
    )
    assert canonical_text(filter_) == (
        '{"binary_regex":["^/usr/bin/bash$"],"event_set":["PROCESS_EXEC","PROCESS_EXIT"],'
        '"arguments_regex":["^--port=[0-9]{1,5}$"],"parent_binary_regex":["^/opt/open-audit\\\\.sh$"]}'
    )


SOCKETS = {
    "sock_arg": {"daddr": "10.1.2.3", "dport": 443},
    "skb_arg": {"daddr": "10.1.2.3", "dport": 443},
    "sockaddr_arg": {"addr": "10.1.2.3", "port": 443},
}


@pytest.mark.parametrize("argument", SOCKETS)
@pytest.mark.parametrize(
    ("socket", "matches"),
    [
        (SocketMatch(("10.1.2.3/32",), (443,)), True),
        (SocketMatch(("10.0.0.0/8", "2001:db8::/32")), True),
        (SocketMatch(ports=(80, 443)), True),
        (SocketMatch(("10.1.2.4/32",)), False),
        (SocketMatch(("192.168.0.0/16",), (443,)), False),
        (SocketMatch(("10.0.0.0/8",), (80,)), False),
        (SocketMatch(("10.0.0.0/8", "10.1.2.3/32"), (443, 1)), True),
    ],
)
def test_a_destination_is_matched_wherever_tetragon_prints_it(
    argument: str, socket: SocketMatch, matches: bool
) -> None:
    filters = FilterList.of([build_filter(Exclusion((Kind.KPROBE, Kind.LSM), socket=socket))])
    assert filters.accepted, filters.errors
    for key in ("process_kprobe", "process_lsm"):
        body = {"process": {}, "function_name": "f", "args": [{"int_arg": 1}, {argument: SOCKETS[argument]}]}
        assert (filters.first_match({key: body}) == 0) is matches
    assert filters.first_match({"process_kprobe": {"return": {argument: SOCKETS[argument]}}}) == (
        0 if matches else None
    )


@pytest.mark.parametrize("address", ["", "<nil>", "invalid IP", "::ffff:10.1.2.3", "fe80::1", "@x"])
def test_no_address_makes_the_guarded_form_fail(address: str) -> None:
    match = SocketMatch(("10.0.0.0/8",))
    filters = FilterList.of([build_filter(Exclusion((Kind.KPROBE,), socket=match))])
    first = {"sock_arg": {"daddr": address}}
    assert filters.first_match({"process_kprobe": {"args": [first]}}) is None
    assert filters.first_match({"process_kprobe": {"args": [first, {"sock_arg": {"daddr": "10.9.9.9"}}]}}) == 0


def test_a_mapped_host_is_compared_as_printed() -> None:
    filters = FilterList.of([build_filter(Exclusion((Kind.KPROBE,), socket=SocketMatch(("::ffff:127.0.0.1/128",))))])
    assert filters.first_match({"process_kprobe": {"args": [{"sock_arg": {"daddr": "::ffff:127.0.0.1"}}]}}) == 0


@given(st.lists(ANY_TEXT.filter(bool), min_size=1, max_size=3, unique=True))
def test_functions_of_any_name_are_matched(names: list[str]) -> None:
    for kind, field in ((Kind.KPROBE, "function_name"), (Kind.UPROBE, "symbol"), (Kind.USDT, "name")):
        filters = FilterList.of([build_filter(Exclusion((kind,), functions=tuple(names)))])
        assert filters.accepted, filters.errors
        assert all(filters.first_match({kind.json_key: {field: name}}) == 0 for name in names)
        assert filters.first_match({kind.json_key: {field: "".join(names) + "x"}}) is None


@pytest.mark.parametrize(
    ("exclusion", "version"),
    [
        (Exclusion((Kind.THROTTLE,)), "1.7"),
        (Exclusion((Kind.RATE_LIMIT,)), "1.7"),
        (Exclusion((Kind.USDT,)), "1.5"),
        (Exclusion((Kind.LOADER,), parent_binary=exactly("/x")), "1.6"),
        (Exclusion((Kind.EXEC,), policies=("p",)), "1.7"),
        (Exclusion((Kind.USDT,), policies=("p",)), "1.7"),
        (Exclusion((Kind.KPROBE,), socket=SocketMatch(ports=(1,))), "1.3"),
        (Exclusion((Kind.KPROBE,), functions=("f",)), "1.3"),
        (Exclusion((Kind.EXEC,), functions=("f",)), "1.7"),
        (Exclusion((Kind.KPROBE,), socket=SocketMatch(("::ffff:10.0.0.0/104",))), "1.7"),
    ],
)
def test_what_a_version_cannot_say_is_refused(exclusion: Exclusion, version: str) -> None:
    with pytest.raises(RefusedError):
        build_filter(exclusion, Version.parse(version))


ONE, TWO = Filter(binary_regex=("^/a$",)), Filter(pid=(1,))


@pytest.mark.parametrize(
    "existing", [b"", b"\n", b'{"pid":[9]}', b'{"pid":[9]}\r\n\r\n', b' {\n "pid" : [9]\n}\n', b"{}{}"]
)
def test_merging_keeps_what_stood_there_byte_for_byte(existing: bytes) -> None:
    merged = append_filters(existing, [ONE, TWO, ONE])
    assert merged.startswith(existing)
    assert read(merged).filters == (*read(existing).filters, ONE, TWO)
    assert merged.endswith(b'{"binary_regex":["^/a$"]}\n{"pid":[1]}\n')
    assert append_filters(merged, [ONE]) == merged


def test_a_refused_list_is_not_added_to() -> None:
    with pytest.raises(RefusedError):
        append_filters(b"[{}]", [ONE])


def test_entries_are_removed_and_replaced_in_place() -> None:
    text = b'{"pid":[1]}\r\n{ "pid":[2] }{"pid":[3]}\n\n{"pid":[4]}'
    assert edit_entries(text, [0, 2]) == b'{ "pid":[2] }\n{"pid":[4]}'
    assert edit_entries(text, [], {1: ONE}) == b'{"pid":[1]}\r\n{"binary_regex":["^/a$"]}{"pid":[3]}\n\n{"pid":[4]}'


def test_a_version_without_destinations_gets_the_remedy_of_the_policy() -> None:
    destination = SocketMatch(("203.0.113.7/32",), (443,))
    with pytest.raises(RefusedError) as refused:
        build_filter(Exclusion((Kind.KPROBE,), socket=destination), Version.parse("1.3"))
    assert "NotDAddr and values 203.0.113.7/32" in str(refused.value.remedy)
    assert "NotDPort and values 443" in str(refused.value.remedy)
