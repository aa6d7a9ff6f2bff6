"""The Suggest screen: the fewest safe exclusions for marked events, or for a share of all events, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar

import numpy as np
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.cover.cover import LIMITS
from tetratui.core.tuning.cover.proposed_draft import ProposedDraft, accepted_drafts, judge_changed, list_proposed
from tetratui.core.tuning.cover.suggestion import Proposal, SuggestionRequest, propose
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.marks import Verdict
from tetratui.core.tuning.tuning_context import TuningContext
from tetratui.core.workspace.target import known_version
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.screens.suggest.panes import ProposalPanes
from tetratui.ui.screens.suggest.render import request_line, result_line, verdict_line
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.reason_line import ReasonLine

PROPOSE = job("suggest", "proposing exclusions")
JUDGE = job("judge-changed", "running test attacks against the changed proposal")

_SHARES = (0.2, 0.4, 0.6, 0.8, 0.9, 0.95)
_SCOPES = ("exact", "command", "template", "caller", "subtree")
_COLLATERAL = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
_CHOICES: dict[str, Sequence[object]] = {"share": _SHARES, "scope": _SCOPES, "collateral": _COLLATERAL}


class SuggestScreen(ModalScreen[tuple[Draft, ...] | None], inherit_bindings=False):
    """Propose exclusions; end with a draft of each that is taken, or None."""

    CSS_PATH = Path(__file__).with_name("suggest.tcss")
    AUTO_FOCUS = ""
    TITLE_OF_HELP: ClassVar[str] = (
        "The fewest exclusions for all that is marked noise, or for a share of the events: regular jobs, no rare event."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("suggest")]

    head = query_one("#suggest-head", Static)
    frame = query_one(ProposalPanes)
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
        self.proposed: list[ProposedDraft] = []
        """What is decided on each exclusion of the proposal."""
        self._tuning_context: TuningContext | None = None

    def compose(self) -> ComposeResult:
        """Put the request above the proposals and their details."""
        with Vertical(id="suggest"):
            yield Static(id="suggest-head")
            yield ProposalPanes()
            yield ReasonLine()
            yield KeyLine()

    def on_mount(self) -> None:
        """Propose for the first request."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.show())
        self.propose()

    @property
    def request(self) -> SuggestionRequest:
        """What is asked for, by the choices made so far."""
        rows = tuple(self._marked) if self.for_marked and self._marked else ()
        share, scope = _SHARES[self._index["share"]], _SCOPES[self._index["scope"]]
        return SuggestionRequest(share, scope, _COLLATERAL[self._index["collateral"]], rows=rows)

    @background(PROPOSE)
    async def propose(self) -> None:
        """Compute a proposal in a thread and show it; decisions on an earlier one end with it."""
        if self._marked is None:
            self._show_head(Content("Looking for marked events…"))
            marked = await asyncio.to_thread(self.workspace.marks.rows, self.workspace.still(), Verdict.NOISE)
            self._marked = marked.tolist()
            self.for_marked = bool(self._marked)
        self.proposal, self.proposed, request = None, [], self.request
        self._show_head(Content(f"Comparing exclusions over {format_count(len(self.workspace.table), 'event')}…"))
        self.frame.clear()
        proposal, self.proposed = await asyncio.to_thread(self._propose, request)
        self.proposal = proposal
        self.show()

    def _propose(self, request: SuggestionRequest) -> tuple[Proposal, list[ProposedDraft]]:
        if self._tuning_context is None:
            self._tuning_context = TuningContext(self.workspace.still(), self.workspace.marks)
        drafted = [exclusion for draft in self.workspace.drafts for exclusion in draft.exclusions]
        proposal = propose(self._tuning_context, request, drafted)
        ids = list(islice(self.workspace.bench.free_ids(), LIMITS.exclusions + len(proposal.cover.chosen)))
        return proposal, list_proposed(self._tuning_context, proposal, ids)

    def _show_head(self, *state: Content) -> None:
        self.head.update(Content("\n").join([request_line(self.request), *state]))

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure in place of the proposal; a change that could not be judged is not taken over."""
        if event.job is PROPOSE:
            self._show_head(Content.styled(event.text, "$error"))
            self.frame.clear()

    def show(self) -> None:
        """Draw the proposals as they are decided on now."""
        if self.proposal is None or self._tuning_context is None:
            return
        summary = result_line(self.proposal, self.proposed, len(self._tuning_context.columns))
        self._show_head(summary, verdict_line(self.proposed))
        self.frame.show(self.proposal, self.proposed, known_version(self.workspace))

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  # the name decides that it is called
        """Draw the columns that have room."""
        self.call_after_refresh(self.show)

    def _at_cursor(self) -> ProposedDraft | None:
        return self.frame.at_cursor() if self.proposal is not None else None

    def _put(self, each: ProposedDraft) -> None:
        """Put a proposal in the place of the one with its id."""
        self.proposed = [each if other.draft.id == each.draft.id else other for other in self.proposed]
        self.show()

    def action_take(self) -> None:
        """Drop the exclusion under the cursor, or take it in again."""
        each = self._at_cursor()
        if each is not None:
            self._put(each.switched())

    def action_open(self) -> None:
        """Open the scopes of the exclusion under the cursor; what is accepted there takes its place."""
        from tetratui.ui.screens.draft.screen import DraftScreen  # needs half the core

        each = self._at_cursor()
        if each is not None and self._tuning_context is not None:
            rows = np.flatnonzero(each.impact.mask) + self._tuning_context.columns.first
            screen = DraftScreen(self.workspace, tuple(rows.tolist()), each.draft.scope, each.draft)
            self.app.push_screen(screen, self._change)

    def _change(self, draft: Draft | None) -> None:
        if draft is not None:
            self._judge(draft)

    @background(JUDGE)
    async def _judge(self, draft: Draft) -> None:
        proposal, context = self.proposal, self._tuning_context
        if proposal is not None and context is not None:
            changed = await asyncio.to_thread(judge_changed, context, proposal, draft)
            if proposal is self.proposal:
                self._put(changed)

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

    def action_reason(self) -> None:
        """Ask for the reason of the exclusion under the cursor; the last one typed is offered, to be confirmed."""
        each = self._at_cursor()
        if each is not None:
            self.reason.ask(f"why is it safe to hide: {each.summary}", each.draft.reason or self.reason.typed)

    @on(ReasonLine.Submitted)
    def keep_reason(self, event: ReasonLine.Submitted) -> None:
        """Keep the reason for the exclusion that it was typed for; the next enter accepts, or asks for the next."""
        event.stop()
        each = self._at_cursor()
        self.reason.close()
        self.reason.display = False
        self.frame.rows.focus()
        if each is not None:
            self._put(each.with_reason(self.reason.typed))

    def action_accept(self) -> None:
        """End with a draft of each exclusion that is taken; one that requires a reason is asked for it first."""
        if self.proposal is None:
            return
        for row, each in enumerate(self.proposed):
            if each.taken and each.missing_reason is not None:
                self.frame.rows.move_cursor(row=row, animate=False)
                self.notify(visible(f"{each.missing_reason}: reason required"), severity="warning", markup=False)
                self.call_after_refresh(self.action_reason)
                return
        self.dismiss(accepted_drafts(self.proposed, marked=self.for_marked))

    def action_cancel(self) -> None:
        """Close the line for a reason or leave a pane, else end without drafts."""
        if self.reason.has_focus:
            self.reason.close()
            self.reason.display = False
            self.frame.rows.focus()
        elif not self.frame.go_back():
            self.dismiss(None)
