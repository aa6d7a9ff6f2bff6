"""Draw the Rules screen: a line for each entry or draft, and the details of one entry."""

from __future__ import annotations

from datetime import date

from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tetragon.lint.lints import Lint
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.hits import Hits
from tetratui.core.workspace.denylist_view import DenylistView

_LABELS = {"error": "ERR", "warning": "WARN", "info": "note"}
"""The label of each severity of a lint."""
_STYLES = {"error": "$error", "warning": "$warning"}
_LONGEST = 4000
"""Characters shown of one entry."""


def entry_cells(view: DenylistView, entry: int, today: date) -> tuple[str, ...]:
    """Draw one entry of the imported list."""
    reason = view.reason(entry)
    severity = view.severity(entry)
    return (
        str(entry),
        _LABELS[severity] if severity else "ok",
        view.hits[entry].words if view.hits else "",
        (reason.owner if reason else "") or "–",
        _expiry_text(reason.expiry if reason else None, today),
        view.text(entry),
    )


def draft_cells(draft: Draft, today: date) -> tuple[str, ...]:
    """Draw one draft."""
    entry = f"scope {draft.scope}, {format_count(len(draft.exclusions), 'filter')}: {draft.reason or 'no reason'}"
    return draft.id, "draft", "not yet in force", draft.owner or "–", _expiry_text(draft.expiry, today), entry


def _expiry_text(expiry: date | None, today: date) -> str:
    if expiry is None:
        return ""
    return f"{expiry} EXPIRED" if expiry < today else expiry.isoformat()


def entry_lines(view: DenylistView, entry: int) -> list[Content]:
    """Describe one entry: its text, hits, reason and lints."""
    lines = [Content(visible(view.text(entry)[:_LONGEST]))]
    if view.hits:
        lines += _hit_lines(view.hits[entry])
    reason = view.reason(entry)
    if reason is not None:
        lines.append(Content(visible(f"owner {reason.owner or '–'}, reason: {reason.reason or 'none given'}")))
    for lint in view.lints_of(entry):
        style = _STYLES.get(lint.severity, "$text-muted")
        lines.append(Content.styled(visible(f"{_LABELS[lint.severity]} {lint.code}: {lint.message}"), style))
        lines.append(Content(visible(f"     {_fix_text(lint)}")))
    return lines


def _fix_text(lint: Lint) -> str:
    return f"f applies: {lint.fix}" if lint.is_applicable else f"fix: {lint.fix}"


def _hit_lines(hits: Hits) -> list[Content]:
    lines = [Content(f"hits {hits.words}")]
    if hits.shadowed_by:
        names = " and ".join(map(str, hits.shadowed_by))
        others = f"entry {names} matches" if len(hits.shadowed_by) == 1 else f"entries {names} together match"
        lines.append(Content.styled(f"shadowed: {others} all that it matches in these events", "$warning"))
    return lines


def head_lines(view: DenylistView) -> list[Content]:
    """Show whether Tetragon accepts the list, and how many lints it has."""
    filters = view.filters
    if not filters.accepted:
        lines = [Content.styled(f"Tetragon {filters.version} would not start with this list:", "bold $error")]
        for error in filters.errors[:5]:
            where = f"line {error.line} column {error.column}, entry {error.entry}"
            lines.append(Content(visible(f"{where}: {error.message}: {error.remedy}")))
        return lines
    errors = sum(lint.severity == "error" for lint in view.lints)
    others = len(view.lints) - errors
    return [
        Content.assemble(
            f"Loads in Tetragon {filters.version} · {format_count(len(view), 'entry')} · ",
            (format_count(errors, "error"), "bold $error" if errors else ""),
            f", {others:,} {'warning or note' if others == 1 else 'warnings and notes'}",
        )
    ]
