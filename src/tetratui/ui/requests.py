"""What screens and keys ask of the app: a draft of some rows, the events of a query, a step of the bench taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tetratui.ui.messages import Change, DraftAsked

if TYPE_CHECKING:
    from tetratui.ui.app import Tetratui


def draft(app: Tetratui, asked: DraftAsked) -> None:
    """Open the scopes over some rows; what it ends with goes on the bench."""
    from tetratui.core.tuning.draft import Draft  # the scopes needs half the core
    from tetratui.ui.screens.draft.screen import DraftScreen

    def accept(made: object) -> None:
        if isinstance(made, Draft):
            app.workspace.bench.accept(made)
            app.tell(f"draft {made.id} accepted; e reviews all drafts")
            app.change(Change.DRAFTS, at_once=True)

    app.push_screen(DraftScreen(app.workspace, asked.rows, asked.scope), accept)


def query(app: Tetratui, text: str) -> None:
    """Show on the Live screen what a query selects."""
    from tetratui.ui.screens.live.screen import LiveScreen  # the app imports its screens

    def show() -> None:
        if isinstance(app.screen, LiveScreen):
            app.screen.show_pane("all", text)

    app.action_go("live")
    app.call_after_refresh(show)


def moved(app: Tetratui, part: str | None, what: str) -> None:
    """Say which part of the bench a step was of, and draw it; None where there was none."""
    app.tell(f"{part}: {what}" if part else "nothing to undo or redo")
    app.change(Change.MARKS)
    app.change(Change.DRAFTS, at_once=True)
