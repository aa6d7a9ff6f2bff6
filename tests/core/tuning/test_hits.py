"""Hits are counted only where an entry cannot have removed its own events."""

from __future__ import annotations

from tetratui.core.table import EventTable
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.hits import NOT_MEASURABLE, count_hits

BASH = b'{"binary_regex":["^/usr/bin/bash$"],"event_set":["PROCESS_EXEC","PROCESS_EXIT"]}\n'
EXEC_OF_BASH = b'{"binary_regex":["^/usr/bin/bash$"],"event_set":["PROCESS_EXEC"]}\n'
NOTHING = b'{"binary_regex":["^/nowhere$"],"event_set":["PROCESS_EXEC"]}\n'


def test_an_entry_that_is_not_in_force_is_counted_over_all_events(capture: EventTable) -> None:
    (entry,) = count_hits(read(BASH), capture)
    alone = int((read(BASH).first_matches(capture) >= 0).sum())
    assert alone > 0
    assert (entry.events, entry.measured, entry.shadowed_by) == (alone, len(capture), ())
    assert entry.words == f"{alone:,} of {len(capture):,}"


def test_only_events_from_before_it_was_in_force_are_counted(capture: EventTable) -> None:
    since = int(sorted(capture.time)[len(capture) // 2])
    (entry,) = count_hits(read(BASH), capture, [since])
    before = (capture.time >= 0) & (capture.time < since)
    assert entry.measured == int(before.sum()) > 0
    assert entry.events == int(((read(BASH).first_matches(capture) >= 0) & before).sum())


def test_an_entry_in_force_from_the_beginning_is_never_called_dead(capture: EventTable) -> None:
    entries = count_hits(read(BASH + NOTHING), capture, since=[0, 0])
    assert [(entry.events, entry.measured, entry.words) for entry in entries] == [(None, 0, NOT_MEASURABLE)] * 2


def test_an_entry_not_yet_in_force_is_counted_beside_one_that_is(capture: EventTable) -> None:
    old, new = count_hits(read(BASH + EXEC_OF_BASH), capture, since=[0])
    assert old.words == NOT_MEASURABLE
    assert (new.measured, new.shadowed_by) == (len(capture), (0,))
    assert new.events


def test_an_entry_that_earlier_ones_cover_is_shadowed_and_the_reverse_is_not(capture: EventTable) -> None:
    wide, narrow = count_hits(read(BASH + EXEC_OF_BASH), capture)
    assert (wide.shadowed_by, narrow.shadowed_by) == ((), (0,))
    narrow, wide = count_hits(read(EXEC_OF_BASH + BASH), capture)
    assert (narrow.shadowed_by, wide.shadowed_by) == ((), ())


def test_an_entry_that_matches_nothing_is_not_shadowed(capture: EventTable) -> None:
    _, nothing = count_hits(read(BASH + NOTHING), capture)
    assert (nothing.events, nothing.shadowed_by) == (0, ())
