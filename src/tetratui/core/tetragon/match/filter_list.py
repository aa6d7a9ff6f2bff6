"""Read an export list as one agent would, and find which of its filters matches an event first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tetratui.core.events.kinds import PAST_THE_LISTS
from tetratui.core.tetragon.format.filter import REGEX_FIELDS, Filter
from tetratui.core.tetragon.format.filter_reader import ListEntry, RefusedEntry, parse_each, parse_filters
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import CEL_WORKS_SINCE, LATEST, EnabledFeatures, Features, Version
from tetratui.core.tetragon.match.event_blocks import EventView, view_event
from tetratui.core.tetragon.match.predicates import Predicate, build_predicates, first_match
from tetratui.core.tetragon.match.regex import unanswerable_reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tetratui.core.table import EventTable
    from tetratui.core.tetragon.match.bulk_match import TableMatches


@dataclass
class FilterList:
    """The filters of a list, or why an agent of this version and options would refuse it."""

    entries: tuple[ListEntry, ...]
    """The filters with their locations; empty if the list could not be parsed."""
    errors: list[FilterError]
    """What would stop the agent; empty if it accepts the list."""
    source: bytes
    """The bytes of the file."""
    features: Features
    as_allowlist: bool = False
    unknown: list[tuple[int, str]] = field(default_factory=list)
    """Entries with an expression that is not emulated here, and the reason. They may match more than is found."""

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters in the order of the file."""
        return tuple(entry.filter for entry in self.entries)

    @property
    def accepted(self) -> bool:
        """Whether the agent would start with it."""
        return not self.errors

    @property
    def version(self) -> Version:
        """The version it was read for."""
        return self.features.version

    @classmethod
    def of(
        cls, filters: Sequence[Filter], version: Version = LATEST, options: EnabledFeatures | None = None
    ) -> FilterList:
        """Return a list of filters that stand in no file."""
        entries = tuple(ListEntry(filter_, 0, 0, 0, 0) for filter_ in filters)
        features = Features(version, options or EnabledFeatures())
        errors, unknown = _build_errors(entries, features)
        return cls(entries, errors, b"", features, False, unknown)

    @cached_property
    def _predicates(self) -> list[list[tuple[str, Predicate]]]:
        return [build_predicates(filter_, self.features) for filter_ in self.filters]

    def first_match(self, event: Mapping[str, Any]) -> int | None:
        """Return the first filter (from 0) that matches a decoded line, or None.

        Some kinds of event are written whatever the lists say: they match none. A list with `pid_set` remembers the
        events it has seen, so they must come in the order of the file.

        Raises:
            Panic: the agent would crash on this event.
        """
        return self.first_match_in(view_event(event, self.features))

    def first_match_in(self, event: EventView) -> int | None:
        """Return the first filter that matches the view of an event, or None; raises Panic."""
        return None if event.kind in PAST_THE_LISTS else first_match(self._predicates, event)

    def match_table(self, table: EventTable, rows: Iterable[int] | None = None) -> TableMatches:
        """Match every held event of a table, or only the events with these row ids. A refused list matches nothing."""
        # Matching a table needs numpy and the tables; reading and checking a list does not.
        from tetratui.core.tetragon.match.bulk_match import match_table

        return match_table(self.filters if self.accepted else (), self.features, table, rows)

    def first_matches(self, table: EventTable, rows: Iterable[int] | None = None) -> NDArray[np.int32]:
        """Return per held event the first filter that matches it, -1 for none and where the agent would crash."""
        return self.match_table(table, rows).first

    def lets_through(self, event: Mapping[str, Any]) -> bool:
        """Return whether the event is written.

        An allowlist keeps what matches, or everything if it is empty; a denylist drops what matches.
        """
        view = view_event(event, self.features)
        if view.kind in PAST_THE_LISTS:
            return True
        matched = self.first_match_in(view) is not None
        return (matched or not self.entries) if self.as_allowlist else not matched

    def without_memory(self) -> FilterList:
        """Return the same list without what `pid_set` remembers of events."""
        return FilterList(self.entries, self.errors, self.source, self.features, self.as_allowlist, self.unknown)


def read(
    data: bytes | str, version: Version = LATEST, options: EnabledFeatures | None = None, as_allowlist: bool = False
) -> FilterList:
    """Return a list as an agent of this version and options reads it. What would stop the agent is in `errors`."""
    source = _encoded(data) if isinstance(data, str) else data
    features = Features(version, options or EnabledFeatures())
    try:
        entries = tuple(parse_filters(source, features))
    except FilterError as error:
        return FilterList((), [error], source, features, as_allowlist)
    errors, unknown = _build_errors(entries, features)
    return FilterList(entries, errors, source, features, as_allowlist, unknown)


def read_entries(filters: FilterList) -> list[ListEntry | RefusedEntry]:
    """Return every entry that stands in the list's file, those that would stop the agent with their error.

    The entries of an accepted list are those of the list itself.
    """
    if filters.accepted:
        return list(filters.entries)
    entries: list[ListEntry | RefusedEntry] = []
    for number, entry in enumerate(parse_each(filters.source, filters.features)):
        error = entry.error if isinstance(entry, RefusedEntry) else _build_error(number, entry, filters.features)
        if isinstance(entry, RefusedEntry) or error is None:
            entries.append(entry)
            continue
        text = filters.source[entry.start : entry.stop].decode("utf-8", "surrogateescape")
        entries.append(RefusedEntry(error, text, entry.line, entry.column, entry.start, entry.stop))
    return entries


def _build_error(number: int, entry: ListEntry, features: Features) -> FilterError | None:
    try:
        build_predicates(entry.filter, features)
    except FilterError as error:
        error.entry, error.line, error.column = number, entry.line, entry.column
        return error
    return None


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Half a surrogate pair stands for no byte of a file: what comes out is refused as not UTF-8.
        return text.encode("utf-8", "surrogatepass")


def _build_errors(entries: Sequence[ListEntry], features: Features) -> tuple[list[FilterError], list[tuple[int, str]]]:
    errors: list[FilterError] = []
    unknown: list[tuple[int, str]] = []
    for number, entry in enumerate(entries):
        error = _build_error(number, entry, features)
        if error is not None:
            errors.append(error)
            continue
        patterns = (pattern for name in REGEX_FIELDS for pattern in getattr(entry.filter, name) or ())
        unknown += [(number, reason) for reason in map(unanswerable_reason, patterns) if reason]
        if entry.filter.cel_expression and features.version >= CEL_WORKS_SINCE:
            # CEL needs protobuf, which most lists do not.
            from tetratui.core.tetragon.cel import cel_expression as cel

            unknown += [(number, reason) for reason in cel.list_unanswerable(entry.filter.cel_expression, features)]
    return errors, unknown
