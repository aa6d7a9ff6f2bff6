"""The Draft screen: every scope for the marked events with what it would hide, rarest lines first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.events.visible import visible
from tetratui.core.exclusion import Exclusion
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.impact import Impact
from tetratui.core.tuning.scopes.line_split import Split, split, unmarked
from tetratui.core.tuning.scopes.scopes import Scope, Scopes, build_scopes
from tetratui.core.tuning.tuning_context import TuningContext
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.screens.draft.render import DraftView, detail_lines, scope_lines, shown_lines
from tetratui.ui.screens.draft.safety_checks import Trial, filter_lines, trial, version_of
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.reason_line import ReasonLine

BUILD = job("scopes", "working out how general the exclusion can be")
TRY = job("trial", "trying attacks under the draft")
SPLIT = job("split", "splitting lines out")


class DraftScreen(ModalScreen[Draft | None], inherit_bindings=False):
    """Chooses a scope for some rows; ends with the draft, or None."""

    CSS_PATH = Path(__file__).with_name("draft.tcss")
    AUTO_FOCUS = ""
    TITLE_OF_HELP: ClassVar[str] = "How general shall the exclusion be? Look at the rarest lines it would hide."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("draft")]

    scope_table = query_one("#scopes", Static)
    details = query_one("#details", Static)
    reason = query_one(ReasonLine)
    scroll = query_one("#scroll", VerticalScroll)

    def __init__(self, workspace: Workspace, rows: Sequence[int], scope: str | None = None) -> None:
        super().__init__()
        self.workspace = workspace
        self.rows = tuple(rows)
        self.context: TuningContext | None = None
        self.scopes: Scopes | None = None
        self.chosen: str | None = scope
        """The scope under the cursor; None until the scopes is built, or when none may be taken."""
        self.split: Split | None = None
        """What is left of the chosen scope when `left_out` stays visible."""
        self.left_out: set[str] = set()
        """Command lines that the operator wants to go on seeing."""
        self.at = 0
        """The rare line under the cursor."""
        self.anywhere = False
        """Whether it hides in containers and outside them alike, wherever the events came from."""
        self._trials: dict[tuple[Exclusion, ...], Trial] = {}
        self._trying: tuple[Exclusion, ...] = ()
        self.failed_trial = ""
        """Why the last trial failed; empty when it did not."""
        self._wanted = False
        """Whether the draft was accepted before the trial of it had ended."""

    def compose(self) -> ComposeResult:
        """Lay the scopes over the details of the chosen one."""
        with Vertical(id="draft"):
            yield Static(id="scopes")
            with VerticalScroll(id="scroll", can_focus=False):
                yield Static(id="details")
            yield ReasonLine()
            yield KeyLine()

    def on_mount(self) -> None:
        """Build the scopes, away from the event loop."""
        self.scope_table.update(Content(f"building the scopes over {len(self.rows):,} events…"))
        self.build()

    @background(BUILD)
    async def build(self) -> None:
        """Ask the core for every scope, and show them."""
        self.context, built = await asyncio.to_thread(self._built, self.reason.value)
        self.scopes = built
        if self.chosen not in {scope.name for scope in built.scopes if scope.refused is None}:
            self.chosen = built.default
        self._begin_scope()

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Say what failed where its answer would stand; nothing is accepted that was not tried."""
        if event.job is BUILD:
            self.scope_table.update(Content.styled(event.text, "$error"))
        elif event.job is SPLIT:
            # What would be accepted must not hide a line that was to stay visible.
            self._begin_scope()
        else:
            self._wanted, self.failed_trial = False, event.text
            self.show()

    def _built(self, reason: str) -> tuple[TuningContext, Scopes]:
        context = self.context or TuningContext(self.workspace.still(), self.workspace.marks, anywhere=self.anywhere)
        return context, build_scopes(context, self.rows, reason)

    def _begin_scope(self) -> None:
        self.split, self.left_out, self.at, self._wanted = None, set(), 0, False
        self.show()

    def show(self) -> None:
        """Draw the scopes and what the chosen one means."""
        if self.scopes is None:
            return
        self.scope_table.update(Content("\n").join(scope_lines(self.scopes, self.chosen)))
        tried = self._trials.get(self.exclusions)
        self.details.update(Content("\n").join(detail_lines(self._view(), tried)))
        if self.exclusions and tried is None and self._trying != self.exclusions:
            self._trying = self.exclusions
            self._try(self.exclusions)

    def _view(self) -> DraftView | None:
        if self.scope is None or self.impact is None:
            return None
        filters = tuple(filter_lines(self.exclusions, version_of(self.workspace)))
        return DraftView(
            self.scope, self.impact, self.split, frozenset(self.left_out), self.at, filters, self.failed_trial
        )

    @property
    def scope(self) -> Scope | None:
        """The scope under the cursor."""
        return self.scopes[self.chosen] if self.scopes is not None and self.chosen is not None else None

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """What would be accepted now."""
        if self.split is not None and self.split.refused is None:
            return self.split.exclusions
        return self.scope.exclusions if self.scope is not None else ()

    @property
    def impact(self) -> Impact | None:
        """What it would hide."""
        if self.split is not None and self.split.refused is None:
            return self.split.impact
        return self.scope.impact if self.scope is not None else None

    @background(TRY)
    async def _try(self, exclusions: tuple[Exclusion, ...]) -> None:
        """Try what an attacker could hide, and which rules would lose events; say it."""
        self.failed_trial = ""
        self._trials[exclusions] = await asyncio.to_thread(trial, exclusions, self.chosen or "", self.workspace)
        self.show()
        if self._wanted:
            self.action_accept()

    def action_broader(self) -> None:
        """Go one scope up."""
        self._go("broader")

    def action_narrower(self) -> None:
        """Go one scope down."""
        self._go("narrower")

    def action_other_side(self) -> None:
        """Go to the other side."""
        self._go("other_side")

    def _go(self, way: str) -> None:
        if self.scopes is None or self.chosen is None:
            return
        steps = {"broader": self.scopes.broader, "narrower": self.scopes.narrower, "other_side": self.scopes.other_side}
        to = steps[way](self.chosen)
        if to is None:
            self.notify(_END[way], markup=False)
            return
        self.chosen = to
        self._begin_scope()

    def action_reason(self) -> None:
        """Open the line for a reason."""
        self.reason.open()

    @on(ReasonLine.Submitted)
    def keep_reason(self, event: ReasonLine.Submitted) -> None:
        """Build again: a reason opens scopes that need one."""
        event.stop()
        self.reason.close()
        self.build()

    def action_place(self) -> None:
        """Hide in containers and outside them alike, or only where the events came from."""
        if self.scopes is None:
            return
        if self.context is None or not (self.context.columns.text["docker"].codes > 0).any():
            self.notify("no container was seen: nothing is bound to one", markup=False)
            return
        self.anywhere, self.context = not self.anywhere, None
        self.build()

    def action_scroll(self, way: int) -> None:
        """Scroll the details by a page."""
        self.scroll.scroll_relative(y=way * max(1, self.scroll.size.height - 1), animate=False)

    def action_line(self, step: int) -> None:
        """Go to another of the rare lines."""
        if self.scope is not None and self.scope.impact.rarest:
            self.at = min(max(self.at + step, 0), len(self.scope.impact.rarest) - 1)
            self.show()
            place = self.at - shown_lines(self.at, len(self.scope.impact.rarest)).start
            self.scroll.scroll_to(y=max(0, place - self.scroll.size.height // 2), animate=False)

    def action_split(self) -> None:
        """Leave the line under the cursor visible, or hide it again."""
        if self.scope is not None and self.scope.impact.rarest:
            self.left_out ^= {self.scope.impact.rarest[self.at][0]}
            self._split()

    def action_split_all(self) -> None:
        """Leave all rare lines visible that are not marked; if that is so already, hide them again."""
        if self.scope is None or self.context is None or self.scopes is None:
            return
        rarest = self.scope.impact.rarest
        found = unmarked(self.context, self.scopes, [rarest[at][0] for at in shown_lines(self.at, len(rarest))])
        if not found:
            self.notify("each of these lines is marked; space splits out the one under the cursor", markup=False)
            return
        self.left_out = set() if found <= self.left_out else self.left_out | found
        self._split()

    @background(SPLIT)
    async def _split(self) -> None:
        if self.context is None or self.scopes is None or self.chosen is None:
            return
        lines = frozenset(self.left_out)
        asked = (self.context, self.scopes, self.chosen, lines)
        self.split = await asyncio.to_thread(split, *asked) if lines else None
        self.show()

    def action_accept(self) -> None:
        """End with the draft of the chosen scope."""
        if self.scopes is None:
            return
        if self.scope is None:
            self.notify("no scope may be taken; the reasons stand beside them", severity="warning", markup=False)
            return
        if self.split is not None and self.split.refused is not None:
            self.notify(visible(self.split.refused), severity="warning", markup=False)
            return
        tried = self._trials.get(self.exclusions)
        if tried is None:
            self._wanted = True
            return
        self._wanted = False
        wanted = "it hides where nobody looked" if self.anywhere else tried.needs_reason
        if wanted and not self.reason.typed:
            self.notify(visible(f"{wanted}: type a reason (r)"), severity="warning", markup=False)
            self.action_reason()
            return
        hosts = tuple(sorted({host for exclusion in self.exclusions for host in exclusion.hosts}))
        name, scope = self.workspace.bench.free_id(), self.split.scope if self.split else self.scope.name
        self.dismiss(Draft(name, self.exclusions, scope, self.reason.typed, hosts=hosts))

    def action_cancel(self) -> None:
        """Close the line for a reason, else end without a draft."""
        if self.reason.has_focus:
            self.reason.close()
        else:
            self.dismiss(None)


_END = {
    "broader": "nothing broader on this side may be taken",
    "narrower": "nothing narrower on this side may be taken",
    "other_side": "nothing on the other side may be taken",
}
