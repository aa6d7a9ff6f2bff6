"""The report of drafts for a colleague who has to approve them: Markdown, the same for the same events.

Event text is hostile here too: it stands in code spans, with every backquote, bar and control character made harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.impact import Impact
from tetratui.core.tuning.safety.risk import Risk
from tetratui.core.tuning.scopes.refusals import Refusal
from tetratui.core.tuning.scopes.scope_builder import WHAT

_LONGEST = 160


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
    """Events that it hides and that were not asked for."""
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
    """What falls short elsewhere: suppression rules, cover, lost rules."""

    def markdown(self) -> str:
        """Write it."""
        lines = [f"# {self.title}", "", *_sums(self.impact), ""]
        for number, entry in enumerate(self.entries, 1):
            lines += [*_entry(number, entry), ""]
        if self.refused:
            lines += ["## Not drafted", "", "| events | why |", "|---:|---|"]
            lines += [f"| {refusal.events} | {cell(refusal.reason)} |" for refusal in self.refused] + [""]
        if self.notes:
            lines += ["## Notes", "", *(f"- {cell(note)}" for note in self.notes), ""]
        return "\n".join(lines)


def _sums(impact: Impact) -> list[str]:
    told = f"Hides {impact.dropped:,} of {impact.events:,} events ({impact.share:.1%}), {impact.bytes_per_day:,} bytes"
    return [f"{told} a day; {_counted(impact, 'commands')}."]


def _counted(impact: Impact, since: str = "events") -> str:
    counts = {"events": impact.dropped, "commands": impact.commands, "users": impact.users, "hosts": impact.hosts}
    names = {"events": "event", "commands": "distinct command", "users": "user", "hosts": "host"}
    shown = list(counts)[list(counts).index(since) :]
    return ", ".join(format_count(counts[name], names[name]) for name in shown)


def _entry(number: int, entry: ReportEntry) -> list[str]:
    until = entry.expiry.isoformat() if entry.expiry else "no end"
    collateral = f"{format_count(entry.collateral, 'event')} not asked for" if entry.collateral else "none"
    lines = [
        f"## {number}. Scope {entry.scope}, {WHAT.get(entry.scope, '')}",
        "",
        code(entry.filter, longest=10_000),
        "",
        f"- why: {cell(entry.reason) or 'not said yet'}; owner: {cell(entry.owner) or 'nobody yet'}; until: {until}",
        f"- written to: {', '.join(entry.targets) or 'nothing'}",
        f"- evidence: {_counted(entry.impact)}",
        f"- collateral: {collateral}",
        f"- risk: {cell(entry.risk.sentence)}",
    ]
    if entry.risk.needs_reason:
        lines.append(f"- a person must answer for it: {cell(entry.risk.needs_reason)}")
    lines += ["", "| seen | rarest command lines it hides |", "|---:|---|"]
    return lines + [f"| {count} | {code(line, in_table=True)} |" for line, count in entry.impact.rarest[:5]]


def cell(text: str) -> str:
    """Make text safe in a sentence or a cell of Markdown."""
    kept = visible(text).replace("\\", "\\\\")
    for sign in "`*_[]<>|#":
        kept = kept.replace(sign, f"\\{sign}")
    return kept


def code(text: str, longest: int = _LONGEST, in_table: bool = False) -> str:
    """Put text in a code span that it cannot leave; cut with a count of what is cut."""
    shown = visible(text)
    if len(shown) > longest:
        shown = f"{shown[:longest]}… ({len(shown) - longest} more characters)"
    ticks = "`"
    while ticks in shown:
        ticks += "`"
    pad = " " if shown[:1] in {"`", " ", ""} or shown[-1:] in {"`", " "} else ""
    inside = shown.replace("|", "\\|") if in_table else shown
    return f"{ticks}{pad}{inside}{pad}{ticks}"
