"""The drafts of an export, one exclusion at a time: its filter, its hosts, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tetratui.core.errors import RefusedError
from tetratui.core.exclusion import Exclusion
from tetratui.core.export.sidecar import Reason
from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.format.filter_writer import build_filter, canonical_text
from tetratui.core.tetragon.format.versions import LATEST, Version
from tetratui.core.tuning.draft import Draft
from tetratui.core.wazuh.write.rule_file import Suppression

ALL_HOSTS_NEEDS = "silencing for all hosts needs a reason"


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One exclusion of one draft."""

    draft: Draft
    exclusion: Exclusion
    filter: Filter | None
    """None when the installed version cannot say it; the rules may still."""
    filter_refused: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts its events came from."""
        return self.exclusion.hosts or self.draft.hosts

    @property
    def words(self) -> str:
        """What the rule's description says of it."""
        return ", ".join(text for text in (f"draft {self.draft.id}", self.draft.reason, self.draft.owner) if text)

    def suppressed(self, all_hosts: str) -> Suppression:
        """Say it for the rule file; `all_hosts` is the reason for leaving the hosts out, or empty."""
        if all_hosts:
            return Suppression(self.exclusion, None, f"{self.words}, all hosts: {all_hosts}")
        return Suppression(self.exclusion, self.hosts, self.words)

    def reason(self) -> Reason | None:
        """Say it for the sidecar."""
        if self.filter is None:
            return None
        draft = self.draft
        return Reason(canonical_text(self.filter), draft.scope, draft.reason, draft.owner, draft.expiry, self.hosts)


def items_of(drafts: Iterable[Draft], version: Version) -> list[ExportItem]:
    """Take drafts apart, in order; an exclusion that stands in two of them is taken once."""
    parts: dict[Exclusion, ExportItem] = {}
    for draft in drafts:
        for exclusion in draft.exclusions:
            if exclusion not in parts:
                parts[exclusion] = _part(draft, exclusion, version)
    return list(parts.values())


def _part(draft: Draft, exclusion: Exclusion, version: Version) -> ExportItem:
    try:
        return ExportItem(draft, exclusion, build_filter(exclusion, version))
    except RefusedError as error:
        return ExportItem(draft, exclusion, None, str(error))


def filters_of(parts: Sequence[ExportItem]) -> list[Filter]:
    """The filters of parts that have one."""
    return [part.filter for part in parts if part.filter is not None]


def hiding(parts: Sequence[ExportItem]) -> dict[int, Filter]:
    """Say what each part hides, by its place: what the installed version cannot say, its rules still silence.

    Such a part is judged by what the newest version would drop. Left out is what no version can say.
    """
    found: dict[int, Filter] = {}
    for place, part in enumerate(parts):
        try:
            found[place] = part.filter or build_filter(part.exclusion, LATEST)
        except RefusedError:
            continue
    return found
