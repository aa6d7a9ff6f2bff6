"""An export list as one agent would hold it: read, built, and asked which of its filters matches an event first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tetratui.core.events.kinds import PAST_THE_LISTS
from tetratui.core.tetragon.format.filter import REGEX_FIELDS, Filter
from tetratui.core.tetragon.format.filter_reader import ListEntry, parse
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import CEL_WORKS_SINCE, LATEST, EnabledFeatures, Features, Version
from tetratui.core.tetragon.match.event_blocks import Seen, seen
from tetratui.core.tetragon.match.predicates import Predicate, first_match, predicates_of
from tetratui.core.tetragon.match.regex import unanswered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tetratui.core.table import EventTable
    from tetratui.core.tetragon.match.bulk_match import ListAnswer


@dataclass
class FilterList:
    """The filters of a list, or why this version would not take it."""

    entries: tuple[ListEntry, ...]
    """The filters with their places; empty when the list could not be parsed."""
    errors: list[FilterError]
    """What would stop the agent; empty = accepted."""
    source: bytes
    """The file as it was given."""
    features: Features
    as_allowlist: bool = False
    unknown: list[tuple[int, str]] = field(default_factory=list)
    """Entries with an expression that cannot be answered here, with the reason: what they match is a lower bound."""

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
        """Make a list of filters that stand in no file."""
        entries = tuple(ListEntry(one, 0, 0, 0, 0) for one in filters)
        features = Features(version, options or EnabledFeatures())
        errors, unknown = _build_errors(entries, features)
        return cls(entries, errors, b"", features, False, unknown)

    @cached_property
    def _built(self) -> list[list[tuple[str, Predicate]]]:
        return [predicates_of(one, self.features) for one in self.filters]

    def first_match(self, event: Mapping[str, Any]) -> int | None:
        """Give the first filter that matches a decoded line, or None; raises Panic where the agent would crash.

        An event that the agent writes past its lists is never given to them: it matches none. Lists with `pid_set`
        remember what they were asked: give them the events in the order of the file.
        """
        return self.first_of(seen(event, self.features))

    def first_of(self, event: Seen) -> int | None:
        """Give the first filter that matches an event already looked at."""
        return None if event.kind in PAST_THE_LISTS else first_match(self._built, event)

    def answer(self, table: EventTable, rows: Iterable[int] | None = None) -> ListAnswer:
        """Ask the list for every event of a table, or for these row ids only; a refused list matches nothing."""
        # The masks need numpy and the tables; reading and checking a list does not.
        from tetratui.core.tetragon.match.bulk_match import answer

        return answer(self.filters if self.accepted else (), self.features, table, rows)

    def first_matches(self, table: EventTable, rows: Iterable[int] | None = None) -> NDArray[np.int32]:
        """Give per held event the first filter that matches it, -1 for none; panics count as none."""
        return self.answer(table, rows).first

    def lets_through(self, event: Mapping[str, Any]) -> bool:
        """Say whether the event is written: an allowlist keeps what matches (all when empty), a denylist drops it."""
        looked_at = seen(event, self.features)
        if looked_at.kind in PAST_THE_LISTS:
            return True
        matched = self.first_of(looked_at) is not None
        return (matched or not self.entries) if self.as_allowlist else not matched

    def fresh(self) -> FilterList:
        """Give the same list without the memory of `pid_set`."""
        return FilterList(self.entries, self.errors, self.source, self.features, self.as_allowlist, self.unknown)


def read(
    data: bytes | str, version: Version = LATEST, options: EnabledFeatures | None = None, as_allowlist: bool = False
) -> FilterList:
    """Read a list as an agent of this version with these options would; what stops the agent is in `errors`."""
    source = _encoded(data) if isinstance(data, str) else data
    features = Features(version, options or EnabledFeatures())
    try:
        entries = tuple(parse(source, features))
    except FilterError as error:
        return FilterList((), [error], source, features, as_allowlist)
    errors, unknown = _build_errors(entries, features)
    return FilterList(entries, errors, source, features, as_allowlist, unknown)


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
        try:
            predicates_of(entry.filter, features)
        except FilterError as error:
            error.entry, error.line, error.column = number, entry.line, entry.column
            errors.append(error)
            continue
        patterns = (pattern for name in REGEX_FIELDS for pattern in getattr(entry.filter, name) or ())
        unknown += [(number, reason) for reason in map(unanswered, patterns) if reason]
        if entry.filter.cel_expression and features.version >= CEL_WORKS_SINCE:
            # CEL needs protobuf, which most lists do not.
            from tetratui.core.tetragon.cel import cel_expression as cel

            unknown += [(number, reason) for reason in cel.unanswered(entry.filter.cel_expression, features)]
    return errors, unknown
