"""The report of drafts for a colleague who has to approve them, in Markdown; the same events give the same report.

Event text is hostile here too: it is put into code spans with every backquote, bar and control character made harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tetratui.core.amounts import format_count
from tetratui.core.events.markdown import cell, code
from tetratui.core.tuning.impact import Impact
from tetratui.core.tuning.safety.risk import Risk
from tetratui.core.tuning.scopes.refusals import Refusal
from tetratui.core.tuning.scopes.scope_builder import WHAT


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One filter of the report."""

    filter: str
    """Its canonical text."""
    scope: str
    targets: tuple[str, ...]
    impact: Impact
    risk: Risk
    collateral: int
    """Events that it hides and nobody marked."""
    reason: str = ""
    owner: str = ""
    expiry: date | None = None
    place: str = "anywhere"
    """Where it applies: `container`, `host` or `anywhere`."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be approved."""

    title: str
    entries: tuple[ReportEntry, ...]
    impact: Impact
    """Of all filters together."""
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader must know besides: suppression rules that do not match, the cover, lost detections."""

    def markdown(self) -> str:
        """Return the whole report."""
        lines = [f"# {self.title}", "", *_total_lines(self.impact), ""]
        for number, entry in enumerate(self.entries, 1):
            lines += [*_entry_lines(number, entry), ""]
        if self.refused:
            lines += ["## Not drafted", "", "| events | why |", "|---:|---|"]
            lines += [f"| {refusal.events} | {cell(refusal.reason)} |" for refusal in self.refused] + [""]
        if self.notes:
            lines += ["## Notes", "", *(f"- {cell(note)}" for note in self.notes), ""]
        return "\n".join(lines)


def _total_lines(impact: Impact) -> list[str]:
    total = f"Hides {impact.dropped:,} of {impact.events:,} events ({impact.share:.1%})"
    known = impact.bytes_per_day is not None
    pace = f"{impact.bytes_per_day:,} bytes a day" if known else f"bytes a day unknown: {impact.why_no_pace}"
    return [f"{total}, {pace}; {_evidence(impact, 'commands')}."]


def _evidence(impact: Impact, start: str = "events") -> str:
    """Count what an impact hides, from this quantity on."""
    counts = {"events": impact.dropped, "commands": impact.commands, "users": impact.users, "hosts": impact.hosts}
    names = {"events": "event", "commands": "distinct command", "users": "user", "hosts": "host"}
    shown = list(counts)[list(counts).index(start) :]
    return ", ".join(format_count(counts[name], names[name]) for name in shown)


def _entry_lines(number: int, entry: ReportEntry) -> list[str]:
    until = entry.expiry.isoformat() if entry.expiry else "no end"
    collateral = f"{format_count(entry.collateral, 'event')} not marked" if entry.collateral else "none"
    lines = [
        f"## {number}. Scope {WHAT.get(entry.scope, entry.scope)}",
        "",
        code(entry.filter, longest=10_000),
        "",
        f"- reason: {cell(entry.reason) or 'none yet'}; owner: {cell(entry.owner) or 'none yet'}; until: {until}",
        f"- written to: {', '.join(entry.targets) or 'nothing'}",
        f"- evidence: {_evidence(entry.impact)}",
        f"- collateral: {collateral}",
        f"- risk: {cell(entry.risk.sentence)}",
    ]
    if entry.risk.needs_reason:
        lines.append(f"- needs a reason: {cell(entry.risk.needs_reason)}")
    lines += ["", "| seen | rarest command lines it hides |", "|---:|---|"]
    return lines + [f"| {count} | {code(line, in_table=True)} |" for line, count in entry.impact.rarest[:5]]
