"""The Review screen: all drafts with their impact, the difference to the disk, and the writing of the files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
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
from textual.widgets import Input, Static

from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.export.output import EVERY_FILE, Choices
from tetratui.core.export.review import Review, review
from tetratui.core.export.target import Written
from tetratui.core.tetragon.versions import LATEST, Version
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.impact import Impact
from tetratui.core.wazuh.ids import all_rule_files
from tetratui.ui.bars import size
from tetratui.ui.keys import bindings
from tetratui.ui.messages import Change
from tetratui.ui.screens.confirm import ConfirmScreen
from tetratui.ui.screens.work import WorkScreen
from tetratui.ui.widgets.rows import Rows
from tetratui.ui.workspace import Workspace

_LINES = {
    "folder": "folder to write into",
    "reason": "why it is safe to hide this",
    "owner": "who answers for it",
}
"""What the line at the bottom can be asked for."""
_EMPTY = "No drafts yet: mark noise with m in the Live screen and press d, or press d on a group of the Noise screen."
_FACTS = ("id", "rung", "events", "%", "size a day", "cmds", "owner", "reason")


class ReviewScreen(WorkScreen):
    """All drafts together, and the files they become."""

    MODE = "review"
    TITLE_OF_HELP: ClassVar[str] = "All drafts together, what they hide, and the files they become; w writes them."
    CSS_PATH: ClassVar[CSSPathType | None] = ["work.tcss", "review.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("review")]

    head = query_one("#review-head", Static)
    drafts_table = query_one("#drafts", Rows)
    details = query_one("#review-details", Static)
    line = query_one("#review-line", Input)

    def __init__(self) -> None:
        super().__init__()
        self.review: Review | None = None
        self.names = list(EVERY_FILE)
        """The files that will be written."""
        self._asked = ""
        self._seen: object = None

    def content(self) -> Iterable[Widget]:
        """Lay the drafts over the difference."""
        yield Static(id="review-head")
        yield Rows("drafts")
        with VerticalScroll(id="review-scroll", can_focus=False):
            yield Static(id="review-details")
        yield Input(id="review-line")

    def on_mount(self) -> None:
        """Lay the columns."""
        super().on_mount()
        self.line.display = False
        self.drafts_table.add_columns(*_FACTS)

    def workspace_changed(self, changes: frozenset[Change]) -> None:  # noqa: ARG002  # whatever changed, the bench says
        """Look again when drafts or marks have changed, or when the screen is come back to."""
        seen = (self.workspace.bench.version, self.workspace.out, tuple(self.names))
        if seen != self._seen:
            self._seen = seen
            self.look()

    @work(exclusive=True, group="review", exit_on_error=False)
    async def look(self) -> None:
        """Ask the core what the drafts become, and show it."""
        work = self.workspace
        drafts = work.drafts
        self.head.update(Content("looking…" if drafts else _EMPTY))
        if not drafts:
            self.review = None
            self.drafts_table.clear()
            self.details.update("")
            return
        try:
            found = await asyncio.to_thread(lambda: review(drafts, work.table, work.marks, work.out, choices_of(work)))
        except TetratuiError as error:
            self.review = None
            self.head.update(Content.styled(visible(str(error)), "$error"))
            return
        self.review = found
        self._draw(drafts, found)

    def _draw(self, drafts: tuple[Draft, ...], found: Review) -> None:
        table = self.drafts_table
        at = table.cursor_row
        table.clear()
        for draft, impact in zip(drafts, found.each, strict=True):
            table.add_row(*_cells(draft, impact), key=draft.id)
        table.move_cursor(row=min(at, len(drafts) - 1), animate=False)
        self.head.update(Content("\n").join(_head_lines(found)))
        self.details.update(Content("\n").join([*self._file_lines(found), *_detail_lines(found)]))

    def _file_lines(self, found: Review) -> list[Content]:
        lines = [Content.styled(visible(f"writes into {found.folder}  (F changes it)"), "bold")]
        for name in EVERY_FILE:
            state = "changed" if name in found.differences else "the same as there"
            lines.append(Content(f"  [{'x' if name in self.names else ' '}] {name:<26}{state}"))
        return lines

    def action_file(self) -> None:
        """Take the optional files out one by one, then all in again; the denylist always stays."""
        optional = list(EVERY_FILE[1:])
        chosen = [name for name in optional if name in self.names]
        self.names = list(EVERY_FILE) if not chosen else [EVERY_FILE[0], *chosen[:-1]]
        self.workspace_changed(frozenset())

    def action_scroll(self, way: int) -> None:
        """Scroll the difference by a page."""
        scroll = self.query_one("#review-scroll", VerticalScroll)
        scroll.scroll_relative(y=way * max(1, scroll.size.height - 1), animate=False)

    def action_line(self, asked: str) -> None:
        """Open the line at the bottom for something."""
        draft = self._chosen()
        if draft is None and asked != "folder":
            self.notify("no draft under the cursor", markup=False)
            return
        now = (
            {"folder": str(self.workspace.out)}
            if draft is None
            else {"folder": str(self.workspace.out)}
            | {
                "reason": draft.reason,
                "owner": draft.owner,
            }
        )
        self._asked = asked
        self.line.placeholder = _LINES[asked]
        self.line.value = now[asked]
        self.line.display = True
        self.line.focus()

    @on(Input.Submitted, "#review-line")
    def keep_line(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        draft = self._chosen()
        text = event.value.strip()
        if self._asked == "folder" and text:
            self.workspace.out = Path(text).expanduser().absolute()
        elif draft is not None:
            self.workspace.bench.accept(
                replace(draft, reason=text) if self._asked == "reason" else replace(draft, owner=text)
            )
        self._close_line()
        self.workspace_changed(frozenset())

    def action_back(self) -> None:
        """Close the line at the bottom, if it is open."""
        self._close_line()

    def _close_line(self) -> None:
        self.line.display = False
        self.drafts_table.focus()

    def _chosen(self) -> Draft | None:
        drafts = self.workspace.drafts
        at = self.drafts_table.cursor_row
        return drafts[at] if 0 <= at < len(drafts) else None

    def action_drop(self) -> None:
        """Take the draft under the cursor off the bench; u brings it back."""
        draft = self._chosen()
        if draft is not None:
            self.workspace.bench.drop(draft.id)
            self.notify(f"draft {draft.id} dropped; u brings it back", markup=False)
            self.workspace_changed(frozenset())

    def action_write(self) -> None:
        """Ask a last time, then write."""
        found = self.review
        if found is None or found.blocked is not None:
            why = "nothing to write yet" if found is None else found.blocked or ""
            self.notify(why, severity="warning", markup=False)
            return
        facts = [f"into {found.folder}", *(f"  {name}" for name in self.names)]
        facts += [f"{found.whole.dropped:,} of {found.whole.events:,} held events would be dropped"]
        facts += ["Files that are replaced are backed up first."]
        self.app.push_screen(ConfirmScreen(f"Write {len(self.names)} files?", facts), self._answered)

    def _answered(self, yes: bool | None) -> None:
        if yes and self.review is not None:
            self._write(self.review)

    @work(exclusive=True, group="write", exit_on_error=False)
    async def _write(self, found: Review) -> None:
        try:
            done = await asyncio.to_thread(found.output.write, found.folder, None, tuple(self.names))
        except TetratuiError as error:
            self.notify(visible(str(error)), severity="error", markup=False, timeout=15)
            return
        self.notify(_told(found.folder, done), markup=False, timeout=15)
        self._seen = None
        self.workspace_changed(frozenset())


def choices_of(workspace: Workspace) -> Choices:
    """Say what the configuration chooses for an export; raises SourceError when the rules folder cannot be read."""
    config = workspace.config
    rules = all_rule_files([config.wazuh.rules]) if config.wazuh.rules is not None else {}
    version = Version.parse(workspace.tetragon) if workspace.tetragon else LATEST
    return Choices(
        mode=config.wazuh.mode, version=version, existing=workspace.bench.denylist or b"", rules=rules, threats=()
    )


def _told(folder: Path, done: list[Written]) -> str:
    changed = sum(one.changed for one in done)
    return visible(f"{changed} files written into {folder}; README.md there says what to copy where")


def _cells(draft: Draft, impact: Impact) -> list[Text]:
    numbers = (f"{impact.dropped:,}", f"{impact.share:.1%}", size(impact.bytes_per_day), f"{impact.commands:,}")
    words = (draft.owner, draft.reason)
    return [
        Text(draft.id),
        Text(draft.rung),
        *(Text(number, justify="right") for number in numbers),
        *(Text(visible(word)) for word in words),
    ]


def _head_lines(found: Review) -> list[Content]:
    whole, proof = found.whole, found.output.proof
    lines = [
        Content(
            f"{len(found.each)} drafts hide {whole.dropped:,} of {whole.events:,} events ({whole.share:.1%}),"
            f" {size(whole.bytes_per_day)} a day, {whole.commands:,} command lines"
        ),
        Content(
            f"needles {found.needles - len(found.dark)} of {found.needles} visible; keep hidden: {found.keeps_hidden}"
        ),
    ]
    if proof is not None:
        exact = "exact" if proof.exact else f"{len(proof.missing):,} dropped events stay visible in Wazuh"
        lines.append(Content(f"Wazuh twins {exact}, {len(proof.extra)} silenced beyond, over {proof.held:,} events"))
    if found.starved:
        rules = ", ".join(f"{one.rule} (level {one.level}, {one.how})" for one in found.starved[:5])
        lines.append(Content.styled(f"{len(found.starved)} alerting rules would lose events: {rules}", "$warning"))
    if found.blocked is not None:
        lines.append(Content.styled(visible(f"may not be written: {found.blocked}"), "$error"))
    return lines


def _detail_lines(found: Review) -> list[Content]:
    lines = [Content.styled(visible(note), "$warning") for note in found.output.notes]
    lines.append(Content.styled("rarest command lines it hides", "bold"))
    lines += [Content(f"{count:>8,}  {visible(text)}") for text, count in found.whole.rarest[:10]]
    for name, difference in found.differences.items():
        lines.append(Content.styled(visible(f"difference: {name}"), "bold"))
        lines += [_diff_line(text) for text in difference.removesuffix("\n").split("\n")]
    return lines


def _diff_line(text: str) -> Content:
    style = {"+": "$success", "-": "$error"}.get(text[:1], "$text-muted")
    return Content.styled(visible(text), style)
