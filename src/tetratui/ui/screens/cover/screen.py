"""The smallest safe cover: the fewest exclusions for what is marked, or for a share of the events, within a bound."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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
from tetratui.core.tuning.cover.cover import suggest
from tetratui.core.tuning.cover.cover_selection import select_cover
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.core.tuning.safety.risk import risk
from tetratui.core.tuning.tuning_context import TuningContext
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.screens.cover.render import CoverRequest, Proposal, answer_line, asked_lines, drafts_of, proposal_lines
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.reason_line import ReasonLine

PROPOSE = job("cover", "proposing exclusions")

_SHARES = (0.2, 0.4, 0.6, 0.8, 0.9, 0.95)
_RUNGS = ("exact", "command", "template", "caller", "subtree")
_BOUNDS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)


class CoverScreen(ModalScreen[tuple[Draft, ...] | None], inherit_bindings=False):
    """Proposes exclusions; ends with a draft of each, or None."""

    CSS_PATH = "../noise/noise.tcss"
    AUTO_FOCUS = ""
    TITLE_OF_HELP: ClassVar[str] = (
        "The fewest exclusions for all that is marked noise, or for a share of the events: habits, never what is rare."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("cover")]

    head = query_one("#cover-head", Static)
    proposal = query_one("#cover-proposal", Static)
    scroll = query_one("#cover-scroll", VerticalScroll)
    reason = query_one(ReasonLine)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.share, self.scope, self.bound = _SHARES.index(0.6), _RUNGS.index("caller"), 0
        """Places in the lists of what can be asked for."""
        self.marked: list[int] | None = None
        """Row ids of what is marked noise; None before they were looked for."""
        self.of_marks = False
        """Whether what is marked is to be covered, or a share of all events."""
        self.found: Proposal | None = None
        self._tuning_context: TuningContext | None = None

    def compose(self) -> ComposeResult:
        """Lay what is asked over what is proposed."""
        with Vertical(id="tuning"):
            yield Static(id="cover-head")
            with VerticalScroll(id="cover-scroll", can_focus=False):
                yield Static(id="cover-proposal")
            yield ReasonLine()
            yield KeyLine()

    def on_mount(self) -> None:
        """Propose with what is asked at first."""
        self.propose()

    @property
    def asked(self) -> CoverRequest:
        """What is asked for now."""
        rows = tuple(self.marked) if self.of_marks and self.marked else ()
        return CoverRequest(rows, _SHARES[self.share], _RUNGS[self.scope], _BOUNDS[self.bound])

    @background(PROPOSE)
    async def propose(self) -> None:
        """Ask the core, away from the event loop."""
        if self.marked is None:
            self.head.update(Content("\n").join([*asked_lines(self.asked), Content("looking…")]))
            marked = await asyncio.to_thread(self.workspace.marks.rows, self.workspace.still(), Verdict.NOISE)
            self.marked = marked.tolist()
            self.of_marks = bool(self.marked)
        self.found, asked = None, self.asked
        self.head.update(Content("\n").join([*asked_lines(asked), Content("looking…")]))
        self.found = await asyncio.to_thread(self._proposed, asked)
        self.head.update(Content("\n").join([*asked_lines(asked), answer_line(self.found)]))
        self.proposal.update(Content("\n").join(proposal_lines(asked, self.found)))

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Say it in the place of the proposal."""
        self.head.update(Content("\n").join([*asked_lines(self.asked), Content.styled(event.text, "$error")]))
        self.proposal.update("")

    def _proposed(self, asked: CoverRequest) -> Proposal:
        context = self._tuning_context = self._tuning_context or TuningContext(
            self.workspace.still(), self.workspace.marks
        )
        already = context.matcher.any(one for draft in self.workspace.drafts for one in draft.exclusions)
        if asked.rows:
            indexes = context.columns.indexes(asked.rows)
            left = indexes[~already[indexes]] + context.columns.first
            cover = select_cover(context, left, asked.scope, asked.bound)
        else:
            cover = suggest(context, asked.share, asked.scope, asked.bound, already=already)
        return Proposal(cover, tuple(risk([one.exclusion], one.scope) for one in cover.chosen))

    def action_share(self, step: int) -> None:
        """Ask for more or less."""
        if not self.of_marks:
            self._ask("share", step, _SHARES)

    def action_scope(self, step: int) -> None:
        """Allow broader scopes, or narrower ones only."""
        self._ask("scope", step, _RUNGS)

    def action_bound(self, step: int) -> None:
        """Let more or fewer events be hidden that nobody asked to hide."""
        self._ask("bound", step, _BOUNDS)

    def _ask(self, what: str, step: int, choices: Sequence[object]) -> None:
        place = min(max(getattr(self, what) + step, 0), len(choices) - 1)
        if place != getattr(self, what):
            setattr(self, what, place)
            self.propose()

    def action_what(self) -> None:
        """Go from what is marked to a share of all events, and back."""
        if not self.marked:
            self.notify("nothing is marked noise: m on the board marks a group", markup=False)
            return
        self.of_marks = not self.of_marks
        self.propose()

    def action_scroll(self, way: int) -> None:
        """Scroll the proposal."""
        self.scroll.scroll_relative(y=3 * way, animate=False)

    def action_reason(self) -> None:
        """Open the line for a reason."""
        self.reason.open()

    @on(ReasonLine.Submitted)
    def keep_reason(self, event: ReasonLine.Submitted) -> None:
        """Keep what was typed; the next enter accepts."""
        event.stop()
        self.reason.close()

    def action_accept(self) -> None:
        """End with a draft of each exclusion; a risky one needs a typed reason."""
        if self.found is None:
            return
        typed = self.reason.typed
        risky = [one.needs_reason for one in self.found.risks if one.needs_reason]
        if risky and not typed:
            self.notify(visible(f"{risky[0]}: type a reason"), severity="warning", markup=False)
            self.action_reason()
            return
        self.dismiss(drafts_of(self.found.cover, {draft.id for draft in self.workspace.drafts}, typed, self.of_marks))

    def action_cancel(self) -> None:
        """Close the line for a reason, else end without drafts."""
        if self.reason.has_focus:
            self.reason.close()
        else:
            self.dismiss(None)
