"""The texts of a field in a rule include what the decoder makes of every value of the field."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.events.event_fields import Field, field_of
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.formats.decoder import decode
from tetratui.core.wazuh.engine.reach.field_values import LINE, values_of

CAPTURES = sorted((Path(__file__).parents[4] / "data" / "captures").glob("*.log.gz"))
UINT32 = st.integers(0, 2**32 - 1) | st.sampled_from([0, 2**31 - 1, 2**31, 2**32 - 1])
JSON = st.recursive(
    st.text(max_size=5) | st.integers(-(2**40), 2**40) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def print_field(name: str, value: Any) -> tuple[bytes, bytes]:
    block: Any = value
    for part in reversed(name.split(".")):
        block = {part: block}
    line = reserialise(orjson.dumps(block))
    assert line is not None
    return line, decode(line)[name.encode()]


def domain(name: str) -> bytes:
    field = field_of(name)
    assert isinstance(field, Field)
    values = values_of(field)
    assert values is not None
    return values


@given(UINT32)
def test_numbers(number: int) -> None:
    name = "process_exec.process.auid"
    assert re.fullmatch(domain(name), print_field(name, number)[1])


@given(st.integers(-(2**31), 2**31 - 1))
def test_numbers_with_a_sign(number: int) -> None:
    name = "process_kprobe.return.int_arg"
    assert re.fullmatch(domain(name), print_field(name, number)[1])


@given(st.lists(st.dictionaries(st.sampled_from(["symbol", "module", "x"]), JSON, max_size=3), max_size=3))
def test_arrays_and_lines(entries: list[Any]) -> None:
    name = "process_kprobe.kernel_stack_trace"
    line, text = print_field(name, entries)
    if "\0" not in str(entries):
        assert re.fullmatch(domain(name), text)
        assert re.fullmatch(LINE, line)


@given(UINT32, st.integers(0, 65535), st.integers(-(2**31), 2**31 - 1), st.text(max_size=5))
def test_arguments_of_hooks(number: int, port: int, signed: int, text: str) -> None:
    name = "process_kprobe.args"
    sock = {"daddr": "10.0.0.1", "dport": port, "mark": number, "cookie": str(number)}
    args = [
        {"sock_arg": sock},
        {"int_arg": signed, "label": text},
        {"cred_arg": {"permitted": ["CAP_CHOWN", "CAP_KILL"]}},
    ]
    if "\0" not in text:
        assert re.fullmatch(domain(name), print_field(name, args)[1])


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
def test_every_value_of_real_events_is_one_of_its_field(capture: Path) -> None:
    fits: dict[tuple[bytes, bytes], bool] = {}
    for line in gzip.decompress(capture.read_bytes()).splitlines():
        sent = reserialise(line)
        if sent is None:
            continue
        assert re.fullmatch(LINE, sent)
        for name, text in decode(sent).items():
            if (name, text) not in fits:
                field = field_of(name.decode())
                values = values_of(field) if isinstance(field, Field) else b""
                fits[name, text] = values is None or re.fullmatch(values, text) is not None
    assert len(fits) > 50
    assert [pair for pair, is_fit in fits.items() if not is_fit] == []


@given(st.lists(st.from_regex(r"CAP_[A-Z_]{1,9}", fullmatch=True), max_size=4))
def test_arrays_of_names(names: list[str]) -> None:
    name = "process_exec.process.cap.effective"
    assert re.fullmatch(domain(name), print_field(name, names)[1])


@pytest.mark.parametrize("text", ["4294967295", "2147483648", "-1", "4294967296.000000", "01", "root", ""])
def test_texts_that_are_not_numbers(text: str) -> None:
    assert re.fullmatch(domain("process_exec.process.auid"), text.encode()) is None
