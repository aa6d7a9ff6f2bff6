"""An imported denylist at one moment: its entries with lints, hits and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tetratui.core.export.sidecar import Reason, Sidecar, key_of
from tetratui.core.table import EventTable
from tetratui.core.tetragon.format.filter_writer import canonical_text
from tetratui.core.tetragon.lint.lints import Lint, lint
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.tuning.hits import Hits, count_hits


@dataclass(frozen=True, slots=True)
class DenylistView:
    """What is known of a denylist; entries are numbered from 0."""

    filters: FilterList
    lints: tuple[Lint, ...]
    hits: tuple[Hits, ...]
    """The hits of each entry; empty when Tetragon refuses the list."""
    sidecar: Sidecar

    def __len__(self) -> int:
        return len(self.filters.filters)

    def text(self, entry: int) -> str:
        """Return the canonical text of an entry."""
        return canonical_text(self.filters.filters[entry])

    def reason(self, entry: int) -> Reason | None:
        """Return what the sidecar says of an entry."""
        return self.sidecar.get(key_of(self.text(entry)))

    def lints_of(self, entry: int) -> list[Lint]:
        """Return the lints of an entry."""
        return [lint for lint in self.lints if lint.entry == entry]

    def severity(self, entry: int) -> str | None:
        """Return the worst severity among the lints of an entry; a shadowed entry counts as a warning."""
        severities: set[str] = {lint.severity for lint in self.lints_of(entry)}
        if self.hits and self.hits[entry].shadowed_by:
            severities.add("warning")
        return next((severity for severity in ("error", "warning", "info") if severity in severities), None)


def view_denylist(
    filters: FilterList, table: EventTable, in_force_since: Mapping[str, int], sidecar: Sidecar
) -> DenylistView:
    """Check a denylist and count the hits of its entries.

    `in_force_since` maps the canonical text of an entry in force to nanoseconds since the epoch (see `hits`).
    """
    if not filters.accepted:
        return DenylistView(filters, (), (), sidecar)
    since = [in_force_since.get(canonical_text(entry)) for entry in filters.filters]
    return DenylistView(filters, tuple(lint(filters)), tuple(count_hits(filters, table, since)), sidecar)
