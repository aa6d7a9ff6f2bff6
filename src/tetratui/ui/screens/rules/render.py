"""Draw the Rules screen: a line for each entry or draft, and the details of one entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.text import Text
from textual.content import Content

from tetratui.core.amounts import format_count, name_entry
from tetratui.core.events.visible import visible
from tetratui.core.export.sidecar import Reason
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.lint.lints import Lint
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.exclusion_summary import summarise
from tetratui.core.tuning.hits import Hits
from tetratui.core.workspace.denylist_view import REFUSED, DenylistView, EntryView
from tetratui.ui.render.block_bars import block_bar
from tetratui.ui.render.filter_fields import filter_field_lines
from tetratui.ui.theme.severity_styles import PLAIN, Styles

_LABELS = {REFUSED: "REFUSED", "error": "ERROR", "warning": "WARNING", "info": "note"}
"""The label of each severity."""
_SIGNS = {REFUSED: "✗ ", "error": "✗ ", "warning": "! ", "info": "  "}
_STYLES = {REFUSED: "$error", "error": "$error", "warning": "$warning", "info": "$text-muted"}
_STYLE_OF = {REFUSED: "error", "error": "error", "warning": "warning", "": "success"}
"""The style of a state; a note has none."""
_BAR = 5
"""Cells of the bar of hits."""
_LONGEST = 1000
"""Characters of an entry that the list holds; the details show all of it."""

COLUMNS = ("#", "line", "state", "hits", "owner", "expires", "entry")
_ONLY_WIDE = {"owner", "expires"}
"""Columns that a narrow list leaves to the details."""


def columns(width: int) -> list[str]:
    """Return the columns that have room."""
    return [name for name in COLUMNS if width >= 100 or name not in _ONLY_WIDE]


def fit_cells(cells: Sequence[Text], names: Sequence[str]) -> list[Text]:
    """Return the cells of these columns."""
    return [cell for cell, name in zip(cells, COLUMNS, strict=True) if name in names]


def entry_cells(number: int, entry: EntryView, today: date, styles: Styles) -> list[Text]:
    """Draw one entry of the imported list."""
    severity = entry.severity
    style = styles.get(_STYLE_OF.get(severity or "", ""), PLAIN)
    reason = entry.reason
    return [
        Text(f"{number + 1:,}", justify="right"),
        Text(f"{entry.line:,}", justify="right"),
        Text(f"{_SIGNS[severity]}{_LABELS[severity]}" if severity else "✓ ok", style),
        Text(_hits_text(entry.hits)),
        Text(visible((reason.owner if reason else "") or "–")),
        _expiry_cell(reason.expiry if reason else None, today, styles),
        Text(visible(entry.text[:_LONGEST]), style if entry.error is not None else PLAIN, no_wrap=True),
    ]


def draft_cells(draft: Draft, today: date, styles: Styles) -> list[Text]:
    """Draw one draft."""
    summary = f"{summarise(draft.exclusions)}  ({draft.scope}, {format_count(len(draft.exclusions), 'filter')})"
    texts = (draft.id, "", "  draft", "not yet in force", draft.owner or "–")
    return [
        *(Text(visible(text)) for text in texts),
        _expiry_cell(draft.expiry, today, styles),
        Text(visible(summary), no_wrap=True),
    ]


def _hits_text(hits: Hits | None) -> str:
    if hits is None:
        return "–"
    if hits.events is None:
        return "in force, not measurable"
    share = hits.events / hits.measured if hits.measured else 0.0
    return f"{hits.words} {block_bar(share, _BAR)}"


def _expiry_cell(expiry: date | None, today: date, styles: Styles) -> Text:
    if expiry is None:
        return Text("–")
    overdue = expiry < today
    return Text(f"{expiry} EXPIRED" if overdue else expiry.isoformat(), styles["error"] if overdue else PLAIN)


def head_lines(view: DenylistView) -> list[Content]:
    """Show whether Tetragon accepts the list, and how many findings there are."""
    filters, refused = view.filters, view.count(REFUSED)
    count = format_count(len(view), "entry")
    findings = _findings_text(view)
    if filters.accepted:
        verdict = (
            f"Loads in Tetragon {filters.version}",
            "bold $success" if not view.count("error") else "bold $error",
        )
        return [Content.assemble(verdict, f" · {count} · ", findings)]
    verdict = (f"REFUSED: Tetragon {filters.version} would not start with this list", "bold $error")
    first = Content.styled(visible(f"it would say: {error_text(filters.errors[0])}"), "$error")
    return [Content.assemble(verdict, f" · {refused:,} of {count} refused · ", findings), first]


def _findings_text(view: DenylistView) -> Content:
    errors, others = view.count("error"), view.count("warning") + view.count("info")
    return Content.assemble(
        (format_count(errors, "error"), "bold $error" if errors else ""),
        f", {others:,} {'warning or note' if others == 1 else 'warnings and notes'}",
    )


def error_text(error: FilterError) -> str:
    """Return where and why Tetragon refuses a list; entries and lines are counted from 1."""
    entry = f", {name_entry(error.entry)}" if error.entry is not None else ""
    field = f", field {error.field}" if error.field else ""
    return f"line {error.line}, column {error.column}{entry}{field}: {error.message}"


def finding_lines(entry: EntryView) -> list[Content]:
    """List what is wrong with an entry, each with what to do about it."""
    lines = []
    if entry.error is not None:
        lines.append(Content.styled(visible(f"REFUSED {error_text(entry.error)}"), "bold $error"))
        lines.append(
            Content(visible(f"     fix: {entry.error.remedy}" if entry.error.remedy else "     Enter edits it"))
        )
    for lint in entry.lints:
        lines.append(
            Content.styled(visible(f"{_LABELS[lint.severity]} {lint.code}: {lint.message}"), _STYLES[lint.severity])
        )
        lines.append(Content(visible(f"     {_fix_text(lint)}")))
    if entry.hits is not None and entry.hits.shadowed_by:
        lines.append(_shadow_line(entry.hits))
    return lines or [Content.styled("nothing is wrong with it", "$success")]


def _fix_text(lint: Lint) -> str:
    return f"f applies: {lint.fix}" if lint.is_applicable else f"fix: {lint.fix}"


def _shadow_line(hits: Hits) -> Content:
    matches = "matches" if len(hits.shadowed_by) == 1 else "together match"
    text = f"shadowed: {name_entry(*hits.shadowed_by)} {matches} all that it matches in these events"
    return Content.styled(text, "$warning")


def field_lines(entry: EntryView) -> Sequence[Content]:
    """Take an entry apart into its fields; a refused one is shown as it stands in the file."""
    if entry.error is None:
        return list(filter_field_lines([entry.text]))
    return [Content.styled(visible(line), "$error") for line in entry.text.splitlines()]


def fact_lines(entry: EntryView) -> list[Content]:
    """Say what an entry matches, and why it is there as far as anybody wrote it down."""
    reason = entry.reason or Reason("")
    hits = "unknown: Tetragon refuses it" if entry.hits is None else entry.hits.words
    facts = {
        "hits": hits,
        "line": f"{entry.line:,}",
        "reason": reason.reason or "none given",
        "owner": reason.owner or "–",
        "expires": reason.expiry.isoformat() if reason.expiry else "never",
        "scope": reason.scope or "–",
        "hosts": ", ".join(reason.hosts) or "–",
    }
    return [Content.assemble((f"{name:<8} ", "$accent"), visible(text)) for name, text in facts.items()]
