"""Every entry of a refused list: what Tetragon refuses in its place, the others as if it were not there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.tetragon import canonical_text, edit_entries, read
from tetratui.core.tetragon.format.filter_reader import ListEntry, RefusedEntry
from tetratui.core.tetragon.match.filter_list import read_entries

GOOD = (
    b'{"binary_regex":["^/usr/bin/a$"]}',
    b'{"arguments_regex":["}x{\\"y"],\n "event_set":["PROCESS_EXEC"]}',
    b'{ "pid" : [7] }',
    b"{}",
)
BAD = (
    b'{"binary_rgex":["^/a$"]}',
    b'{"binary_regex":["^/a$]}',
    b'{"pid":[1]',
    b'{"pid":["a"],}',
    b"# inventory, nightly",
    b'{"binary_regex":["(?!x)"]}',
    b'{"pid_set":[1]}',
    b"\xff{}",
    b"null",
)


def texts(data: bytes) -> list[bytes]:
    return [data[entry.start : entry.stop] for entry in read_entries(read(data))]


@pytest.mark.parametrize("bad", BAD)
def test_one_bad_line_hides_no_other_entry(bad: bytes) -> None:
    lines = [GOOD[0], GOOD[1], bad, GOOD[2], GOOD[3]]
    data = b"\n".join(lines) + b"\n"
    assert not read(data).accepted
    entries = read_entries(read(data))
    assert [isinstance(entry, RefusedEntry) for entry in entries] == [False, False, True, False, False]
    assert texts(data) == lines
    refused = entries[2]
    assert isinstance(refused, RefusedEntry)
    # An object that is never closed is noticed where the next begins.
    assert (refused.line, refused.error.entry) == (4, 2)
    assert refused.error.line in {4, 5}
    assert refused.error.message == read(data).errors[0].message
    assert read(edit_entries(data, [2])).accepted


@given(st.lists(st.sampled_from((*GOOD, *BAD)), max_size=8), st.sampled_from((b"\n", b"\r\n", b"\n\n  ")))
@settings(max_examples=150)
def test_entries_are_those_that_were_written(lines: list[bytes], between: bytes) -> None:
    data = between.join(lines)
    assert texts(data) == lines
    accepted = [entry.filter for entry in read_entries(read(data)) if isinstance(entry, ListEntry)]
    good = b"\n".join(line for line in lines if line in GOOD)
    assert list(map(canonical_text, accepted)) == list(map(canonical_text, read(good).filters))


@given(st.binary(max_size=60) | st.text('{}[],:"\\ \nabpid01', max_size=60).map(str.encode))
@settings(max_examples=300)
def test_every_byte_but_blanks_belongs_to_an_entry(data: bytes) -> None:
    entries = read_entries(read(data))
    stops = [0, *(entry.stop for entry in entries)]
    starts = [*(entry.start for entry in entries), len(data)]
    assert all(stop <= start for stop, start in zip(stops, starts, strict=True))
    assert not b"".join(data[stop:start] for stop, start in zip(stops, starts, strict=True)).strip(b" \t\r\n")
    assert read(data).accepted is not any(isinstance(entry, RefusedEntry) for entry in entries)


def test_of_an_array_the_objects_are_entries_and_the_rest_can_be_taken_out() -> None:
    data = b'[\n {"pid":[1]},\n {"pid":[2]}\n]\n'
    entries = read_entries(read(data))
    assert [isinstance(entry, RefusedEntry) for entry in entries] == [True, False, True, False, True]
    repaired = edit_entries(data, [0, 2, 4])
    assert [filter_.pid for filter_ in read(repaired).filters] == [(1,), (2,)]
