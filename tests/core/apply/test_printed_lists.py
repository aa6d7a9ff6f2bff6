"""The lists that an agent prints are read back as they were written, whatever is in their texts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.apply.log_record import parse_fields
from tetratui.core.apply.printed_lists import UnreadableListsError, compare_printed, normalise, read_printed
from tetratui.core.tetragon import LATEST, read
from tetratui.core.tetragon.format.versions import ALL_FEATURES

TEXTS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), max_size=3)
FILTERS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "binary_regex": TEXTS,
            "arguments_regex": TEXTS,
            "namespace": TEXTS,
            "labels": TEXTS,
            "policy_names": TEXTS,
            "pid": st.lists(st.integers(0, 4_000_000_000), max_size=3),
            "event_set": st.lists(st.sampled_from(["PROCESS_EXEC", "PROCESS_EXIT", "PROCESS_KPROBE"]), max_size=2),
            "health_check": st.booleans(),
            "in_init_tree": st.booleans(),
            "capabilities": st.just({"effective": {"any": ["CAP_SYS_ADMIN", "CAP_KILL"]}}),
        },
    ),
    max_size=4,
)


def quote(text: str) -> str:
    """Quote a text as Go's encoder of protobuf's text format does."""
    simple = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(simple.get(c) or (f"\\x{ord(c):02x}" if c < " " or c == "\x7f" else c) for c in text) + '"'


def print_value(name: str, value: object, blanks: str) -> list[str]:
    if name in {"health_check", "in_init_tree"}:
        return [f"{name}:{{{'value:true' if value else ''}}}"]
    if isinstance(value, dict):
        inner = [part for key, content in value.items() for part in print_value(key, content, blanks)]
        return [f"{name}:{{{blanks.join(inner)}}}"]
    assert isinstance(value, list)
    is_word = name in {"event_set", "any"}
    return [f"{name}:{item if is_word or isinstance(item, int) else quote(str(item))}" for item in value]


def print_lists(filters: list[dict[str, object]], blanks: str) -> str:
    parts = [[part for name, value in each.items() for part in print_value(name, value, blanks)] for each in filters]
    bodies = map(blanks.join, parts)
    return blanks.join(f"deny_list:{{{body}}}" for body in bodies)


@settings(max_examples=150)
@given(FILTERS, st.sampled_from([" ", "  "]))
def test_what_is_printed_is_read_back(filters: list[dict[str, object]], blanks: str) -> None:
    expected = read("\n".join(json.dumps(each) for each in filters), LATEST, ALL_FEATURES)
    if len(expected.entries) != len(filters):
        return
    request = print_lists(filters, blanks)
    # Through the log's own quoting, as journald hands it on.
    line = f'level=info msg="Starting JSON exporter" request={json.dumps(request, ensure_ascii=False)}'
    assert read_printed(parse_fields(line)["request"]) == [normalise(each) for each in expected.filters]
    assert compare_printed(request, expected) == ""


@pytest.mark.parametrize(
    "request_text",
    [
        "deny_list:{",
        'deny_list:{binary_regex:"a}',
        "deny_list:{new_field:1}",
        "deny_list:{event_set:NOT_KNOWN}",
        "\x00",
    ],
)
def test_what_cannot_be_read_is_told(request_text: str) -> None:
    with pytest.raises(UnreadableListsError):
        read_printed(request_text)
    assert "cannot be read" in compare_printed(request_text, read(b"", LATEST))


def test_other_parts_of_a_request_do_no_harm() -> None:
    request = (
        "allow_list:{event_set:PROCESS_EXEC}  deny_list:{pid:1  pid:2}  aggregation_options:{window_size:{seconds:1}}  "
        'field_filters:{event_set:PROCESS_EXEC  fields:{paths:"a.b"}  invert_event_set:{value:true}}'
    )
    assert read_printed(request) == ['{"pid":[1,2]}']
    assert read_printed(request, "allow_list") == ['{"event_set":["PROCESS_EXEC"]}']
    assert read_printed("") == []
