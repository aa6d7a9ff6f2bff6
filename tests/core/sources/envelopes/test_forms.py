"""Every form in which logs reach people gives the events that were wrapped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stand_ins.wrapped_logs import EVENTS, WRAPS, docker, make_events
from tetratui.core.table import EventTable, load
from tetratui.core.tetragon import read

FORMS = Path(__file__).parents[3] / "data" / "forms"


def lines_of(table: EventTable) -> list[object]:
    return [json.loads(table.line(row)) for row in range(table.first, table.stop)]


def load_bytes(folder: Path, content: bytes) -> EventTable:
    (folder / "wrapped.log").write_bytes(content)
    return load([folder / "wrapped.log"])


@pytest.mark.parametrize("name", WRAPS)
def test_each_form_gives_the_events_in_order(tmp_path: Path, name: str) -> None:
    content = WRAPS[name](EVENTS)
    table = load_bytes(tmp_path, content)
    ordered = sorted(range(len(table)), key=lambda row: table.time[row]) if "mixed" in name else range(len(table))
    lines = lines_of(table)
    assert [lines[row] for row in ordered] == [json.loads(event) for event in EVENTS]
    assert table.unreadable.count == 0, table.unreadable.reasons
    assert table.rows_read == content.count(b"\n")
    assert bool(table.envelopes) == (name not in {"plain", "BOM", "CRLF"})
    assert sum(table.envelopes.values()) in {0, 24}
    assert not table.rebuilt().any()


@pytest.mark.parametrize("name", WRAPS)
def test_a_list_drops_of_each_form_what_it_drops_of_the_plain_events(tmp_path: Path, name: str) -> None:
    filters = read(b'{"binary_regex":["^/usr/bin/df$"],"arguments_regex":["^-P /data 1"]}')
    plain, wrapped = load_bytes(tmp_path, WRAPS["plain"](EVENTS)), load_bytes(tmp_path, WRAPS[name](EVENTS))
    dropped = [
        {int(table.time[row]) for row, entry in enumerate(filters.first_matches(table)) if entry >= 0}
        for table in (plain, wrapped)
    ]
    assert dropped[0] == dropped[1]
    assert len(dropped[0]) == 11


@pytest.mark.parametrize("form", sorted(path.name for path in FORMS.iterdir()))
def test_each_recorded_form_gives_all_its_events(form: str) -> None:
    table = load([FORMS / form])
    assert len(table) == 12
    # stern itself says which containers it begins and ends to read.
    assert table.unreadable.count == (3 if form.startswith("stern-default") else 0)
    lossy = form.startswith("elastic-integration")
    assert int(table.rebuilt().sum()) == (6 if lossy else 0)


def test_events_over_several_lines_have_the_row_of_the_first_one(tmp_path: Path) -> None:
    long = make_events(2, "x" * 40_000)
    table = load_bytes(tmp_path, docker([EVENTS[0], long[0], EVENTS[1], long[1], EVENTS[2]]))
    assert table.source_rows().tolist() == [0, 1, 4, 5, 8]
    assert (table.parts, table.rows_read) == (4, 9)


def test_events_that_share_a_line_share_its_row(tmp_path: Path) -> None:
    table = load_bytes(tmp_path, WRAPS["Kafka REST"](EVENTS[:3]) + WRAPS["Kafka REST"](EVENTS[3:5]))
    assert table.source_rows().tolist() == [0, 0, 0, 1, 1]
    assert (table.parts, table.rows_read) == (0, 2)


def test_rows_go_on_after_a_wrapped_source(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(WRAPS["pretty"](EVENTS[:2]))
    (tmp_path / "b.log").write_bytes(b"no event\n" + WRAPS["plain"](EVENTS[2:4]))
    (tmp_path / "c.log").write_bytes(WRAPS["CRI, mixed streams"](EVENTS[4:6]))
    table = load([tmp_path / name for name in ("a.json", "b.log", "c.log")])
    length = WRAPS["pretty"](EVENTS[:1]).count(b"\n")
    begin = 2 * length
    assert table.source_rows().tolist() == [0, length, begin + 1, begin + 2, begin + 3, begin + 4]
    assert table.unreadable_rows().tolist() == [begin]
    assert table.rows_read == begin + 7


def test_lines_of_a_container_between_documents_are_joined_too(tmp_path: Path) -> None:
    content = WRAPS["pretty"](EVENTS[:2]) + docker(EVENTS[2:4], 300) + WRAPS["pretty"](EVENTS[4:6])
    assert lines_of(load_bytes(tmp_path, content)) == [json.loads(event) for event in EVENTS[:6]]


def test_a_wrapped_line_among_plain_ones_is_unwrapped_by_itself(tmp_path: Path) -> None:
    wrapped = [
        WRAPS[name](EVENTS[number : number + 1]).strip() for number, name in enumerate(["CRI", "docker", "kcat"])
    ]
    table = load_bytes(tmp_path, b"\n".join([EVENTS[3], *wrapped, b'{"a":1}', EVENTS[4], b""]))
    assert lines_of(table) == [json.loads(EVENTS[number]) for number in (3, 0, 1, 2, 4)]
    assert table.source_rows().tolist() == [0, 1, 2, 3, 5]
    assert list(table.unreadable.reasons) == ["a JSON object without an event (keys: a)"]


def test_texts_that_are_split_are_joined_in_a_file_that_begins_plain(tmp_path: Path) -> None:
    content = WRAPS["plain"](EVENTS[:12]) + docker(EVENTS[12:18], 300) + WRAPS["plain"](EVENTS[18:])
    table = load_bytes(tmp_path, content)
    assert lines_of(table) == [json.loads(event) for event in EVENTS]
    assert table.rows_read == content.count(b"\n")
    assert table.source_rows().tolist()[:13] == list(range(13))
