"""What to do next: the keys that matter now, and for a newcomer one line, a step at a time.

The line goes away when it is hidden, and never comes again on this account.
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
from tetratui.ui.widgets.cached_static import CachedStatic

FORGET = job("hints", "noting that the hints were hidden", thread=True)

HIDDEN = "hints-hidden"
"""The file in the state folder that says so."""
_STEPS = (
    "New here? {query} asks, {mark-noise} marks noise, {help} helps; {back} hides this",
    "Next: {draft} drafts an exclusion of what you marked; {back} hides",
    "Next: {review} reviews the drafts and writes files; {back} hides",
)
"""One for each step; with the default keys they have room in 60 columns."""


def keys_that_matter(work: Workspace, *, detail_open: bool) -> tuple[str, ...]:
    """Name the six keys that matter now, by what is open and what there is."""
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


def wanted() -> bool:
    """Tell whether nobody on this account has hidden the hints yet."""
    return not (state() / HIDDEN).exists()


def never_again() -> None:
    """Remember that the hints were hidden; raises OSError where nothing can be kept: there they come again."""
    state().mkdir(parents=True, exist_ok=True, mode=0o700)
    (state() / HIDDEN).touch(mode=0o600)


class HintLine(CachedStatic):
    """One line above the keys."""

    def __init__(self, *, shown: bool) -> None:
        super().__init__("", id="hint", markup=False)
        self.display = shown

    def say(self, screen: Screen[Any], work: Workspace) -> None:
        """Say the next step, with the keys as they are bound."""
        # While a line is typed in other keys work; what stands here is for after that.
        if self.display and not isinstance(screen.focused, Input):
            step = 2 if work.drafts else 1 if len(work.marks) else 0
            self.update(Content.styled(" " + _STEPS[step].format(**_keys_of(screen)), "bold $accent"))

    def hide(self) -> None:
        """Take it away for good."""
        self.display = False
        start(self, FORGET, never_again)


def _keys_of(screen: Screen[Any]) -> dict[str, str]:
    """Give the first key of each binding that works on a screen, as it is shown."""
    found = {key.id: key.id for key in KEYS}
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        name = active.binding.id
        if name and name not in seen:
            seen.add(name)
            found[name] = screen.app.get_key_display(active.binding)
    return found
