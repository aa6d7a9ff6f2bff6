"""The Suggest screen: the fewest safe exclusions for marked events, or for a share of all events."""

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

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.cover.suggestion import Proposal, SuggestionRequest, draft_cover, propose
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.core.tuning.tuning_context import TuningContext
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.screens.suggest.render import proposal_lines, request_line, result_line
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.reason_line import ReasonLine

PROPOSE = job("suggest", "proposing exclusions")

_SHARES = (0.2, 0.4, 0.6, 0.8, 0.9, 0.95)
_SCOPES = ("exact", "command", "template", "caller", "subtree")
_COLLATERAL = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
_CHOICES: dict[str, Sequence[object]] = {"share": _SHARES, "scope": _SCOPES, "collateral": _COLLATERAL}


class SuggestScreen(ModalScreen[tuple[Draft, ...] | None], inherit_bindings=False):
    """Propose exclusions; end with a draft of each, or None."""

    CSS_PATH = "../noise/noise.tcss"
    AUTO_FOCUS = ""
    TITLE_OF_HELP: ClassVar[str] = (
        "The fewest exclusions for all that is marked noise, or for a share of the events: regular jobs, no rare event."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("suggest")]

    head = query_one("#suggest-head", Static)
    list_of_exclusions = query_one("#suggest-list", Static)
    scroll = query_one("#suggest-scroll", VerticalScroll)
    reason = query_one(ReasonLine)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self._index = {"share": _SHARES.index(0.6), "scope": _SCOPES.index("caller"), "collateral": 0}
        """The choice made in each of `_CHOICES`."""
        self._marked: list[int] | None = None
        """Row ids of the events marked noise; None before they were looked for."""
        self.for_marked = False
        """Whether the marked events are to be hidden, or a share of all events."""
        self.proposal: Proposal | None = None
        """The answer to the request; None while it is computed."""
        self._tuning_context: TuningContext | None = None

    def compose(self) -> ComposeResult:
        """Put the request above the proposal."""
        with Vertical(id="tuning"):
            yield Static(id="suggest-head")
            with VerticalScroll(id="suggest-scroll", can_focus=False):
                yield Static(id="suggest-list")
            yield ReasonLine()
            yield KeyLine()

    def on_mount(self) -> None:
        """Propose for the first request."""
        self.propose()

    @property
    def request(self) -> SuggestionRequest:
        """What is asked for, by the choices made so far."""
        rows = tuple(self._marked) if self.for_marked and self._marked else ()
        share, scope = _SHARES[self._index["share"]], _SCOPES[self._index["scope"]]
        return SuggestionRequest(share, scope, _COLLATERAL[self._index["collateral"]], rows=rows)

    @background(PROPOSE)
    async def propose(self) -> None:
        """Compute a proposal in a thread and show it."""
        if self._marked is None:
            self._show_head(self.request, Content("Looking for marked events…"))
            marked = await asyncio.to_thread(self.workspace.marks.rows, self.workspace.still(), Verdict.NOISE)
            self._marked = marked.tolist()
            self.for_marked = bool(self._marked)
        self.proposal, request = None, self.request
        self._show_head(
            request, Content(f"Comparing exclusions over {format_count(len(self.workspace.table), 'event')}…")
        )
        self.proposal = await asyncio.to_thread(self._propose, request)
        self._show_head(request, result_line(self.proposal))
        self.list_of_exclusions.update(Content("\n").join(proposal_lines(request, self.proposal)))

    def _show_head(self, request: SuggestionRequest, state: Content) -> None:
        self.head.update(Content("\n").join([request_line(request), state]))

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure in place of the proposal."""
        self._show_head(self.request, Content.styled(event.text, "$error"))
        self.list_of_exclusions.update("")

    def _propose(self, request: SuggestionRequest) -> Proposal:
        if self._tuning_context is None:
            self._tuning_context = TuningContext(self.workspace.still(), self.workspace.marks)
        drafted = [exclusion for draft in self.workspace.drafts for exclusion in draft.exclusions]
        return propose(self._tuning_context, request, drafted)

    def action_share(self, step: int) -> None:
        if not self.for_marked:
            self._step("share", step)

    def action_scope(self, step: int) -> None:
        self._step("scope", step)

    def action_collateral(self, step: int) -> None:
        self._step("collateral", step)

    def _step(self, name: str, step: int) -> None:
        """Go to another choice, and propose for it."""
        index = min(max(self._index[name] + step, 0), len(_CHOICES[name]) - 1)
        if index != self._index[name]:
            self._index[name], self.proposal = index, None
            self.propose()

    def action_target(self) -> None:
        """Switch between the marked events and a share of all events."""
        if not self._marked:
            self.notify("nothing is marked noise: m on the Noise screen marks a group", markup=False)
            return
        self.for_marked, self.proposal = not self.for_marked, None
        self.propose()

    def action_scroll(self, way: int) -> None:
        self.scroll.scroll_relative(y=3 * way, animate=False)

    def action_reason(self) -> None:
        self.reason.open()

    @on(ReasonLine.Submitted)
    def keep_reason(self, event: ReasonLine.Submitted) -> None:
        """Close the line; its text stays, and the next enter accepts."""
        event.stop()
        self.reason.close()

    def action_accept(self) -> None:
        """End with a draft of each exclusion; risky ones require a reason."""
        if self.proposal is None:
            return
        risky = [risk.needs_reason for risk in self.proposal.risks if risk.needs_reason]
        if risky and not self.reason.typed:
            self.notify(visible(f"{risky[0]}: reason required"), severity="warning", markup=False)
            self.action_reason()
            return
        used_ids = {draft.id for draft in self.workspace.drafts}
        self.dismiss(draft_cover(self.proposal.cover, used_ids, self.reason.typed, marked=self.for_marked))

    def action_cancel(self) -> None:
        """Close the line for a reason, else end without drafts."""
        if self.reason.has_focus:
            self.reason.close()
        else:
            self.dismiss(None)
