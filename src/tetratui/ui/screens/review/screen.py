"""The Review screen: all drafts with their impact, the difference to the disk, and the writing of the files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

from tetratui.core.amounts import format_count
from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.export.file_set import EVERY_FILE
from tetratui.core.export.instructions import SIDECAR
from tetratui.core.export.threats import AlertForm
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
from tetratui.ui.screens.review.files import request_of, with_answer
from tetratui.ui.screens.review.render import detail_lines, difference_lines, draft_cells, file_cells, head_lines
from tetratui.ui.widgets.row_list import RowList

LOOK = job("review", "working out what the drafts become")
WRITE = job("write", "writing the files", repeatable=False)

_LINES = {
    "folder": "folder to write into",
    "reason": "why it is safe to hide this",
    "owner": "who answers for it",
    "until": "last day on which it is wanted, as 2027-01-31; empty for no end",
    "hosts": "why to silence on every host; empty binds the rules to the hosts of the marks",
    "alert": "how threat marks alert, as 12 tetratui_threat T1059.004; without an id each takes one by what it is like",
}
"""What the line at the bottom can be asked for."""
_OF_ALL = {"folder", "hosts", "alert"}
"""What is not of one draft."""
_EMPTY = (
    "No drafts yet: mark noise with m in the Live screen and press d, or press d on a group of the Noise screen. "
    "A threat marked with T, or a list opened in the Rules screen, can be written too."
)
_FACTS = ("id", "scope", "events", "%", "size a day", "cmds", "owner", "until", "reason")


class ReviewScreen(WorkScreen):
    """All drafts together, and the files they become."""

    MODE = "review"
    TITLE_OF_HELP: ClassVar[str] = "All drafts together, what they hide, and the files they become; w writes them."
    CSS_PATH: ClassVar[CSSPathType | None] = ["../base/base.tcss", "review.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("review")]

    head = query_one("#review-head", Static)
    drafts_table = query_one("#drafts", RowList)
    files_table = query_one("#files", RowList)
    scroll = query_one("#review-scroll", VerticalScroll)
    details = query_one("#review-details", Static)
    line = query_one("#review-line", Input)

    def __init__(self) -> None:
        super().__init__()
        self.review: Review | None = None
        self.names = list(EVERY_FILE)
        """The files that will be written."""
        self.all_hosts = ""
        """Why the rules shall silence on every host; empty: on the hosts of the marks."""
        self.alert: AlertForm | None = None
        """How threat marks alert; None as configured."""
        self._asked = ""
        self._seen: object = None
        self._sidecar: Path | None = None
        """The file that keeps reasons and owners; looked for on the disk with the rest."""

    def content(self) -> Iterable[Widget]:
        """Lay the drafts, or the files they become, over what is said of them."""
        yield Static(id="review-head")
        yield RowList("drafts")
        yield RowList("files")
        with VerticalScroll(id="review-scroll", can_focus=False):
            yield Static(id="review-details")
        yield Input(id="review-line")

    def on_mount(self) -> None:
        """Lay the columns."""
        super().on_mount()
        self.line.display = False
        self.files_table.display = False
        self.drafts_table.add_columns(*_FACTS)
        self.files_table.add_columns("", "file", "against the disk")

    def workspace_changed(self, changes: frozenset[Change]) -> None:  # noqa: ARG002  # whatever changed, the bench says
        """Look again when drafts or marks have changed, or when the screen is come back to."""
        seen = (self.workspace.bench.version, self.workspace.out, self.all_hosts, self.alert)
        if seen != self._seen:
            self._seen = seen
            self.look()

    @background(LOOK)
    async def look(self) -> None:
        """Ask the core what the drafts become, and show it."""
        drafts, bench = self.workspace.drafts, self.workspace.bench
        threats = any(mark.verdict is Verdict.THREAT for mark in self.workspace.marks)
        anything = bool(drafts) or threats or bench.denylist is not None
        self.head.update(Content("looking…" if anything else _EMPTY))
        found = await asyncio.to_thread(self._looked, drafts) if anything else None
        self.review = found
        if found is None:
            self._clear()
        else:
            self._draw(drafts, found)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show nothing in the place of what could not be worked out, and say why."""
        if event.job is LOOK:
            self._clear()
            self.head.update(Content.styled(event.text, "$error"))

    def _looked(self, drafts: tuple[Draft, ...]) -> Review:
        work = self.workspace
        target = configured_target(work)
        self._sidecar = target.sidecar
        return review(drafts, work.still(), work.marks, target, request_of(work, self.all_hosts, self.alert))

    def _clear(self) -> None:
        self.review = None
        for table in (self.drafts_table, self.files_table):
            table.clear()
        self.details.update("")

    def _draw(self, drafts: tuple[Draft, ...], found: Review) -> None:
        cells = [draft_cells(draft, impact) for draft, impact in zip(drafts, found.each, strict=True)]
        self._fill(self.drafts_table, cells)
        self._fill(self.files_table, [file_cells(found, name, self.names) for name in EVERY_FILE])
        self.head.update(Content("\n").join([*head_lines(found), self._where(found)]))
        self._describe()

    def _where(self, found: Review) -> Content:
        hosts = f", rules for every host: {self.all_hosts}" if self.all_hosts else ""
        return Content.styled(visible(f"{format_count(len(self.names), 'file')} into {found.folder}{hosts}"), "bold")

    def _fill(self, table: RowList, rows: Iterable[Iterable[object]]) -> None:
        at = table.cursor_row
        table.clear()
        for cells in rows:
            table.add_row(*cells)  # type: ignore[arg-type]  # cells are Text
        table.move_cursor(row=min(at, table.row_count - 1), animate=False)

    @on(DataTable.RowHighlighted, "#files")
    def show_difference(self, event: DataTable.RowHighlighted) -> None:
        """Show the difference of the file under the cursor."""
        event.stop()
        self._describe()

    def _describe(self) -> None:
        found = self.review
        if found is None:
            return
        lines = difference_lines(found, self._file()) if self.files_table.display else detail_lines(found)
        self.details.update(Content("\n").join(lines))

    def _file(self) -> str:
        return EVERY_FILE[max(0, self.files_table.cursor_row)]

    def action_other(self) -> None:
        """Go from the drafts to the files, and back."""
        files = not self.files_table.display
        self.files_table.display, self.drafts_table.display = files, not files
        self._focus_list()
        self.scroll.scroll_home(animate=False)
        self._describe()

    def _focus_list(self) -> None:
        (self.files_table if self.files_table.display else self.drafts_table).focus()

    def action_file(self) -> None:
        """Leave the file under the cursor out, or take it in."""
        if not self.files_table.display:
            self.action_other()
        elif self.review is not None:
            name = self._file()
            self.names = [one for one in EVERY_FILE if (one in self.names) is not (one == name)]
            self._draw(self.workspace.drafts, self.review)

    def action_scroll(self, way: int) -> None:
        """Scroll what stands below the list."""
        self.scroll.scroll_relative(y=way * max(1, self.scroll.size.height - 1), animate=False)

    def action_line(self, asked: str) -> None:
        """Open the line at the bottom for something."""
        draft = self._chosen()
        if draft is None and asked not in _OF_ALL:
            self.owner.tell("no draft under the cursor")
            return
        alert = str(self.alert or self.workspace.config.wazuh.threat_alert)
        now = {"folder": str(self.workspace.out), "hosts": self.all_hosts, "alert": alert}
        if draft is not None:
            until = draft.expiry.isoformat() if draft.expiry else ""
            now |= {"reason": draft.reason, "owner": draft.owner, "until": until}
        self._asked = asked
        self.line.placeholder = _LINES[asked]
        self.line.value = visible(now[asked])
        self.line.display = True
        self.line.focus()

    @on(Input.Submitted, "#review-line")
    def keep_line(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        text, draft = event.value.strip(), self._chosen()
        if self._asked == "folder" and text:
            self.workspace.out = Path(text).expanduser().absolute()
        elif self._asked == "hosts":
            self.all_hosts = text
        elif self._asked == "alert":
            try:
                self.alert = AlertForm.read(text) if text else None
            except TetratuiError as error:
                self.owner.tell(str(error), "error")
                return
        elif draft is not None and self._asked not in _OF_ALL:
            try:
                changed = with_answer(draft, self._asked, text)
            except ValueError:
                self.owner.tell(f"{text} is no date: write it as 2027-01-31", "error")
                return
            self.workspace.bench.accept(changed)
            self.owner.change(Change.DRAFTS)
        self.close_top()
        self.workspace_changed(frozenset())

    def close_top(self) -> None:
        """Close the line at the bottom, else go back from the files to the drafts."""
        if self.line.display:
            self.line.display = False
            self._focus_list()
        elif self.files_table.display:
            self.action_other()

    def _chosen(self) -> Draft | None:
        drafts = self.workspace.drafts
        at = self.drafts_table.cursor_row
        return drafts[at] if 0 <= at < len(drafts) else None

    def action_drop(self) -> None:
        """Take the draft under the cursor off the bench; undo brings it back."""
        draft = self._chosen()
        if draft is not None and not self.files_table.display:
            self.workspace.bench.drop(draft.id)
            self.owner.tell(f"draft {draft.id} dropped; u brings it back")
            self.owner.change(Change.DRAFTS, at_once=True)

    def action_write(self) -> None:
        """Ask a last time, then write."""
        found = self.review
        if found is None or found.blocked is not None or not self.names:
            why = "nothing to write yet" if found is None or not self.names else found.blocked or ""
            self.owner.tell(why, "warning")
            return
        facts = [f"into {found.folder}"]
        facts += [f"  {name}{'' if name in found.differences else '  (stays as it is)'}" for name in self.names]
        if SIDECAR in self.names:
            facts.append(f"reasons and owners also into {self._sidecar}, beside those kept there")
        facts += [f"{found.whole.dropped:,} of {found.whole.events:,} held events would be dropped"]
        facts += ["Files that are replaced are backed up first."]
        self.app.push_screen(ConfirmScreen(f"Write {format_count(len(self.names), 'file')}?", facts), self._answered)

    def _answered(self, yes: bool | None) -> None:
        if yes and self.review is not None:
            self._write(self.review, tuple(self.names))

    @background(WRITE)
    async def _write(self, found: Review, names: tuple[str, ...]) -> None:
        done = await asyncio.to_thread(write_plan, found.plan, found.folder, self._sidecar, names)
        changed = sum(one.changed for one in done)
        readme = found.folder / EVERY_FILE[-1]
        told = f"{changed} of {len(names)} files changed in {found.folder}. Next: read {readme}: what to copy where,"
        self.notify(visible(f"{told} which service to restart, how to see that it worked"), markup=False, timeout=20)
        self.owner.rates.note(Moment.EXPORTED)
        self._seen = None
        self.workspace_changed(frozenset())
