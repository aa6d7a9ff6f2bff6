"""The ladder over marked events: every rung with what it would hide, the rarest lines first, before one is accepted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.exclusion import Exclusion
from tetratui.core.tetragon.versions import LATEST, Version
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.ladder import Ladder, Rung, ladder
from tetratui.core.tuning.risk import risk
from tetratui.ui.bars import bar, size
from tetratui.ui.workspace import Workspace


class DraftScreen(ModalScreen[Draft | None]):
    """Chooses a rung for some rows; ends with the draft, or None."""

    CSS_PATH = Path(__file__).with_name("draft.tcss")
    AUTO_FOCUS = ""
    BINDING_GROUP_TITLE = "Draft"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("greater_than_sign,right", "broader", "broader", id="draft.broader", tooltip="One rung up this arm."),
        Binding("less_than_sign,left", "narrower", "narrower", id="draft.narrower", tooltip="One rung down this arm."),
        Binding("tab", "other_arm", "other arm", id="draft.arm", tooltip="What runs, or who calls it.", priority=True),
        Binding("r", "reason", "reason", id="draft.reason", tooltip="Type why; a risky rung needs it."),
        Binding("down,j", "scroll(1)", "down", id="draft.down", show=False, tooltip="Scroll down."),
        Binding("up,k", "scroll(-1)", "up", id="draft.up", show=False, tooltip="Scroll up."),
        Binding("enter", "accept", "accept", id="draft.accept", tooltip="Put the draft on the bench."),
        Binding("escape,q", "cancel", "cancel", id="draft.cancel", tooltip="Leave without a draft."),
    ]

    rungs = query_one("#rungs", Static)
    details = query_one("#details", Static)
    reason = query_one("#reason", Input)

    def __init__(self, workspace: Workspace, rows: Sequence[int]) -> None:
        super().__init__()
        self.workspace = workspace
        self.rows = tuple(rows)
        self.ladder: Ladder | None = None
        self._risks: dict[str, str] = {}
        self.chosen: str | None = None
        """The rung under the cursor; None until the ladder is built, or when none may be taken."""

    def compose(self) -> ComposeResult:
        """Lay the rungs over the details of the chosen one."""
        with Vertical(id="ladder"):
            yield Static(id="rungs")
            with VerticalScroll(id="scroll", can_focus=False):
                yield Static(id="details")
            yield Input(placeholder="why is it safe to hide this?", id="reason")
            yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Build the ladder, away from the event loop."""
        self.reason.display = False
        self.rungs.update(Content(f"building the ladder over {len(self.rows):,} events…"))
        self.build()

    @work(exclusive=True, group="ladder", exit_on_error=False)
    async def build(self) -> None:
        """Ask the core for every rung, and show them."""
        table, marks, typed = self.workspace.table, self.workspace.marks, self.reason.value
        self.ladder = await asyncio.to_thread(ladder, table, self.rows, marks, None, typed)
        self._risks.clear()
        if self.chosen is None or self.ladder[self.chosen].refused is not None:
            self.chosen = self.ladder.default
        self.show()

    def show(self) -> None:
        """Draw the rungs and what the chosen one means."""
        if self.ladder is None:
            return
        self.rungs.update(Content("\n").join(self._rung_lines(self.ladder)))
        self.details.update(Content("\n").join(self._detail_lines(self.ladder)))
        if self.chosen is not None and self.chosen not in self._risks:
            self._try(self.ladder[self.chosen])

    @work(exclusive=True, group="risk", exit_on_error=False)
    async def _try(self, rung: Rung) -> None:
        """Try what an attacker could hide under the rung, and say it."""
        found = await asyncio.to_thread(risk, rung.exclusions, rung.name)
        self._risks[rung.name] = found.sentence
        self.show()

    def action_broader(self) -> None:
        """Go one rung up."""
        self._go("broader")

    def action_narrower(self) -> None:
        """Go one rung down."""
        self._go("narrower")

    def action_other_arm(self) -> None:
        """Go to the other arm."""
        self._go("other_arm")

    def _go(self, way: str) -> None:
        if self.ladder is None or self.chosen is None:
            return
        steps = {
            "broader": self.ladder.broader,
            "narrower": self.ladder.narrower,
            "other_arm": self.ladder.other_arm,
        }
        to = steps[way](self.chosen)
        if to is None:
            self.notify(_END[way], markup=False)
            return
        self.chosen = to
        self.show()

    def action_reason(self) -> None:
        """Open the line for a reason."""
        self.reason.display = True
        self.reason.focus()

    @on(Input.Submitted, "#reason")
    def keep_reason(self, event: Input.Submitted) -> None:
        """Build again: a reason opens rungs that need one."""
        event.stop()
        self.reason.display = bool(event.value)
        self.set_focus(None)
        self.build()

    def action_scroll(self, way: int) -> None:
        """Scroll the details."""
        self.query_one("#scroll", VerticalScroll).scroll_relative(y=way, animate=False)

    def action_accept(self) -> None:
        """End with the draft of the chosen rung."""
        if self.ladder is None:
            return
        if self.chosen is None:
            self.notify("no rung may be taken; the reasons stand beside them", severity="warning", markup=False)
            return
        rung = self.ladder[self.chosen]
        hosts = tuple(sorted({host for exclusion in rung.exclusions for host in exclusion.hosts}))
        name = self.workspace.bench.free_id()
        self.dismiss(Draft(name, rung.exclusions, rung.name, self.reason.value.strip(), hosts=hosts))

    def action_cancel(self) -> None:
        """Close the line for a reason, else end without a draft."""
        if self.reason.has_focus:
            self.reason.display = bool(self.reason.value)
            self.set_focus(None)
        else:
            self.dismiss(None)

    def _rung_lines(self, built: Ladder) -> list[Content]:
        lines = [Content(visible(built.summary))]
        lines += [Content.styled(f"{one.events:,} marked refused: {one.reason}", "$warning") for one in built.refused]
        for arm in built.arms:
            lines += [self._rung_line(built[name]) for name in arm]
        return lines

    def _rung_line(self, rung: Rung) -> Content:
        here = rung.name == self.chosen
        impact = rung.impact
        facts = f"{impact.dropped:>9,} {impact.share:>6.1%} {bar(impact.share, 8)}"
        if rung.refused is not None:
            return Content.styled(visible(f"  {rung.name:>2} {facts}  refused: {rung.refused}"), "$text-muted")
        line = Content(f"{'>' if here else ' '} {rung.name:>2} {facts}  {rung.what}")
        return line.stylize("bold reverse") if here else line

    def _detail_lines(self, built: Ladder) -> list[Content]:
        if self.chosen is None:
            return [
                Content.styled("No rung of this ladder may be taken. Press r to type a reason, or esc.", "$warning")
            ]
        rung = built[self.chosen]
        impact = rung.impact
        lines = [
            Content(
                f"hides {impact.dropped:,} of {impact.events:,} events ({impact.share:.1%}),"
                f" {size(impact.bytes_per_day)} a day, {impact.commands:,} command lines, {impact.users:,} users,"
                f" {impact.hosts:,} hosts"
            ),
            Content(f"+{rung.newly:,} newly hidden, -{rung.again:,} shown again"),
        ]
        lines += [Content.styled(visible(text), "$warning") for text in (rung.note, rung.needs_reason) if text]
        lines += [Content.styled(visible(f"risk: {self._risks.get(rung.name, 'trying…')}"), "$warning")]
        lines += [Content.styled("rarest it would hide", "bold")]
        lines += [Content(f"{count:>8,}  {visible(text)}") for text, count in impact.rarest]
        lines += [Content.styled("filter", "bold")]
        lines += [Content(visible(text)) for text in filter_lines(rung.exclusions, self.workspace.tetragon)]
        return lines


_END = {
    "broader": "nothing broader on this arm may be taken",
    "narrower": "nothing narrower on this arm may be taken",
    "other_arm": "nothing on the other arm may be taken",
}


def filter_lines(exclusions: Sequence[Exclusion], version: str) -> list[str]:
    """Write exclusions as Tetragon filters, one a line; what this version cannot say is told in its place."""
    # Imported here: google-re2 and CEL are not needed before the first draft.
    from tetratui.core.tetragon.write import canonical, filter_of

    wanted = Version.parse(version) if version else LATEST
    lines = []
    for exclusion in exclusions:
        try:
            lines.append(canonical(filter_of(exclusion, wanted)))
        except TetratuiError as error:
            lines.append(f"no filter: {error}")
    return lines
