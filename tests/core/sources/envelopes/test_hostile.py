"""Whatever is missing, cut, mixed up or made up: nothing is an event that is none, and nothing is raised."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stand_ins.wrapped_logs import EVENTS, WRAPS, cri, docker, make_events
from tetratui.core.sources import Chunk, SourceRegistry
from tetratui.core.sources.envelopes import Unwrapper, open_whole
from tetratui.core.sources.envelopes.open_line import open_line
from tetratui.core.sources.envelopes.split_texts import MAX_STREAMS, PartJoiner, PendingPart
from tetratui.core.table import load

KNOWN = {orjson.dumps(orjson.loads(event), option=orjson.OPT_SORT_KEYS) for event in EVENTS}
SPLIT = {name for name, wrap in WRAPS.items() if wrap(EVENTS[:1]).count(b"\n") > 1 and "CSV" not in name}
GARBAGE = [b"", b"\0\0", b"{", b"}", b"[", b'"', b'{"a":1}', b"level=info msg=x", b"\xff\xfe", EVENTS[0][:80], b"-,;\t"]


@st.composite
def mutated_files(draw: st.DrawFn) -> tuple[bytes, bool]:
    """Wrap a few events, then cut, drop, repeat, swap lines and put garbage between; say whether texts are split."""
    name = draw(st.sampled_from(sorted(WRAPS)))
    wrap, splits = WRAPS[name], name in SPLIT
    lines = wrap(EVENTS[: draw(st.integers(1, 4))]).split(b"\n")
    if draw(st.booleans()):
        name = draw(st.sampled_from(sorted(WRAPS)))
        splits |= name in SPLIT
        other = WRAPS[name](EVENTS[4 : draw(st.integers(5, 6))]).split(b"\n")
        at = draw(st.integers(0, len(lines)))
        lines[at:at] = other
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        match draw(st.sampled_from(["drop", "cut", "repeat", "garbage", "swap"])):
            case "drop":
                del lines[at : at + 1]
            case "cut" if lines:
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
            case "repeat":
                lines[at:at] = lines[at : at + 1]
            case "swap" if len(lines) > at + 1:
                lines[at], lines[at + 1] = lines[at + 1], lines[at]
            case _:
                lines.insert(at, draw(st.sampled_from(GARBAGE)))
    return b"\n".join(lines), splits


@settings(max_examples=250, deadline=None)
@given(mutated_files())
def test_only_whole_events_are_events_and_every_row_is_counted(mutated: tuple[bytes, bool]) -> None:
    content, splits = mutated
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.log"
        path.write_bytes(content)
        table = load([path])
        rebuilt = table.rebuilt()
        for row in range(table.first, table.stop):
            if not rebuilt[row - table.first]:
                event = orjson.loads(table.line(row))
                # Where a middle line of an event is missing, what is left may be an event by its form.
                assert splits or orjson.dumps(event, option=orjson.OPT_SORT_KEYS) in KNOWN
        rows = content.count(b"\n") + (not content.endswith(b"\n") and content != b"")
        assert table.rows_read == rows
        begun = {*table.source_rows().tolist(), *table.unreadable_rows().tolist()}
        assert begun <= set(range(rows))
        assert len(begun) + table.parts == rows or not table.envelopes


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.binary(max_size=200), st.sampled_from(EVENTS).map(lambda line: line[7:]), st.text().map(str.encode))
)
def test_any_bytes_are_looked_into_without_an_error(line: bytes) -> None:
    open_line(line)
    assert open_whole(line) in (None, line)


def test_an_event_inside_the_arguments_of_an_event_is_no_event() -> None:
    inner = json.dumps({"process_exec": {"process": {"pid": 1}}})
    line = json.dumps({"process_kprobe": {"process": {"arguments": inner}}}).encode()
    assert open_whole(line) == line
    other = json.dumps({"message": "hello", "process": {"args": [inner]}}).encode()
    assert open_whole(other) is None


@pytest.mark.parametrize("depth", [5, 50, 5_000])
def test_nesting_is_bounded(depth: int) -> None:
    event = EVENTS[0].decode()
    if depth <= 50:
        line = event
        for _ in range(min(depth, 14)):
            line = json.dumps({"message": line})
        assert (open_whole(line.encode()) is None) == (depth > 5)
    deep = ('{"message":' * depth + "1" + "}" * depth).encode()
    assert open_whole(deep) is None
    assert open_whole(b"[" * depth + b"]" * depth) is None


def test_parts_that_never_end_are_given_up_and_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tetratui.core.sources.envelopes.split_texts.MAX_PENDING", 50_000)
    endless = cri(make_events(1, "y" * 200_000), 1_000).split(b"\n")[:150]
    (tmp_path / "x.log").write_bytes(b"\n".join([*cri(EVENTS[:1]).split(b"\n")[:-1], *endless, b""]) + cri(EVENTS[1:2]))
    table = load([tmp_path / "x.log"])
    assert len(table) == 2
    assert table.unreadable.count == 150
    assert list(table.unreadable.reasons) == ["a part of a longer text whose other parts are missing or hold no event"]


def test_streams_that_never_end_are_bounded() -> None:
    joiner = PartJoiner()
    given_up = [
        gone for number in range(3 * MAX_STREAMS) for gone in joiner.add(str(number), PendingPart(number, b"", b"x"))
    ]
    assert len(given_up) == 2 * MAX_STREAMS
    assert len(joiner.take_all()) == MAX_STREAMS


@pytest.mark.parametrize("missing", ["first", "last"])
def test_a_part_missing_at_either_end_loses_only_its_event(tmp_path: Path, missing: str) -> None:
    events = [docker([event], 200).split(b"\n")[:-1] for event in make_events(3, "z" * 400)]
    broken = events[1][1:] if missing == "first" else events[1][:-1]
    (tmp_path / "x.log").write_bytes(b"\n".join([*events[0], *broken, *events[2], b""]))
    table = load([tmp_path / "x.log"])
    assert [table.event(row).pid for row in (0, 1)] == [1000, 1002]
    assert table.unreadable.count == len(broken)


def test_a_text_goes_on_in_the_next_file() -> None:
    registry = SourceRegistry()
    lines = cri(make_events(1, "z" * 400), 200).split(b"\n")[:-1]
    unwrapper = Unwrapper(registry)
    chunks = []
    for file, part in enumerate((lines[:2], lines[2:])):
        registry.add(Path(f"{file}.log"), b"")
        chunks += unwrapper.take(Chunk(file, 0, part, list(range(len(part))), last=True))
    assert [len(chunk.lines) for chunk in chunks if chunk.lines] == [1]
    assert unwrapper.end() == []
    registry.close()


def test_a_torn_line_with_an_event_glued_to_it_stays_unreadable() -> None:
    assert open_whole(EVENTS[0][:100] + EVENTS[1]) is None
    assert open_whole(b"\0\0\0" + EVENTS[1]) is None
    assert open_whole(EVENTS[1] + b" trailing") is None
