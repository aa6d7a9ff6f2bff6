"""The bottom line: the few keys that matter now, as they are bound; a click acts like the key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tetratui.ui.keys import ORDER
from tetratui.ui.widgets.cached_static import CachedStatic
from tetratui.ui.widgets.message_line import MessageLine


@dataclass(frozen=True, slots=True)
class _Shown:
    """One key of the line, and the columns it covers."""

    active: ActiveBinding
    start: int
    stop: int


class KeyLine(CachedStatic):
    """Shows the bindings of the screen that matter now; the last are left out where there is no room.

    A screen lists them in `matters`, in their order; without it they are the bindings of its `BINDINGS` with `show`.
    """

    def __init__(self) -> None:
        super().__init__("", id="keys", markup=False)
        self._shown: list[_Shown] = []

    def on_mount(self) -> None:
        """Draw again whenever the active bindings change; on a dialog, open a message line above."""
        if isinstance(self.parent, Widget) and not self.screen.query(MessageLine):
            self.parent.mount(MessageLine(), before=self)
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.say())
        self.call_after_refresh(self.say)

    def on_resize(self) -> None:
        """Show as many as have room."""
        self.say()

    async def on_click(self, event: events.Click) -> None:
        """Run the action of the key that was clicked."""
        for key in self._shown:
            if key.start <= event.x < key.stop:
                await self.app.run_action(key.active.binding.action, key.active.node)

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
        entry = self.screen.focused if isinstance(self.screen.focused, Input) else None
        matters: tuple[str, ...] = () if entry is not None else getattr(self.screen, "matters", ())
        wanted: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            name = active.binding.id or active.binding.action
            if entry is not None and active.node is not entry:
                continue
            if active.enabled and (name in matters if matters else active.binding.show):
                wanted.setdefault(name, active)
        if entry is not None and not wanted:
            return list(_keys_of_question(entry, self.screen.active_bindings.values()))
        order = {name: number for number, name in enumerate(matters)} if matters else ORDER
        return [wanted[name] for name in sorted(wanted, key=lambda name: order.get(name, len(order)))]


def _keys_of_question(entry: Input, bindings: Iterable[ActiveBinding]) -> Iterator[ActiveBinding]:
    """Yield the two keys of a question: what is typed is taken by the one, and left by the other."""
    for active in bindings:
        if active.node is entry and active.binding.action == "submit":
            yield active._replace(binding=replace(active.binding, description="accept"))
        elif active.binding.key == "escape":
            yield active._replace(binding=replace(active.binding, description="cancel"))
