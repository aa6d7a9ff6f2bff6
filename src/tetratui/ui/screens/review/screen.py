"""The Review screen: all drafts with what each hides, becomes and risks, and the writing of the files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Static

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.export.instructions import README
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Marks, Verdict
from tetratui.core.workspace.draft_review import rows_to_draft_again
from tetratui.core.workspace.event_rates import Moment
from tetratui.core.workspace.export_plan import ExportRequest
from tetratui.core.workspace.review import Review, review, write_review
from tetratui.core.workspace.target import configured_target
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change
from tetratui.ui.screens.base.screen import WorkScreen
from tetratui.ui.screens.confirm.screen import ConfirmScreen
from tetratui.ui.screens.review.chosen_files import ChosenFiles
from tetratui.ui.screens.review.panes import DraftPanes
from tetratui.ui.screens.review.questions import (
    DRAFT_QUESTIONS,
    SETTING_QUESTIONS,
    DraftQuestion,
    ReviewSettings,
    SettingQuestion,
)
from tetratui.ui.screens.review.render import head_lines, question_lines
from tetratui.ui.widgets.question_line import QuestionLine

LOOK = job("review", "working out what the drafts become")
OPEN = job("open-draft", "looking for the events of the draft")
WRITE = job("write", "writing the files", repeatable=False)

_EMPTY = (
    "No drafts yet: mark noise with m in the Live screen and press d, or press d on a group of the Noise screen. "
    "Events marked as threat with T, and a list opened in the Rules screen, can be written too."
)


class ReviewScreen(WorkScreen):
    """Show all drafts together and the files they become, and write the files."""

    MODE = "review"
    TITLE_OF_HELP: ClassVar[str] = "All drafts together, what they hide, and the files they become; w writes them."
    CSS_PATH: ClassVar[CSSPathType | None] = ["../base/base.tcss", "review.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("review")]

    head = query_one("#review-head", Static)
    panes = query_one(DraftPanes)
    line = query_one("#review-line", QuestionLine)

    settings: ReviewSettings

    def __init__(self) -> None:
        super().__init__()
        self.files = ChosenFiles()
        self._review: Review | None = None
        """The last review; shown and written only as long as nothing that it was computed from has changed."""
        self._basis: object = None
        """What `_review` was computed from."""
        self._asked: object = None
        """What the review that is computed now will be of."""

    def content(self) -> Iterable[Widget]:
        """Put the verdict above the drafts and their details."""
        self.settings = ReviewSettings(self.workspace)
        yield Static(id="review-head")
        yield DraftPanes()
        yield QuestionLine("review-line")

    def on_mount(self) -> None:
        """Draw again in the colours of another theme."""
        super().on_mount()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())

    @property
    def review(self) -> Review | None:
        """The review of the drafts as they are now; None while it is computed, and when there is nothing to write."""
        return self._review if self._basis == self._now() else None

    def _now(self) -> object:
        """Return all that a review depends on but the events, which it counts as they were."""
        work, settings = self.workspace, self.settings
        return work.bench.version, work.out, settings.all_hosts, settings.alert, work.tetragon, work.node

    @property
    def matters(self) -> tuple[str, ...]:
        """The keys that matter now: writing only when the review is true and allows it."""
        shown = self.review
        names = ("review-open", "review-drop", "review-reason", "review-owner", "details-next", "help")
        if shown is None:
            return names if self.workspace.drafts else ("noise", "live", "help")
        return names if shown.blocked is not None else ("review-write", *names)

    def workspace_changed(self, changes: frozenset[Change]) -> None:  # noqa: ARG002  # the bench has a version
        """Compute the review again when anything it depends on has changed."""
        if self._asked != self._now():
            self._asked = self._now()
            self.look()

    @background(LOOK)
    async def look(self) -> None:
        """Compute in a thread what the drafts become, and show it."""
        work, basis = self.workspace, self._now()
        drafts, marks, request = work.drafts, work.marks, self.settings.request()
        self._review = None
        self.panes.show(drafts, None, self.files.names)
        self.refresh_bindings()
        threats = any(mark.verdict is Verdict.THREAT for mark in marks)
        if not drafts and not threats and request.denylist is None:
            self.head.update(Content(_EMPTY))
            return
        over = format_count(len(work.table), "event")
        self.head.update(Content(f"Computing {format_count(len(drafts), 'draft')} over {over}…"))
        self._review = await asyncio.to_thread(self._compute, drafts, marks, request)
        self._basis = basis
        self.files.offer(self._review.plan.files.names)
        self._draw()

    def _compute(self, drafts: tuple[Draft, ...], marks: Marks, request: ExportRequest) -> Review:
        return review(drafts, self.workspace.still(), marks, configured_target(self.workspace), request)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure in place of the review; after a failed writing compare with the disk again."""
        if event.job is LOOK:
            self._review = None
            self.head.update(Content.styled(event.text, "$error"))
            self.refresh_bindings()
        elif event.job is WRITE:
            self.look()

    def _draw(self) -> None:
        shown = self.review
        if shown is None:
            self.panes.redraw()
            return
        hosts = f", rules for every host: {self.settings.all_hosts}" if self.settings.all_hosts else ""
        files = f"{format_count(len(self.files.names), 'file')} in {shown.folder}{hosts}"
        self.head.update(Content("\n").join(head_lines(shown, files, self.size.width - 2)))
        self.panes.show(self.workspace.drafts, shown, self.files.names)
        self.refresh_bindings()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  # the name decides that it is called
        """Draw what has room."""
        self.call_after_refresh(self._draw)

    def _draft_at_cursor(self) -> Draft | None:
        drafts, row = self.workspace.drafts, self.panes.rows.cursor_row
        return drafts[row] if 0 <= row < len(drafts) else None

    def action_open(self) -> None:
        """Open the scopes of the draft under the cursor; what is accepted there takes its place."""
        draft = self._draft_at_cursor()
        if draft is None:
            self.owner.tell("no draft under the cursor")
            return
        self._open(draft)

    @background(OPEN)
    async def _open(self, draft: Draft) -> None:
        from tetratui.ui.screens.draft.screen import DraftScreen  # needs half the core

        work = self.workspace
        rows = await asyncio.to_thread(rows_to_draft_again, draft, work.still(), work.marks)
        if not rows:
            self.owner.tell(f"{draft.id} hides none of the events in memory: there is nothing to make scopes of")
            return
        self.app.push_screen(DraftScreen(self.workspace, rows, draft.scope, draft), partial(self._replace, draft))

    def _replace(self, draft: Draft, changed: Draft | None) -> None:
        if changed is not None:
            self.workspace.bench.accept(changed)
            undo = f"{self.owner.key_of('undo')} undo"
            self.owner.tell(f"Changed: draft {draft.id} is now scope {changed.scope} · {undo}")
            self.owner.change(Change.DRAFTS, at_once=True)
            self.workspace_changed(frozenset())

    def action_file(self) -> None:
        """Leave the file under the cursor out, or take it in again."""
        if not self.panes.go_to_files():
            return
        self.files.switch(self.panes.file_at_cursor())
        self._draw()

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
        hint = f"{draft.id}: {question.hint}"
        self.line.ask(hint, visible(question.value(draft)), partial(self._change_draft, question, draft))

    def _change_setting(self, question: SettingQuestion, text: str) -> None:
        question.change(self.settings, text)
        self.workspace_changed(frozenset())

    def _change_draft(self, question: DraftQuestion, draft: Draft, text: str) -> None:
        self.workspace.bench.accept(question.change(draft, text))
        self.owner.change(Change.DRAFTS)
        self.workspace_changed(frozenset())

    def close_top(self) -> None:
        """Close the question line, else go back to the drafts."""
        if self.line.display:
            self.line.close()
        else:
            self.panes.go_back()

    def action_drop(self) -> None:
        """Drop the draft under the cursor; undo brings it back."""
        draft = self._draft_at_cursor()
        if draft is not None and not self.panes.files.has_focus:
            self.workspace.bench.drop(draft.id)
            self.owner.tell(f"Dropped: draft {draft.id} · {self.owner.key_of('undo')} undo")
            self.owner.change(Change.DRAFTS, at_once=True)

    def action_write(self) -> None:
        """Write the files after a last question; what is asked is what is written."""
        shown, names = self.review, self.files.names
        if shown is None:
            waiting = self._asked is not None and any(not worker.is_finished for worker in self.workers)
            self.owner.tell("still computing the review: nothing to write yet" if waiting else "nothing to write yet")
        elif shown.blocked is not None or not names:
            self.owner.tell(shown.blocked or "every file is left out", "warning")
        else:
            question = ConfirmScreen(f"Write {format_count(len(names), 'file')}?", question_lines(shown, names))
            self.app.push_screen(question, partial(self._write_if, shown, names))

    def _write_if(self, shown: Review, names: tuple[str, ...], confirmed: bool | None) -> None:
        if confirmed and shown is self.review:
            self._write(shown, names)
        elif confirmed:
            self.owner.tell("The drafts have changed: nothing was written. Look at the review again", "warning")

    @background(WRITE)
    async def _write(self, shown: Review, names: tuple[str, ...]) -> None:
        files = await asyncio.to_thread(write_review, shown, names)
        changed = sum(file.changed for file in files if file.path.parent == shown.folder)
        text = f"{changed} of {len(names)} files changed in {shown.folder}. Next: {shown.folder / README} lists"
        text += " what to copy where, which service to restart and how to check the result"
        self.notify(visible(text), markup=False, timeout=20)
        self.owner.rates.note(Moment.EXPORTED)
        self.look()
