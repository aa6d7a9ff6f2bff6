"""The lines of the Rules screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from textual.content import Content

from tetratui.core.amounts import counted
from tetratui.core.events.visible import visible
from tetratui.core.export.sidecar import Sidecar, key_of
from tetratui.core.tetragon.format.filter_writer import canonical_text
from tetratui.core.tetragon.lint.lints import Lint
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.hits import Hits

MARKS = {"error": "ERR", "warning": "WARN", "info": "note"}


@dataclass(frozen=True, slots=True)
class RulesView:
    """The imported list at one moment."""

    filters: FilterList
    lints: tuple[Lint, ...]
    hits: tuple[Hits, ...]
    sidecar: Sidecar

    def state(self, entry: int) -> str:
        """The worst that is said of an entry."""
        found: list[str] = [lint.severity for lint in self.lints if lint.entry == entry]
        if self.hits and self.hits[entry].shadowed_by:
            found.append("warning")
        return next((MARKS[severity] for severity in ("error", "warning", "info") if severity in found), "ok")


def length(picture: RulesView | None) -> int:
    """Count the entries of the imported list."""
    return len(picture.filters.filters) if picture is not None else 0


def entry_cells(picture: RulesView, number: int, today: date) -> tuple[str, ...]:
    """Give the cells of one imported entry."""
    text = canonical_text(picture.filters.filters[number])
    reason = picture.sidecar.get(key_of(text))
    counted = picture.hits[number].words if picture.hits else ""
    owner = reason.owner if reason else ""
    return (
        str(number),
        picture.state(number),
        counted,
        owner or "nobody",
        _until(reason.expiry if reason else None, today),
        text,
    )


def draft_cells(draft: Draft, today: date) -> tuple[str, ...]:
    """Give the cells of one draft."""
    what = f"scope {draft.scope}, {counted(len(draft.exclusions), 'filter')}: {draft.reason or 'no reason'}"
    return draft.id, "draft", "not yet in force", draft.owner or "nobody", _until(draft.expiry, today), what


def _until(until: date | None, today: date) -> str:
    if until is None:
        return ""
    return f"{until} EXPIRED" if until < today else until.isoformat()


def hit_lines(counted: Hits) -> list[Content]:
    """Say what an entry matches, where that can be known."""
    lines = [Content(f"hits {counted.words}")]
    if counted.shadowed_by:
        names = " and ".join(map(str, counted.shadowed_by))
        who = f"entry {names} matches" if len(counted.shadowed_by) == 1 else f"entries {names} together match"
        lines.append(Content.styled(f"shadowed: {who} all that it matches in these events", "$warning"))
    return lines


def head_lines(picture: RulesView) -> list[Content]:
    """Say whether Tetragon accepts the list, and what is wrong with it."""
    filters = picture.filters
    if filters.accepted:
        worst = sum(lint.severity == "error" for lint in picture.lints)
        told = f"Tetragon {filters.version} accepts it: {counted(len(filters.filters), 'entry')}"
        told += f", {counted(len(picture.lints), 'lint')}"
        return [Content.styled(f"{told}, {worst} of severity error", "$error" if worst else "")]
    lines = [Content.styled(f"Tetragon {filters.version} refuses it: the agent would not start", "bold $error")]
    for error in filters.errors[:5]:
        where = f"line {error.line} column {error.column}, entry {error.entry}"
        lines.append(Content(visible(f"{where}: {error.message}: {error.remedy}")))
    return lines
