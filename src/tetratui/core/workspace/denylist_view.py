"""An imported denylist at one moment: its entries with lints, hits and reasons, refused ones with the error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tetratui.core.export.sidecar import Reason, Sidecar, key_of
from tetratui.core.table import EventTable
from tetratui.core.tetragon.format.filter_reader import ListEntry, RefusedEntry
from tetratui.core.tetragon.format.filter_writer import canonical_text
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.lint.lints import Lint, lint
from tetratui.core.tetragon.manifest.imported_list import ImportedList
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.tuning.hits import Hits, count_hits

REFUSED = "refused"
"""The severity of an entry that would stop the agent."""
_SEVERITIES = (REFUSED, "error", "warning", "info")
"""The worst first."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """What is known of one entry."""

    line: int
    """The line of the file on which it begins, from 1."""
    text: str
    """Its canonical text; of a refused entry what stands in the file."""
    error: FilterError | None
    """Why Tetragon refuses it; None for an accepted one."""
    lints: tuple[Lint, ...] = ()
    hits: Hits | None = None
    """What it matches; None for a refused entry."""
    reason: Reason | None = None
    """What the sidecar says of it."""

    @property
    def severity(self) -> str | None:
        """The worst severity among its findings; a shadowed entry counts as a warning."""
        severities: set[str] = {lint.severity for lint in self.lints}
        if self.error is not None:
            severities.add(REFUSED)
        if self.hits is not None and self.hits.shadowed_by:
            severities.add("warning")
        return next((severity for severity in _SEVERITIES if severity in severities), None)


@dataclass(frozen=True, slots=True)
class DenylistView:
    """What is known of a denylist; entries are numbered from 0."""

    filters: FilterList
    """The list as the agent reads it."""
    entries: tuple[EntryView, ...]
    """Every entry that stands in the file, in its order."""

    def __len__(self) -> int:
        return len(self.entries)

    def count(self, severity: str) -> int:
        """Count the findings of a severity; those refused by entry, the others by lint."""
        if severity == REFUSED:
            return sum(entry.error is not None for entry in self.entries)
        return sum(lint.severity == severity for entry in self.entries for lint in entry.lints)


def view_denylist(
    imported: ImportedList, table: EventTable, in_force_since: Mapping[str, int], sidecar: Sidecar
) -> DenylistView:
    """Check a denylist and count the hits of its entries, as if those that the agent refuses were not there.

    `in_force_since` maps the canonical text of an entry in force to nanoseconds since the epoch (see `hits`).
    """
    filters, entries = imported.filters, imported.entries
    numbers = [number for number, entry in enumerate(entries) if isinstance(entry, ListEntry)]
    accepted = [entry for entry in entries if isinstance(entry, ListEntry)]
    options = filters.features.options
    good = filters if filters.accepted else FilterList.of([each.filter for each in accepted], filters.version, options)
    since = [in_force_since.get(canonical_text(entry.filter)) for entry in accepted]
    lints = lint(good, numbers)
    hits = dict(zip(numbers, _numbered(count_hits(good, table, since), numbers), strict=True))
    views = [_view(entry, number, lints, hits, sidecar) for number, entry in enumerate(entries)]
    return DenylistView(filters, tuple(views))


def _numbered(hits: Sequence[Hits], numbers: Sequence[int]) -> list[Hits]:
    """Name the entries that shadow another by their numbers in the file."""
    return [replace(each, shadowed_by=tuple(numbers[other] for other in each.shadowed_by)) for each in hits]


def _view(
    entry: ListEntry | RefusedEntry, number: int, lints: Sequence[Lint], hits: Mapping[int, Hits], sidecar: Sidecar
) -> EntryView:
    if isinstance(entry, RefusedEntry):
        return EntryView(entry.line, entry.text, entry.error)
    text = canonical_text(entry.filter)
    own = tuple(lint for lint in lints if lint.entry == number)
    return EntryView(entry.line, text, None, own, hits.get(number), sidecar.get(key_of(text)))
