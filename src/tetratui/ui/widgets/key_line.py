"""The bottom line: the few keys that matter now, as they are bound; a click does what the key does."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.widgets import Input

from tetratui.ui.keys import KEYS
from tetratui.ui.widgets.cached_static import CachedStatic

ORDER = {key.id: number for number, key in enumerate(KEYS)}


@dataclass(frozen=True, slots=True)
class _Shown:
    """One key of the line, and where it stands."""

    active: ActiveBinding
    start: int
    stop: int


class KeyLine(CachedStatic):
    """Shows the bindings of the screen that matter now, first keys first; what has no room is left out.

    A screen says by `matters` which these are, in their order; without it those that ask to be shown.
    """

    def __init__(self) -> None:
        super().__init__("", id="keys", markup=False)
        self._shown: list[_Shown] = []

    def on_mount(self) -> None:
        """Draw again whenever other keys work."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.say())
        self.call_after_refresh(self.say)

    def on_resize(self) -> None:
        """Show as many as have room."""
        self.say()

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for one in self._shown:
            if one.start <= event.x < one.stop:
                await self.app.run_action(one.active.binding.action, one.active.node)

    def say(self) -> None:
        """Draw the line."""
        parts: list[Content] = []
        self._shown = []
        used = 0
        for active in self._wanted():
            key = self.app.get_key_display(active.binding)
            part = Content.assemble((f" {key}", "bold $footer-key-foreground"), f" {active.binding.description} ")
            if used + part.cell_length > self.size.width:
                break
            self._shown.append(_Shown(active, used, used + part.cell_length))
            used += part.cell_length
            parts.append(part)
        self.update(Content("").join(parts))

    def _wanted(self) -> list[ActiveBinding]:
        typing = self.screen.focused if isinstance(self.screen.focused, Input) else None
        matters: tuple[str, ...] = () if typing is not None else getattr(self.screen, "matters", ())
        found: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            name = active.binding.id or active.binding.action
            of_input = typing is None or active.node is typing
            if of_input and active.enabled and (name in matters if matters else active.binding.show):
                found.setdefault(name, active)
        order = {name: number for number, name in enumerate(matters)} if matters else ORDER
        return [found[name] for name in sorted(found, key=lambda name: order.get(name, len(order)))]
