"""The Review screen: all drafts with their impact, the changes on disk, and the writing of the files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import DataTable, Static

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.export.file_set import EVERY_FILE
from tetratui.core.export.instructions import SIDECAR
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.core.workspace.event_rates import Moment
from tetratui.core.workspace.export_plan import write_plan
from tetratui.core.workspace.review import Review, review
from tetratui.core.workspace.target import configured_target
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change
from tetratui.ui.screens.base.screen import WorkScreen
from tetratui.ui.screens.confirm.screen import ConfirmScreen
from tetratui.ui.screens.review.questions import (
    DRAFT_QUESTIONS,
    SETTING_QUESTIONS,
    DraftQuestion,
    ReviewSettings,
    SettingQuestion,
)
from tetratui.ui.screens.review.render import detail_lines, difference_lines, draft_cells, file_cells, head_lines
from tetratui.ui.widgets.question_line import QuestionLine
from tetratui.ui.widgets.row_list import RowList

LOOK = job("review", "working out what the drafts become")
WRITE = job("write", "writing the files", repeatable=False)

_EMPTY = (
    "No drafts yet: mark noise with m in the Live screen and press d, or press d on a group of the Noise screen. "
    "Events marked as threat with T, and a list opened in the Rules screen, can be written too."
)
_COLUMNS = ("id", "scope", "events", "%", "size a day", "cmds", "owner", "expires", "reason")


class ReviewScreen(WorkScreen):
    """Show all drafts together and the files they become, and write the files."""

    MODE = "review"
    TITLE_OF_HELP: ClassVar[str] = "All drafts together, what they hide, and the files they become; w writes them."
    CSS_PATH: ClassVar[CSSPathType | None] = ["../base/base.tcss", "review.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("review")]

    head = query_one("#review-head", Static)
    drafts_table = query_one("#drafts", RowList)
    files_table = query_one("#files", RowList)
    scroll = query_one("#review-scroll", VerticalScroll)
    details = query_one("#review-details", Static)
    line = query_one("#review-line", QuestionLine)

    settings: ReviewSettings

    def __init__(self) -> None:
        super().__init__()
        self.review: Review | None = None
        """The review of the drafts as they are; None while it is computed, and when there is nothing to write."""
        self.names = list(EVERY_FILE)
        """The files that will be written."""
        self._known: tuple[str, ...] = EVERY_FILE
        """The files that there were to choose from."""
        self._shown: object = None
        """What the review was computed from."""
        self._sidecar: Path | None = None
        """The file that keeps reasons and owners of this host."""

    def content(self) -> Iterable[Widget]:
        """Put the drafts, or the files they become, above their details."""
        self.settings = ReviewSettings(self.workspace)
        yield Static(id="review-head")
        yield RowList("drafts")
        yield RowList("files")
        with VerticalScroll(id="review-scroll", can_focus=False):
            yield Static(id="review-details")
        yield QuestionLine("review-line")

    def on_mount(self) -> None:
        """Add the columns and show the drafts."""
        super().on_mount()
        self.files_table.display = False
        self.drafts_table.add_columns(*_COLUMNS)
        self.files_table.add_columns("", "file", "change on disk")

    def workspace_changed(self, changes: frozenset[Change]) -> None:  # noqa: ARG002  # the bench has a version
        """Compute the review again when anything it depends on has changed."""
        shown = (self.workspace.bench.version, self.workspace.out, self.settings.all_hosts, self.settings.alert)
        if shown != self._shown:
            # What is on the screen is that of before: it may not be written any more.
            self._shown, self.review = shown, None
            self.look()

    @background(LOOK)
    async def look(self) -> None:
        """Compute in a thread what the drafts become, and show it."""
        drafts, bench = self.workspace.drafts, self.workspace.bench
        threats = any(mark.verdict is Verdict.THREAT for mark in self.workspace.marks)
        if not drafts and not threats and bench.denylist is None:
            self._clear()
            self.head.update(Content(_EMPTY))
            return
        work = f"{format_count(len(drafts), 'draft')} over {format_count(len(self.workspace.table), 'event')}"
        self.head.update(Content(f"Computing {work}…"))
        self.review = await asyncio.to_thread(self._review, drafts)
        self._draw(drafts, self.review)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure in place of the review."""
        if event.job is LOOK:
            self._clear()
            self.head.update(Content.styled(event.text, "$error"))

    def _review(self, drafts: tuple[Draft, ...]) -> Review:
        work = self.workspace
        target = configured_target(work)
        self._sidecar = target.sidecar
        return review(drafts, work.still(), work.marks, target, self.settings.request())

    def _clear(self) -> None:
        self.review = None
        for table in (self.drafts_table, self.files_table):
            table.clear()
        self.details.update("")

    def _draw(self, drafts: tuple[Draft, ...], shown: Review) -> None:
        _fill(self.drafts_table, [draft_cells(draft, impact) for draft, impact in zip(drafts, shown.each, strict=True)])
        # A list from Helm values or a ConfigMap is written as such too.
        # A file left out before stays left out.
        known, self._known = self._known, shown.plan.files.names
        self.names = [name for name in self._known if name in self.names or name not in known]
        _fill(self.files_table, [file_cells(shown, name, self.names) for name in shown.plan.files.names])
        hosts = f", rules for every host: {self.settings.all_hosts}" if self.settings.all_hosts else ""
        target = visible(f"{format_count(len(self.names), 'file')} into {shown.folder}{hosts}")
        self.head.update(Content("\n").join([*head_lines(shown), Content.styled(target, "bold")]))
        self._describe()

    @on(DataTable.RowHighlighted, "#files")
    def show_difference(self, event: DataTable.RowHighlighted) -> None:
        """Show the change of the file under the cursor."""
        event.stop()
        self._describe()

    def _describe(self) -> None:
        if self.review is not None:
            files = self.files_table.display
            lines = difference_lines(self.review, self._file_at_cursor()) if files else detail_lines(self.review)
            self.details.update(Content("\n").join(lines))

    def _file_at_cursor(self) -> str:
        names = self.review.plan.files.names if self.review is not None else EVERY_FILE
        return names[max(0, self.files_table.cursor_row)]

    def _draft_at_cursor(self) -> Draft | None:
        drafts, row = self.workspace.drafts, self.drafts_table.cursor_row
        return drafts[row] if 0 <= row < len(drafts) else None

    def action_other(self) -> None:
        """Switch between the drafts and the files they become."""
        files = not self.files_table.display
        self.files_table.display, self.drafts_table.display = files, not files
        (self.files_table if files else self.drafts_table).focus()
        self.scroll.scroll_home(animate=False)
        self._describe()

    def action_file(self) -> None:
        """Leave the file under the cursor out, or take it in again."""
        if not self.files_table.display:
            self.action_other()
        elif self.review is not None:
            at_cursor = self._file_at_cursor()
            names = self.review.plan.files.names
            self.names = [name for name in names if (name in self.names) is not (name == at_cursor)]
            self._draw(self.workspace.drafts, self.review)

    def action_scroll(self, way: int) -> None:
        self.scroll.scroll_relative(y=way * max(1, self.scroll.size.height - 1), animate=False)

    def action_ask(self, name: str) -> None:
        """Open the question line for a setting or for the draft under the cursor."""
        if name in SETTING_QUESTIONS:
            setting = SETTING_QUESTIONS[name]
            self.line.ask(setting.hint, visible(setting.value(self.settings)), partial(self._change_setting, setting))
            return
        draft, question = self._draft_at_cursor(), DRAFT_QUESTIONS[name]
        if draft is None:
            self.owner.tell("no draft under the cursor")
            return
        self.line.ask(question.hint, visible(question.value(draft)), partial(self._change_draft, question, draft))

    def _change_setting(self, question: SettingQuestion, text: str) -> None:
        question.change(self.settings, text)
        self.workspace_changed(frozenset())

    def _change_draft(self, question: DraftQuestion, draft: Draft, text: str) -> None:
        self.workspace.bench.accept(question.change(draft, text))
        self.owner.change(Change.DRAFTS)
        self.workspace_changed(frozenset())

    def close_top(self) -> None:
        """Close the question line, else go back from the files to the drafts."""
        if self.line.display:
            self.line.close()
        elif self.files_table.display:
            self.action_other()

    def action_drop(self) -> None:
        """Drop the draft under the cursor; undo brings it back."""
        draft = self._draft_at_cursor()
        if draft is not None and not self.files_table.display:
            self.workspace.bench.drop(draft.id)
            self.owner.tell(f"Dropped: draft {draft.id} · {self.owner.key_of('undo')} undo")
            self.owner.change(Change.DRAFTS, at_once=True)

    def action_write(self) -> None:
        """Write the files after a last question."""
        shown = self.review
        if shown is None or shown.blocked is not None or not self.names:
            why = "nothing to write yet" if shown is None or not self.names else shown.blocked or ""
            self.owner.tell(why, "warning")
            return
        facts = [f"into {shown.folder}"]
        facts += [f"  {name}{'' if name in shown.differences else '  (unchanged)'}" for name in self.names]
        if SIDECAR in self.names:
            facts.append(f"reasons and owners are also kept in {self._sidecar}")
        facts += [f"{shown.whole.dropped:,} of {format_count(shown.whole.events, 'event')} would be dropped"]
        facts += ["Replaced files are backed up first."]
        question = ConfirmScreen(f"Write {format_count(len(self.names), 'file')}?", facts)
        self.app.push_screen(question, partial(self._write_if, shown))

    def _write_if(self, shown: Review, confirmed: bool | None) -> None:
        if confirmed and shown is self.review:
            self._write(shown, tuple(self.names))
        elif confirmed:
            self.owner.tell("The drafts have changed: nothing was written. Look at the review again", "warning")

    @background(WRITE)
    async def _write(self, shown: Review, names: tuple[str, ...]) -> None:
        files = await asyncio.to_thread(write_plan, shown.plan, shown.folder, self._sidecar, names)
        changed = sum(file.changed for file in files if file.path.parent == shown.folder)
        text = f"{changed} of {len(names)} files changed in {shown.folder}. Next: {shown.folder / EVERY_FILE[-1]} lists"
        text += " what to copy where, which service to restart and how to check the result"
        self.notify(visible(text), markup=False, timeout=20)
        self.owner.rates.note(Moment.EXPORTED)
        self._shown = None
        self.workspace_changed(frozenset())


def _fill(table: RowList, rows: Iterable[Iterable[object]]) -> None:
    """Replace the rows of a list; the cursor stays where it is."""
    cursor = table.cursor_row
    table.clear()
    for cells in rows:
        table.add_row(*cells)  # type: ignore[arg-type]  # cells are Text
    table.move_cursor(row=min(cursor, table.row_count - 1), animate=False)
