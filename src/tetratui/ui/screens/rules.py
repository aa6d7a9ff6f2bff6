"""The Rules screen: the imported list by entry, with its hits where they can be known, lints, owner and expiry."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.export.sidecar import Sidecar, key_of, read_file
from tetratui.core.export.target import READ_WHOLE
from tetratui.core.tetragon.filter_list import FilterList, read
from tetratui.core.tetragon.lints import Lint, lint
from tetratui.core.tetragon.versions import LATEST, Version
from tetratui.core.tetragon.write import canonical, without
from tetratui.core.tuning.hits import Hits, hits
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change
from tetratui.ui.screens.work import WorkScreen
from tetratui.ui.widgets.rows import Rows

_EMPTY = (
    "No list imported: press o and name an export-denylist, to see its entries, what is wrong with them and their hits."
)
_MARKS = {"error": "ERR", "warning": "WARN", "info": "note"}


@dataclass(frozen=True, slots=True)
class Picture:
    """The imported list at one moment."""

    filters: FilterList
    lints: tuple[Lint, ...]
    hits: tuple[Hits, ...]
    sidecar: Sidecar

    def state(self, entry: int) -> str:
        """The worst that is said of an entry."""
        found = [lint.severity for lint in self.lints if lint.entry == entry]
        return next((_MARKS[severity] for severity in ("error", "warning", "info") if severity in found), "ok")


class RulesScreen(WorkScreen):
    """The imported denylist: hits, lints, owner, expiry; entries can be taken out or mended, with undo."""

    MODE = "rules"
    TITLE_OF_HELP: ClassVar[str] = "The imported denylist: hits, lints, owner and expiry of each entry."
    CSS_PATH: ClassVar[CSSPathType | None] = ["work.tcss", "rules.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("rules")]

    head = query_one("#rules-head", Static)
    entries = query_one("#entries", Rows)
    details = query_one("#rules-details", Static)
    line = query_one("#rules-line", Input)

    def __init__(self) -> None:
        super().__init__()
        self.picture: Picture | None = None
        self.since: int | None = None
        """When the imported list came into force, nanoseconds; None when it is not in force here."""
        self._seen: object = self

    def content(self) -> Iterable[Widget]:
        """Lay the entries over what is said of the one under the cursor."""
        yield Static(id="rules-head")
        yield Rows("entries")
        with VerticalScroll(id="rules-scroll", can_focus=False):
            yield Static(id="rules-details")
        yield Input(id="rules-line", placeholder="path of an export-denylist")

    def on_mount(self) -> None:
        """Lay the columns."""
        super().on_mount()
        self.line.display = False
        self.entries.add_columns("#", "state", "hits", "owner", "until", "entry")

    def workspace_changed(self, changes: frozenset[Change]) -> None:  # noqa: ARG002  # the bench says what changed
        """Look again when the list on the bench has changed."""
        if self.workspace.bench.denylist != self._seen:
            self._seen = self.workspace.bench.denylist
            self.look()

    @work(exclusive=True, group="rules", exit_on_error=False)
    async def look(self) -> None:
        """Read the list as this version's agent would, and ask what its entries match."""
        data = self.workspace.bench.denylist
        if data is None:
            self.picture = None
            self.entries.clear()
            self.details.update("")
            self.head.update(Content(_EMPTY))
            return
        self.head.update(Content("looking…"))
        try:
            self.picture = await asyncio.to_thread(self._taken, data)
        except TetratuiError as error:
            self.head.update(Content.styled(visible(str(error)), "$error"))
            return
        self._draw(self.picture)

    def _taken(self, data: bytes) -> Picture:
        work = self.workspace
        version = Version.parse(work.tetragon) if work.tetragon else LATEST
        filters = read(data, version)
        found = lint(filters) if filters.accepted else []
        counted = hits(filters, work.table, self.since) if filters.accepted else []
        sidecar = read_file(work.sidecar) if work.sidecar is not None else {}
        return Picture(filters, tuple(found), tuple(counted), sidecar)

    def _draw(self, picture: Picture) -> None:
        filters, table = picture.filters, self.entries
        at = table.cursor_row
        table.clear()
        for number, one in enumerate(filters.filters):
            reason = picture.sidecar.get(key_of(canonical(one)))
            owner = reason.owner if reason else ""
            until = reason.expiry.isoformat() if reason and reason.expiry else ""
            expired = bool(reason and reason.expired(datetime.now(UTC).date()))
            counted = picture.hits[number].words if picture.hits else ""
            cells = (
                str(number),
                picture.state(number),
                counted,
                owner or "nobody",
                _until(until, expired),
                canonical(one),
            )
            table.add_row(*(Text(visible(cell)) for cell in cells))
        table.move_cursor(row=min(at, max(0, len(filters.filters) - 1)), animate=False)
        self.head.update(Content("\n").join(_head_lines(picture)))
        self._describe()

    @on(DataTable.RowHighlighted, "#entries")
    def highlight(self, event: DataTable.RowHighlighted) -> None:
        """Say what is known of the entry under the cursor."""
        event.stop()
        self._describe()

    def _describe(self) -> None:
        picture, entry = self.picture, self.entries.cursor_row
        if picture is None or not 0 <= entry < len(picture.filters.filters):
            self.details.update("")
            return
        lines = [Content(visible(canonical(picture.filters.filters[entry])))]
        if picture.hits:
            lines += _hit_lines(picture.hits[entry])
        reason = picture.sidecar.get(key_of(canonical(picture.filters.filters[entry])))
        if reason is not None:
            lines.append(Content(visible(f"wanted by {reason.owner or 'nobody'}: {reason.reason or 'no reason'}")))
        for one in picture.lints:
            if one.entry == entry:
                style = {"error": "$error", "warning": "$warning"}.get(one.severity, "$text-muted")
                lines.append(Content.styled(visible(f"{_MARKS[one.severity]} {one.code}: {one.message}"), style))
                lines.append(Content(visible(f"     fix: {one.fix}")))
        self.details.update(Content("\n").join(lines))

    def action_open(self) -> None:
        """Ask for the path of a list."""
        self.line.display = True
        self.line.focus()

    @on(Input.Submitted, "#rules-line")
    def open_list(self, event: Input.Submitted) -> None:
        """Import the list that was named."""
        event.stop()
        self.action_back()
        path = Path(event.value.strip()).expanduser()
        try:
            data = path.read_bytes()
            self.since = in_force_since(path, self.workspace.sources)
        except OSError as error:
            self.owner.tell(f"{path} cannot be read: {error.strerror}", "error")
            return
        self.workspace.bench.import_denylist(data)
        self.owner.change(Change.DRAFTS, at_once=True)

    def action_back(self) -> None:
        """Close the line at the bottom."""
        self.line.display = False
        self.entries.focus()

    def action_remove(self) -> None:
        """Take the entry under the cursor out of the list on the bench."""
        self._change(None)

    def action_fix(self) -> None:
        """Put the fixed form that a lint offers in the place of the entry under the cursor."""
        entry = self.entries.cursor_row
        offered = [one.fix for one in self.picture.lints if one.entry == entry] if self.picture else []
        fixes = [fix for fix in offered if fix.startswith("{")]
        if not fixes:
            self.owner.tell("no lint of this entry has a fix that can be applied")
            return
        self._change(fixes[0])

    def _change(self, fix: str | None) -> None:
        bench, entry = self.workspace.bench, self.entries.cursor_row
        if self.picture is None or bench.denylist is None or not 0 <= entry < len(self.picture.filters.filters):
            self.owner.tell("no entry under the cursor")
            return
        if fix is None:
            bench.import_denylist(without(bench.denylist, [entry]))
        else:
            (mended,) = read(fix, self.picture.filters.version, self.picture.filters.features.options).filters
            bench.import_denylist(without(bench.denylist, [], {entry: mended}))
        self.owner.tell(f"entry {entry} {'taken out' if fix is None else 'mended'} on the bench; u brings it back")
        self.owner.change(Change.DRAFTS, at_once=True)


def in_force_since(path: Path, sources: Iterable[object]) -> int | None:
    """Say when a list came into force for these events: the time of its file, if it lies where Tetragon reads.

    None for a list that lies elsewhere, and for a pipe, which export lists never touch. Raises OSError.
    """
    if "-" in map(str, sources) or READ_WHOLE.isdisjoint(path.resolve().parts):
        return None
    return path.stat().st_mtime_ns


def _until(until: str, expired: bool) -> str:
    return f"{until} EXPIRED" if expired else until


def _hit_lines(counted: Hits) -> list[Content]:
    lines = [Content(f"hits {counted.words}")]
    if counted.shadowed_by:
        names = ", ".join(map(str, counted.shadowed_by))
        lines.append(Content.styled(f"shadowed: entries {names} match all that it matches in these events", "$warning"))
    return lines


def _head_lines(picture: Picture) -> list[Content]:
    filters = picture.filters
    if filters.accepted:
        worst = sum(lint.severity == "error" for lint in picture.lints)
        told = f"Tetragon {filters.version} accepts it: {len(filters.filters)} entries, {len(picture.lints)} lints"
        return [Content.styled(f"{told}, {worst} of severity error", "$error" if worst else "")]
    lines = [Content.styled(f"Tetragon {filters.version} refuses it: the agent would not start", "bold $error")]
    for error in filters.errors[:5]:
        where = f"line {error.line} column {error.column}, entry {error.entry}"
        lines.append(Content(visible(f"{where}: {error.message}: {error.remedy}")))
    return lines
