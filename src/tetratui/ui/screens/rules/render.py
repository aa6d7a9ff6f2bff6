"""Draw the Rules screen: a line for each entry or draft, and details of one; find the list of an installed Tetragon."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from textual.content import Content

from tetratui.core.amounts import counted
from tetratui.core.events.visible import visible
from tetratui.core.export.atomic_write import READ_WHOLE
from tetratui.core.tetragon.agent.agent_config import examine
from tetratui.core.tetragon.agent.diagnosis import options_of
from tetratui.core.tetragon.format.filter_writer import canonical
from tetratui.core.tetragon.format.versions import EVERYTHING_ON, LATEST, EnabledFeatures, Version
from tetratui.core.tetragon.lint.lints import Lint
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.hits import Hits
from tetratui.core.workspace.denylist_view import DenylistView

_LABELS = {"error": "ERR", "warning": "WARN", "info": "note"}
"""The label of each severity of a lint."""
_STYLES = {"error": "$error", "warning": "$warning"}
_LONGEST = 4000
"""Characters shown of one entry."""


def in_force_since(path: Path, sources: Iterable[object]) -> int | None:
    """Say when a list came into force for these events: the time of its file, if it lies where Tetragon reads.

    None for a list that lies elsewhere, and for a pipe, which export lists never touch. Raises OSError.
    """
    if "-" in map(str, sources) or READ_WHOLE.isdisjoint(path.resolve().parts):
        return None
    return path.stat().st_mtime_ns


def installed_list(root: Path) -> tuple[bytes, str, int] | None:
    """Read the effective denylist of the Tetragon installed under a root: its bytes, its place, since when it is so.

    None without one. The time (nanoseconds) is that of the file that sets it; 0, so always, when no file does.
    """
    setting = examine(root).effective("export-denylist")
    if setting is None or not setting.value.strip():
        return None
    place, data = Path(setting.place), setting.value.encode("utf-8", "surrogateescape")
    try:
        changed = place.stat().st_mtime_ns
        # A file of conf.d is the list, byte for byte; one of YAML only holds it.
        return (data if place.suffix == ".yaml" else place.read_bytes()), setting.place, changed
    except OSError:
        return data, setting.place, 0


def in_force(root: Path, sources: Iterable[object]) -> dict[str, int]:
    """Give the entries of the list that is installed under a root, as canonical text, with since when they are so.

    Empty for a pipe, which export lists never touch.
    """
    found = installed_list(root) if "-" not in map(str, sources) else None
    return dict.fromkeys(entries_of(found[0]), found[2]) if found is not None else {}


def entries_of(data: bytes) -> list[str]:
    """Give the canonical text of every entry of a list, whatever features it needs."""
    return [canonical(one) for one in read(data, LATEST, EVERYTHING_ON).filters]


def features_of(enable: str | None, root: Path, version: Version) -> EnabledFeatures:
    """Give the optional features that are on: those configured, else those of the Tetragon installed under a root."""
    return EnabledFeatures.parse(enable) if enable is not None else options_of(examine(root), version)


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
    entry = f"scope {draft.scope}, {counted(len(draft.exclusions), 'filter')}: {draft.reason or 'no reason'}"
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
    return f"f applies: {lint.fix}" if lint.applies else f"fix: {lint.fix}"


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
            f"Loads in Tetragon {filters.version} · {counted(len(view), 'entry')} · ",
            (counted(errors, "error"), "bold $error" if errors else ""),
            f", {others:,} {'warning or note' if others == 1 else 'warnings and notes'}",
        )
    ]
