"""The Draft screen: every scope for some events with what it would hide, the rarest command lines first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.exclusion import Exclusion
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.scopes.line_split import split, unmarked
from tetratui.core.tuning.scopes.places import DEFAULT_PLACE, steps_of_place
from tetratui.core.tuning.scopes.scopes import Scopes, build_scopes
from tetratui.core.tuning.tuning_context import TuningContext
from tetratui.core.workspace.draft_preview import (
    DraftPreview,
    ScopeChoice,
    preview_draft,
    scope_risks,
)
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import WorkFailed, background, job
from tetratui.ui.keys import bindings
from tetratui.ui.screens.draft.panes import ScopePanes
from tetratui.ui.widgets.reason_line import ReasonLine

if TYPE_CHECKING:
    from tetratui.core.tuning.safety.risk import Risk

BUILD = job("scopes", "working out how general the exclusion can be")
PREVIEW = job("preview", "running test attacks against the draft")
SPLIT = job("split", "keeping lines visible")


class DraftScreen(ScopePanes):
    """Choose a scope for some events; end with the draft, or None."""

    TITLE_OF_HELP: ClassVar[str] = "Choose how general the exclusion is. Look at the rarest lines that it would hide."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("draft")]

    def __init__(
        self, workspace: Workspace, rows: Sequence[int], scope: str | None = None, changed: Draft | None = None
    ) -> None:
        super().__init__(workspace)
        self.changed = changed
        """The draft whose place an accepted one takes, with its id, reason, owner and expiry; None for a new one."""
        self.rows = tuple(rows)
        self.place = DEFAULT_PLACE
        """How narrowly the draft is bound to where its events ran (`scopes.places.PLACES`)."""
        self._tuning_context: TuningContext | None = None
        self._wanted_scope = scope
        """The scope to choose when the scopes are built, if it may be taken."""
        self._previews: dict[tuple[Exclusion, ...], DraftPreview] = {}
        self._previewing: tuple[Exclusion, ...] = ()
        self._accept_when_ready = False
        """Whether enter was pressed before the scopes, the lines to keep visible or the preview were worked out."""

    def on_mount(self) -> None:
        """Build the scopes."""
        if self.changed is not None:
            self.reason.put(self.changed.reason)
        self.heading.update(Content.styled("DRAFT", "bold $primary"))
        self.scope_table.update(Content(f"Building scopes for {format_count(len(self.rows), 'event')}…"))
        self.build()

    def on_resize(self) -> None:
        """Draw what has room now."""
        self.call_after_refresh(self.show)

    @background(BUILD)
    async def build(self) -> None:
        """Build all scopes in a thread and show them; the chosen scope stays chosen if it may be taken."""
        wanted = self.choice.scope.name if self.choice is not None else self._wanted_scope
        self._tuning_context, scopes, self.risks = await asyncio.to_thread(self._build_scopes, self.reason.typed)
        self.scopes = scopes
        safe = {scope.name for scope in scopes.scopes if scope.refused is None}
        accept = self._accept_when_ready and wanted in safe
        self._choose(wanted if wanted in safe else scopes.default)
        if accept:
            self.action_accept()

    def _build_scopes(self, reason: str) -> tuple[TuningContext, Scopes, dict[str, Risk]]:
        context = self._tuning_context or TuningContext(self.workspace.still(), self.workspace.marks, place=self.place)
        scopes = build_scopes(context, self.rows, reason)
        return context, scopes, scope_risks(scopes.scopes)

    @on(WorkFailed)
    def show_failure(self, event: WorkFailed) -> None:
        """Show a failure where its result would stand; a draft whose preview failed is not accepted."""
        if event.job is BUILD:
            self.scope_table.update(Content.styled(event.text, "$error"))
        elif event.job is SPLIT and self.choice is not None:
            # Back to the whole scope: the lines to keep visible are not known to be out of it.
            self._choose(self.choice.scope.name)
        else:
            self._accept_when_ready, self.preview_error = False, event.text
            self.show()

    def _choose(self, name: str | None) -> None:
        self._accept_when_ready = False
        self.choice = ScopeChoice(self.scopes[name]) if self.scopes is not None and name is not None else None
        self.show()

    def show(self) -> None:
        """Draw the scopes and what the chosen one means; preview it when that was not done yet."""
        if self.scopes is None:
            return
        choice = self.choice
        chosen, exclusions = (choice.scope.name, choice.exclusions) if choice is not None else ("", ())
        preview = self._previews.get(exclusions)
        self.draw(preview)
        if exclusions and preview is None and self._previewing != exclusions:
            self._previewing = exclusions
            self._preview(exclusions, chosen)

    @background(PREVIEW)
    async def _preview(self, exclusions: tuple[Exclusion, ...], scope: str) -> None:
        self.preview_error = ""
        self._previews[exclusions] = await asyncio.to_thread(preview_draft, exclusions, scope, self.workspace)
        self.show()
        if self._accept_when_ready:
            self.action_accept()

    def action_broader(self) -> None:
        if self.scopes is not None and self.choice is not None:
            self._go(self.scopes.broader(self.choice.scope.name), "No broader safe scope")

    def action_narrower(self) -> None:
        if self.scopes is not None and self.choice is not None:
            self._go(self.scopes.narrower(self.choice.scope.name), "No narrower safe scope")

    def action_other_side(self) -> None:
        if self.scopes is not None and self.choice is not None:
            self._go(self.scopes.other_side(self.choice.scope.name), "No safe scope on the other side")

    def _go(self, name: str | None, refusal: str) -> None:
        if name is not None:
            self._choose(name)
            return
        other = self.scopes.other_side(self.choice.scope.name) if self.scopes and self.choice else None
        self.notify(f"{refusal}; Tab tries the other side" if other is not None else refusal, markup=False)

    def action_reason(self) -> None:
        self.reason.open()

    @on(ReasonLine.Submitted)
    def keep_reason(self, event: ReasonLine.Submitted) -> None:
        """Build the scopes again: a reason opens those that require one."""
        event.stop()
        self.reason.close()
        self.build()

    def action_place(self) -> None:
        """Take the next place: workload, namespace, anywhere, container; without pods only the first and anywhere."""
        if self.scopes is None:
            return
        steps = () if self._tuning_context is None else steps_of_place(self._tuning_context.columns)
        if not steps:
            self.notify("No container was seen: the draft is not bound to a place", markup=False)
            return
        self.place, self._tuning_context = steps[(steps.index(self.place) + 1) % len(steps)], None
        self.build()

    def action_split(self) -> None:
        """Keep the command line under the cursor visible, or hide it again."""
        if self.choice is not None and self.choice.rarest:
            self.choice.kept_visible ^= {self.choice.rarest[self.choice.cursor][0]}
            self._split()

    def action_split_all(self) -> None:
        """Keep all listed command lines visible that are not marked; if they are kept already, hide them again."""
        choice = self.choice
        if choice is None or self._tuning_context is None or self.scopes is None:
            return
        lines = unmarked(self._tuning_context, self.scopes, self.hidden.listed)
        if not lines:
            self.notify("All listed lines are marked; Space keeps the selected one visible", markup=False)
            return
        choice.kept_visible = set() if lines <= choice.kept_visible else choice.kept_visible | lines
        self._split()

    @background(SPLIT)
    async def _split(self) -> None:
        choice = self.choice
        if self._tuning_context is None or self.scopes is None or choice is None:
            return
        lines = frozenset(choice.kept_visible)
        of_scope = (self._tuning_context, self.scopes, choice.scope.name)
        choice.split = await asyncio.to_thread(split, *of_scope, lines) if lines else None
        choice.split_lines = lines
        self.show()
        if self._accept_when_ready:
            self.action_accept()

    def action_accept(self) -> None:
        """End with the draft; wait for lines to be kept visible, for its preview, and for a reason if required."""
        choice = self.choice
        if self.scopes is None:
            return
        if choice is None:
            self._warn("No scope can be taken; the reason stands beside each")
            return
        # The choice is that of before while lines are being left out, or the scopes are built for another place.
        is_current = choice.is_split and self._tuning_context is not None
        preview = self._previews.get(choice.exclusions) if is_current else None
        self._accept_when_ready = preview is None
        if is_current and choice.split is not None and choice.split.refused is not None:
            self._accept_when_ready = False
            self._warn(f"cannot keep these lines visible: {choice.split.refused}")
            return
        if preview is None:
            return
        why = preview.risk.needs_reason
        if self.place == "anywhere":
            why = "the draft also applies where no such event was seen"
        if why and not self.reason.typed:
            # On the border of what is typed in: a notice would cover it.
            self.reason.border_title = Content(visible(f"reason required: {why}"))
            self.action_reason()
            return
        hosts = tuple(sorted({host for exclusion in choice.exclusions for host in exclusion.hosts}))
        base = self.changed or Draft(self.workspace.bench.free_id(), (), "")
        reason = self.reason.typed
        self.dismiss(replace(base, exclusions=choice.exclusions, scope=choice.scope_name, reason=reason, hosts=hosts))

    def _warn(self, text: str) -> None:
        self.notify(visible(text), severity="warning", markup=False)

    def action_cancel(self) -> None:
        """Close the line for a reason, else end without a draft."""
        if self.reason.has_focus:
            self.reason.close()
        else:
            self.dismiss(None)
