"""The Rules screen: the imported list by entry, with its hits where they can be known, lints, owner and expiry."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from tetratui.core.errors import SourceError
from tetratui.core.events.visible import visible
from tetratui.core.export.sidecar import key_of, read_file
from tetratui.core.tetragon.format.filter_writer import canonical, without
from tetratui.core.tetragon.format.versions import Features
from tetratui.core.tetragon.lint.lints import lint
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.hits import count_hits
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change
from tetratui.ui.screens.base.screen import WorkScreen
from tetratui.ui.screens.draft.safety_checks import filter_lines, version_of
from tetratui.ui.screens.review.files import sidecar_path
from tetratui.ui.screens.rules.render import (
    MARKS,
    RulesView,
    draft_cells,
    entries_of,
    entry_cells,
    features_of,
    head_lines,
    hit_lines,
    in_force,
    in_force_since,
    installed_list,
    length,
)
from tetratui.ui.widgets.event_grid import fitted
from tetratui.ui.widgets.row_list import RowList

INSTALLED = job("installed", "looking for the list of the installed Tetragon")
OPEN = job("open", "opening the list")
LOOK = job("rules", "reading the list")

_EMPTY = (
    "No list imported: press o and name an export-denylist, to see its entries, what is wrong with them and their hits."
)
_LONGEST = 160
"""Cells of a text in the list; all of it stands below."""
_MOST = 4000
"""Characters shown of one entry."""


class RulesScreen(WorkScreen):
    """The imported denylist: hits, lints, owner, expiry; entries can be taken out or mended, with undo."""

    MODE = "rules"
    TITLE_OF_HELP: ClassVar[str] = "The imported denylist: hits, lints, owner and expiry of each entry."
    CSS_PATH: ClassVar[CSSPathType | None] = ["../base/base.tcss", "rules.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("rules")]

    head = query_one("#rules-head", Static)
    entries = query_one("#entries", RowList)
    details = query_one("#rules-details", Static)
    scroll = query_one("#rules-scroll", VerticalScroll)
    line = query_one("#rules-line", Input)

    def __init__(self) -> None:
        super().__init__()
        self.picture: RulesView | None = None
        self.opened: dict[str, int] = {}
        """Entries of opened lists that lie where Tetragon reads, with since when, in nanoseconds."""
        self._seen: object = self
        self._looked_for_installed = False
        self._editing: int | None = None
        """The entry that the line at the bottom replaces; None: it takes a path."""
        self.root = Path("/")
        """Where an installed Tetragon is looked for."""

    def content(self) -> Iterable[Widget]:
        """Lay the entries over what is said of the one under the cursor."""
        yield Static(id="rules-head")
        yield RowList("entries")
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
        bench = self.workspace.bench
        if bench.denylist is None and not self._looked_for_installed:
            self._looked_for_installed = True
            self._import_installed()
        if (bench.denylist, bench.drafts) != self._seen:
            self._seen = (bench.denylist, bench.drafts)
            self.look()

    @background(INSTALLED)
    async def _import_installed(self) -> None:
        """Take the list of the Tetragon that is installed here, if there is one and no other has been imported."""
        found = await asyncio.to_thread(installed_list, self.root)
        bench = self.workspace.bench
        if found is None or bench.denylist is not None:
            return
        data, place, _ = found
        bench.import_denylist(data)
        self.owner.tell(f"imported what Tetragon reads here: {place}")
        self.owner.change(Change.DRAFTS, at_once=True)

    @background(LOOK)
    async def look(self) -> None:
        """Read the list as this version's agent would, and ask what its entries match."""
        data = self.workspace.bench.denylist
        self.head.update(Content("looking…"))
        self.picture = await asyncio.to_thread(self._taken, data) if data is not None else None
        self._draw(self.picture)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show no entries where the list could not be read, and say why."""
        if event.job is LOOK:
            self.picture = None
            self.entries.clear()
            self.head.update(Content.styled(event.text, "$error"))

    def _taken(self, data: bytes) -> RulesView:
        work = self.workspace
        version = version_of(work)
        filters = read(data, version, features_of(work.config.tetragon.enable, self.root, version))
        table = work.still()
        found = lint(filters) if filters.accepted else []
        known = in_force(self.root, work.sources) | self.opened
        since = [known.get(canonical(one)) for one in filters.filters]
        counted = count_hits(filters, table, since) if filters.accepted else []
        sidecar = read_file(sidecar_path(work))
        return RulesView(filters, tuple(found), tuple(counted), sidecar)

    def _draw(self, picture: RulesView | None) -> None:
        table = self.entries
        at = table.cursor_row
        table.clear()
        today = datetime.now(UTC).date()
        rows = [entry_cells(picture, number, today) for number in range(length(picture))] if picture else []
        rows += [draft_cells(draft, today) for draft in self.workspace.drafts]
        for cells in rows:
            table.add_row(*(Text(fitted(cell, _LONGEST).rstrip()) for cell in cells))
        table.move_cursor(row=min(at, max(0, len(rows) - 1)), animate=False)
        head = head_lines(picture) if picture is not None else [Content(_EMPTY)]
        self.head.update(Content("\n").join(head))
        self._describe()

    def _draft(self) -> Draft | None:
        """Give the draft under the cursor, None on an entry."""
        place = self.entries.cursor_row - length(self.picture)
        drafts = self.workspace.drafts
        return drafts[place] if 0 <= place < len(drafts) else None

    @on(DataTable.RowHighlighted, "#entries")
    def highlight(self, event: DataTable.RowHighlighted) -> None:
        """Say what is known of the entry under the cursor."""
        event.stop()
        self.scroll.scroll_home(animate=False)
        self._describe()

    def _describe(self) -> None:
        picture, entry, draft = self.picture, self.entries.cursor_row, self._draft()
        if draft is not None:
            texts = filter_lines(draft.exclusions, version_of(self.workspace))
            self.details.update(Content("\n").join(Content(visible(text[:_MOST])) for text in texts))
            return
        if picture is None or not 0 <= entry < length(picture):
            self.details.update("")
            return
        lines = [Content(visible(canonical(picture.filters.filters[entry])[:_MOST]))]
        if picture.hits:
            lines += hit_lines(picture.hits[entry])
        reason = picture.sidecar.get(key_of(canonical(picture.filters.filters[entry])))
        if reason is not None:
            lines.append(Content(visible(f"wanted by {reason.owner or 'nobody'}: {reason.reason or 'no reason'}")))
        for one in picture.lints:
            if one.entry == entry:
                style = {"error": "$error", "warning": "$warning"}.get(one.severity, "$text-muted")
                lines.append(Content.styled(visible(f"{MARKS[one.severity]} {one.code}: {one.message}"), style))
                key = "f" if one.applies else "fix"
                lines.append(Content(visible(f"     {key}: {one.fix}")))
        self.details.update(Content("\n").join(lines))

    def action_open(self) -> None:
        """Ask for the path of a list."""
        self._ask("path of an export-denylist", "", None)

    def action_replace(self) -> None:
        """Edit the entry under the cursor."""
        entry = self.entries.cursor_row
        if self.picture is None or not 0 <= entry < length(self.picture):
            self.owner.tell("no entry under the cursor; a draft is changed in its scopes")
            return
        # Not through visible(): what is written back must be the entry, and its canonical text is safe to show.
        self._ask("the entry, as Tetragon reads it", canonical(self.picture.filters.filters[entry]), entry)

    def _ask(self, placeholder: str, value: str, entry: int | None) -> None:
        self._editing = entry
        self.line.placeholder, self.line.value = placeholder, value
        self.line.display = True
        self.line.focus()

    @on(Input.Submitted, "#rules-line")
    def open_list(self, event: Input.Submitted) -> None:
        """Import the list that was named."""
        event.stop()
        if self._editing is not None:
            self._replace(event.value)
            return
        self.close_top()
        self._open(Path(event.value.strip()).expanduser())

    @background(OPEN)
    async def _open(self, path: Path) -> None:
        try:
            data = await asyncio.to_thread(path.read_bytes)
            since = await asyncio.to_thread(in_force_since, path, self.workspace.sources)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}", "name a file that you may read") from error
        if since is not None:
            self.opened |= dict.fromkeys(await asyncio.to_thread(entries_of, data), since)
        self.workspace.bench.import_denylist(data)
        self._seen = self
        self.owner.change(Change.DRAFTS, at_once=True)

    def _replace(self, text: str) -> None:
        """Put what was typed in the entry's place; what Tetragon refuses stays in the line, with the reason."""
        features = self.picture.filters.features if self.picture is not None else Features(version_of(self.workspace))
        typed = read(text, features.version, features.options)
        if not typed.accepted or len(typed.filters) != 1:
            why = f"{typed.errors[0].message}: {typed.errors[0].remedy}" if typed.errors else "write one entry"
            self.owner.tell(why, "error")
            return
        self.close_top()
        self._change(text)

    def action_scroll(self, way: int) -> None:
        """Scroll what stands below the list."""
        self.scroll.scroll_relative(y=way * max(1, self.scroll.size.height - 1), animate=False)

    def close_top(self) -> None:
        """Close the line at the bottom."""
        self.line.display = False
        self.entries.focus()

    def action_remove(self) -> None:
        """Take the entry or draft under the cursor off the bench."""
        draft = self._draft()
        if draft is None:
            self._change(None)
            return
        self.workspace.bench.drop(draft.id)
        self.owner.tell(f"draft {draft.id} dropped; u brings it back")
        self.owner.change(Change.DRAFTS, at_once=True)

    def action_fix(self) -> None:
        """Apply what the first lint of the entry under the cursor offers: another form, or taking it out."""
        entry = self.entries.cursor_row
        offered = [one for one in self.picture.lints if one.entry == entry and one.applies] if self.picture else []
        if not offered:
            self.owner.tell("no lint of this entry has a fix that can be applied")
            return
        self._change(None if offered[0].takes_out else offered[0].fix)

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
