"""What to do next: the keys that matter now, and for a new operator one line, a step at a time.

Once dismissed, the line never comes back on this account.
"""

from __future__ import annotations

from typing import Any

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input

from tetratui.core.folders import state
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.background import job, start
from tetratui.ui.keys import KEYS
from tetratui.ui.operator_app import operator_app
from tetratui.ui.widgets.cached_static import CachedStatic

FORGET = job("hints", "noting that the hints were dismissed", thread=True)

HIDDEN = "hints-hidden"
"""The file in the state folder that notes it."""
_STEPS = (
    "New here? {query} filter · {mark-noise} mark noise · {help} help · {back} dismiss",
    "Next: {draft} draft an exclusion of the marks · {back} dismiss",
    "Next: {review} review the drafts, write files · {back} dismiss",
)
"""One for each step; with the default keys they have room in 60 columns."""


def choose_keys(work: Workspace, *, detail_open: bool) -> tuple[str, ...]:
    """Return the names of the six keys that matter now, by what is open, marked and drafted."""
    if detail_open:
        return ("detail", "detail-down", "process-next", "life", "copy", "back")
    if work.paused:
        return ("pause", "query", "include", "exclude", "mark-noise", "help")
    if work.selected:
        return ("mark-noise", "mark-keep", "mark-threat", "draft", "back", "help")
    if work.drafts:
        return ("review", "mark-noise", "draft", "undo", "query", "help")
    if len(work.marks):
        return ("draft", "mark-noise", "mark-keep", "undo", "query", "help")
    return ("query", "include", "exclude", "mark-noise", "draft", "help")


def hints_wanted() -> bool:
    """Return whether nobody on this account has dismissed the hints yet."""
    return not (state() / HIDDEN).exists()


def forget_hints() -> None:
    """Note that the hints were dismissed. Raise OSError where nothing can be written: there they come again."""
    state().mkdir(parents=True, exist_ok=True, mode=0o700)
    (state() / HIDDEN).touch(mode=0o600)


class HintLine(CachedStatic):
    """The line above the keys."""

    def __init__(self, *, shown: bool) -> None:
        super().__init__("", id="hint", markup=False)
        self.display = self.wanted = shown
        """Whether it is shown; it gives its row to a message."""

    def show(self, screen: Screen[Any], work: Workspace) -> None:
        """Show the next step, with the keys as they are bound."""
        # In an input other keys work: keep the step that comes after it.
        if self.wanted and not isinstance(screen.focused, Input):
            step = 2 if work.drafts else 1 if len(work.marks) else 0
            self.update(Content.styled(" " + _STEPS[step].format(**_keys_of(screen)), "bold $accent"))

    def dismiss(self) -> None:
        """Hide the line for good."""
        self.display = self.wanted = False
        operator_app(self.app).notices_changed.publish(None)
        start(self, FORGET, forget_hints)


def _keys_of(screen: Screen[Any]) -> dict[str, str]:
    """Return the first key of each binding that works on a screen, as it is shown; of others the id."""
    keys = {key.id: key.id for key in KEYS}
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        name = active.binding.id
        if name and name not in seen:
            seen.add(name)
            keys[name] = screen.app.get_key_display(active.binding)
    return keys
