"""Measure what a list does: the events of an export file before a change, and those since, against what was predicted.

What a list hides is not in the file. So what is measured there is the whole pace, and the events of an entry that still
arrive: then the entry is not in force.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tetratui.core.amounts import format_count
from tetratui.core.apply.change import AddedFilter, AppliedChange, Workload
from tetratui.core.errors import SourceError
from tetratui.core.sources.rotation import list_rotated
from tetratui.core.table import EventTable, build_table
from tetratui.core.tetragon import Filter, FilterList, canonical_text
from tetratui.core.tetragon.match.bulk_match import match_each

MOST_BYTES = 16 << 20
"""Bytes of an export file that are looked at, the newest ones."""
_NANOSECONDS = 1e9
_LEAST_SECONDS = 10.0
"""A shorter time says nothing of a pace."""
_OTHER_WORKLOAD = 0.4
"""Share by which the pace of what is not hidden may differ before it counts as another workload."""


def read_newest(export: Path, since: float = 0.0, most: int = MOST_BYTES) -> EventTable:
    """Return the newest events of an export file and of those rotated since a time, up to so many bytes.

    Raises:
        SourceError: the file cannot be read.
    """
    return build_table(_newest_lines(export, since, most))


def _newest_lines(export: Path, since: float, most: int) -> Iterator[bytes]:
    parts: list[bytes] = []
    for path in [export, *reversed(list_rotated(export))]:
        try:
            if path != export and path.stat().st_mtime < since:
                break
            data = _read_end(path, most)
        except FileNotFoundError:
            continue
        except (OSError, EOFError) as error:
            raise SourceError(f"{path} cannot be read: {error}", "run it with sudo") from error
        parts.append(data)
        most -= len(data)
        if most <= 0:
            break
    for data in reversed(parts):
        yield from data.removesuffix(b"\n").split(b"\n") if data else ()


def _read_end(path: Path, most: int) -> bytes:
    """Return the whole lines among the last bytes of a file; a packed one is read whole."""
    if path.suffix == ".gz":
        with gzip.open(path) as packed:
            return packed.read()[-most:]
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - most))
        data = file.read(most)
    begin = data.find(b"\n") + 1 if size > most else 0
    return data[begin : data.rfind(b"\n") + 1]


def measure_before(
    export: Path, added: Sequence[Filter], whole: FilterList
) -> tuple[Workload | None, list[AddedFilter]]:
    """Return the pace of an export file, and what each new filter would have hidden of it.

    Raises:
        SourceError: the file cannot be read.
    """
    table = read_newest(export)
    seconds = _span(table)
    if seconds < _LEAST_SECONDS:
        return None, [AddedFilter(canonical_text(filter_)) for filter_ in added]
    masks = match_each(added, whole.features, table)
    hidden = np.logical_or.reduce(masks) if masks else np.zeros(len(table), dtype=bool)
    sizes = table.size.astype(np.int64)
    workload = Workload(seconds, len(table), int(sizes.sum()), int(hidden.sum()), int(sizes[hidden].sum()))
    entries = [
        AddedFilter(
            canonical_text(filter_),
            events_per_second=round(float(mask.sum()) / seconds, 4),
            bytes_per_second=round(float(sizes[mask].sum()) / seconds, 1),
        )
        for filter_, mask in zip(added, masks, strict=True)
    ]
    return workload, entries


def _span(table: EventTable) -> float:
    known = table.time[table.time >= 0]
    return float(known.max() - known.min()) / _NANOSECONDS if len(known) else 0.0


@dataclass(frozen=True, slots=True)
class EntryMeasure:
    """What is measured of one entry since it is in force."""

    filter: str
    since: float
    entry: AddedFilter | None
    """What was predicted; None for an entry of no change in the journal."""
    arriving: int
    """Events of it that still came: more than none means that it is not in force."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What an export file holds since a change, against what was predicted."""

    seconds: float
    workload: Workload
    entries: tuple[EntryMeasure, ...]
    predicted_events_per_second: float | None
    notes: tuple[str, ...]

    @property
    def events_per_second(self) -> float | None:
        """The pace since the change; None while it is too early to tell."""
        return self.workload.events / self.seconds if self.seconds >= _LEAST_SECONDS else None


def measure_since(
    export: Path, filters: FilterList, changes: Sequence[AppliedChange], since: float, now: float
) -> Measure:
    """Return what an export file holds since a time (seconds since the epoch).

    Raises:
        SourceError: the file cannot be read.
    """
    table = read_newest(export, since)
    recent = table.time >= int(since * _NANOSECONDS)
    masks = match_each(filters.filters, filters.features, table)
    sizes = table.size.astype(np.int64)
    seconds = max(0.0, now - max(since, _first_time(table)))
    workload = Workload(seconds, int(recent.sum()), int(sizes[recent].sum()))
    entries = tuple(
        _measure_entry(canonical_text(filter_), mask & recent, table, changes)
        for filter_, mask in zip(filters.filters, masks, strict=True)
    )
    predicted = _predict(changes)
    notes = [*_note_arriving(entries), *_note_workload(predicted, workload, seconds)]
    return Measure(seconds, workload, entries, predicted, tuple(notes))


def _first_time(table: EventTable) -> float:
    known = table.time[table.time >= 0]
    return float(known.min()) / _NANOSECONDS if len(known) else 0.0


def _measure_entry(
    text: str, matches: NDArray[np.bool_], table: EventTable, changes: Sequence[AppliedChange]
) -> EntryMeasure:
    since, entry = find_entry(text, changes)
    after = matches & (table.time >= int(since * _NANOSECONDS))
    return EntryMeasure(text, since, entry, int(after.sum()))


def find_entry(text: str, changes: Sequence[AppliedChange]) -> tuple[float, AddedFilter | None]:
    """Return since when an entry is in force by the journal (0 if it is not known), and what was predicted of it."""
    for change in changes:
        for entry in change.added:
            if entry.filter == text and change.in_force:
                return _proved_at(change), entry
    return 0.0, None


def _proved_at(change: AppliedChange) -> float:
    ends = [step.began + (step.seconds or 0.0) for step in change.steps if step.began is not None]
    return max(ends, default=change.when)


def _predict(changes: Sequence[AppliedChange]) -> float | None:
    """Return the pace that the newest change in force should have left."""
    change = next((change for change in changes if change.in_force), None)
    if change is None or change.reverts or change.before is None or change.before.seconds < _LEAST_SECONDS:
        return None
    return (change.before.events - change.before.hidden_events) / change.before.seconds


def _note_arriving(entries: Sequence[EntryMeasure]) -> Iterator[str]:
    for number, entry in enumerate(entries):
        if entry.arriving and entry.since:
            yield (
                f"entry {number} is not in force: {format_count(entry.arriving, 'event')} of it still arrived since it "
                "was applied; tetratui doctor says what beats it"
            )


def _note_workload(predicted: float | None, workload: Workload, seconds: float) -> Iterator[str]:
    if predicted is None or seconds < _LEAST_SECONDS:
        return
    pace = workload.events / seconds
    if abs(pace - predicted) > _OTHER_WORKLOAD * max(predicted, pace):
        yield (
            f"{pace:.2f} events a second now, {predicted:.2f} were predicted: the workload has changed, or the time "
            "is too short"
        )
