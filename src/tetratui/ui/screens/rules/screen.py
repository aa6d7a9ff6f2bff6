"""The Rules screen: the imported denylist by entry, with hits, lints, owner and expiry; and the drafts below it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import DataTable, Static

from tetratui.core.amounts import format_count, name_entry
from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.events.visible import visible
from tetratui.core.tetragon.agent.installed_list import (
    canonical_entries,
    entries_in_force,
    file_in_force_since,
    read_installed_list,
)
from tetratui.core.tetragon.format.filter_writer import escape_hidden
from tetratui.core.tetragon.format.versions import Features
from tetratui.core.tetragon.manifest.imported_list import check_imported, edit_imported, read_imported
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.draft import Draft
from tetratui.core.workspace.denylist_view import DenylistView, EntryView, view_denylist
from tetratui.core.workspace.draft_preview import filter_lines
from tetratui.core.workspace.target import configured_target, known_version
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change
from tetratui.ui.render.filter_fields import filter_field_lines
from tetratui.ui.screens.base.screen import WorkScreen
from tetratui.ui.screens.rules.render import (
    columns,
    draft_cells,
    entry_cells,
    fact_lines,
    field_lines,
    finding_lines,
    fit_cells,
    head_lines,
)
from tetratui.ui.theme.severity_styles import severity_styles
from tetratui.ui.widgets.list_and_details import ListAndDetails
from tetratui.ui.widgets.question_line import QuestionLine
from tetratui.ui.widgets.row_list import RowList
from tetratui.ui.widgets.text_pane import TextPane

INSTALLED = job("installed", "looking for the list of the installed Tetragon")
OPEN = job("open", "opening the list")
LOOK = job("rules", "reading the list")

_EMPTY = (
    "No list imported: press o and name an export-denylist, to see its entries, what is wrong with them and their hits."
)
_STRAY = frozenset("[],}\ufeff")
"""What stands alone between entries that were written as a JSON array: one fix takes all of it out."""


class RulesScreen(WorkScreen):
    """List the entries of the imported denylist; remove or edit them, with undo."""

    MODE = "rules"
    TITLE_OF_HELP: ClassVar[str] = "The imported denylist: hits, lints, owner and expiry of each entry."
    CSS_PATH: ClassVar[CSSPathType | None] = ["../base/base.tcss", "rules.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("rules")]

    head = query_one("#rules-head", Static)
    entries = query_one("#entries", RowList)
    frame = query_one(ListAndDetails)
    findings = query_one("#findings", TextPane)
    fields = query_one("#fields", TextPane)
    facts = query_one("#facts", TextPane)
    line = query_one("#rules-line", QuestionLine)

    def __init__(self) -> None:
        super().__init__()
        self.view: DenylistView | None = None
        """The imported list as it is shown; None without one."""
        self.root = Path("/")
        """The folder under which an installed Tetragon is looked for."""
        self._opened: dict[str, int] = {}
        """Entries of opened lists that lie where Tetragon reads them, with the time of the file in nanoseconds."""
        self._shown: object = self
        """What of the bench is shown; at first the screen itself, which differs from everything."""
        self._looked_for_installed = False

    def content(self) -> Iterable[Widget]:
        """Put the entries above the details of the one under the cursor."""
        yield Static(id="rules-head")
        panes = (TextPane("findings", "Findings"), TextPane("fields", "Fields"), TextPane("facts", "Hits and reason"))
        yield ListAndDetails(RowList("entries", "Entries"), panes)
        yield QuestionLine("rules-line")

    def on_mount(self) -> None:
        """Draw again in the colours of another theme."""
        super().on_mount()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw(self.view))

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  # the name decides that it is called
        """Draw the columns that have room."""
        if self.view is not None:
            self.call_after_refresh(self._draw, self.view)

    def workspace_changed(self, changes: frozenset[Change]) -> None:  # noqa: ARG002  # the bench shows what changed
        """Read the list again when list or drafts on the bench have changed."""
        bench = self.workspace.bench
        if bench.denylist is None and not self._looked_for_installed:
            self._looked_for_installed = True
            self._import_installed()
        if (bench.denylist, bench.drafts) != self._shown:
            self._shown = (bench.denylist, bench.drafts)
            self.look()

    @background(INSTALLED)
    async def _import_installed(self) -> None:
        """Import the list of the Tetragon on this host, unless there is none or the operator has imported one."""
        installed = await asyncio.to_thread(read_installed_list, self.root)
        bench = self.workspace.bench
        if installed is None or bench.denylist is not None:
            return
        bench.import_denylist(installed.data)
        self.owner.tell(f"Imported the list that Tetragon reads here: {installed.location}")
        self.owner.change(Change.DRAFTS, at_once=True)

    @background(LOOK)
    async def look(self) -> None:
        """Check the list in a thread as this version's Tetragon would, and show it."""
        data = self.workspace.bench.denylist
        self.head.update(Content(f"Counting hits in {format_count(len(self.workspace.table), 'event')}…"))
        self.view = await asyncio.to_thread(self._check, data) if data is not None else None
        self._draw(self.view)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure in place of the list."""
        if event.job is LOOK:
            self.view = None
            self.frame.fill([], columns(self.size.width))
            self.head.update(Content.styled(event.text, "$error"))

    def _check(self, data: bytes) -> DenylistView:
        work = self.workspace
        target = configured_target(work, self.root)
        imported = read_imported(data, target.version, target.features)
        since = entries_in_force(self.root, work.sources) | self._opened
        return view_denylist(imported, work.still(), since, target.reasons)

    def _draw(self, view: DenylistView | None) -> None:
        today, styles = datetime.now(UTC).date(), severity_styles(self.app.theme_variables)
        entries = view.entries if view is not None else ()
        rows = [entry_cells(number, entry, today, styles) for number, entry in enumerate(entries)]
        rows += [draft_cells(draft, today, styles) for draft in self.workspace.drafts]
        names = columns(self.size.width)
        self.frame.fill([fit_cells(cells, names) for cells in rows], names)
        drafts = f", drafts: {len(self.workspace.drafts):,}" if self.workspace.drafts else ""
        self.entries.border_title = Content(f"Entries: {len(entries):,}{drafts}")
        head = head_lines(view) if view is not None else [Content(_EMPTY)]
        self.head.update(Content("\n").join(head))
        self._describe()

    def _entry_at_cursor(self) -> int | None:
        """Return the number of the entry under the cursor; None on a draft and in an empty list."""
        row = self.entries.cursor_row
        return row if self.view is not None and 0 <= row < len(self.view) else None

    def _draft_at_cursor(self) -> Draft | None:
        """Return the draft under the cursor; None on an entry."""
        number = self.entries.cursor_row - (len(self.view) if self.view is not None else 0)
        drafts = self.workspace.drafts
        return drafts[number] if 0 <= number < len(drafts) else None

    @on(DataTable.RowHighlighted, "#entries")
    def highlight(self, event: DataTable.RowHighlighted) -> None:
        """Show the details of the entry or draft under the cursor."""
        event.stop()
        self._describe()

    def _describe(self) -> None:
        number, draft = self._entry_at_cursor(), self._draft_at_cursor()
        if self.view is not None and number is not None:
            self._describe_entry(number, self.view.entries[number])
        elif draft is not None:
            texts = filter_lines(draft.exclusions, known_version(self.workspace))
            key = self.owner.key_of("review")
            self.findings.show([Content(f"a draft, not yet in force: {key} reviews and writes it")], draft.id)
            self.fields.show(list(filter_field_lines(texts)), draft.id)
            self.facts.show([Content(visible(draft.reason or "no reason"))], draft.id)
        else:
            for pane in (self.findings, self.fields, self.facts):
                pane.show([])

    def _describe_entry(self, number: int, entry: EntryView) -> None:
        name = name_entry(number)
        self.findings.show(finding_lines(entry), name)
        self.fields.show(field_lines(entry), name)
        self.facts.show(fact_lines(entry), name)

    def action_open(self) -> None:
        """Ask for the path of a list, and import it."""
        self.line.ask("path of an export-denylist", "", self.open_list)

    def open_list(self, name: str) -> None:
        """Import a file in place of the list on the bench."""
        self._open(Path(name).expanduser())

    @background(OPEN)
    async def _open(self, path: Path) -> None:
        try:
            data = await asyncio.to_thread(path.read_bytes)
            since = await asyncio.to_thread(file_in_force_since, path, self.workspace.sources)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}", "name a file that you may read") from error
        key = await asyncio.to_thread(check_imported, data, str(path))
        if key:
            self.owner.tell(f"Imported {key} of {path}: Review writes it back with all else in the file")
        if since is not None:
            self._opened |= dict.fromkeys(await asyncio.to_thread(canonical_entries, data), since)
        self.workspace.bench.import_denylist(data)
        self._shown = self
        self.owner.change(Change.DRAFTS, at_once=True)

    def action_replace(self) -> None:
        """Edit the entry under the cursor; a draft is changed in the review."""
        number = self._entry_at_cursor()
        if self.view is None or number is None:
            if self._draft_at_cursor() is not None:
                self.owner.action_go("review")
            else:
                self.owner.tell("no entry under the cursor")
            return
        # Not through visible(): what is written back must be the entry. Its hidden characters are escapes here.
        text = escape_hidden(self.view.entries[number].text)
        self.line.ask("the entry, as Tetragon reads it", text, partial(self._replace, number))

    def _replace(self, entry: int, text: str) -> None:
        """Put another entry in the place of one. Raises RefusedError for a text that Tetragon refuses."""
        features = self.view.filters.features if self.view is not None else Features(known_version(self.workspace))
        typed = read(text, features.version, features.options)
        if typed.errors:
            raise RefusedError(typed.errors[0].message, typed.errors[0].remedy)
        if not typed.accepted or len(typed.filters) != 1:
            raise RefusedError("this is not exactly one entry", "write one JSON object")
        self._change(entry, text, "Changed")

    def close_top(self) -> None:
        """Close the question line, else go back to the entries."""
        if self.line.display:
            self.line.close()
        else:
            self.frame.go_back()

    def action_remove(self) -> None:
        """Remove the entry or drop the draft under the cursor."""
        draft = self._draft_at_cursor()
        if draft is None:
            self._change(self._entry_at_cursor(), None, "Removed")
            return
        self.workspace.bench.drop(draft.id)
        self.owner.tell(f"Dropped: draft {draft.id} · {self.owner.key_of('undo')} undo")
        self.owner.change(Change.DRAFTS, at_once=True)

    def action_fix(self) -> None:
        """Apply the first fix among the lints of the entry under the cursor: another form, or removing it."""
        number = self._entry_at_cursor()
        entry = self.view.entries[number] if self.view is not None and number is not None else None
        if entry is not None and entry.error is not None and entry.text in _STRAY:
            self._remove_stray()
            return
        lints = entry.lints if entry is not None else ()
        fixable = next((lint for lint in lints if lint.is_applicable), None)
        if fixable is None:
            self.owner.tell("no finding of this entry has a fix that can be applied")
            return
        self._change(number, None if fixable.removes_entry else fixable.fix, "Fixed")

    def _remove_stray(self) -> None:
        """Take out the brackets and commas of a JSON array, all in one step."""
        bench = self.workspace.bench
        if self.view is not None and bench.denylist is not None:
            stray = [number for number, entry in enumerate(self.view.entries) if entry.error and entry.text in _STRAY]
            bench.import_denylist(edit_imported(bench.denylist, stray))
            self.owner.tell(f"Fixed: brackets and commas taken out · {self.owner.key_of('undo')} undo")
            self.owner.change(Change.DRAFTS, at_once=True)

    def _change(self, entry: int | None, text: str | None, verb: str) -> None:
        """Replace an entry on the bench, or remove it when there is no text; tell the operator, by the verb."""
        bench = self.workspace.bench
        if self.view is None or bench.denylist is None or entry is None:
            self.owner.tell("no entry under the cursor")
            return
        if text is None:
            bench.import_denylist(edit_imported(bench.denylist, [entry]))
        else:
            filters = self.view.filters
            (replacement,) = read(text, filters.version, filters.features.options).filters
            bench.import_denylist(edit_imported(bench.denylist, [], {entry: replacement}))
        self.owner.tell(f"{verb}: {name_entry(entry)} · {self.owner.key_of('undo')} undo")
        self.owner.change(Change.DRAFTS, at_once=True)
