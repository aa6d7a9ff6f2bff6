"""The bottom line: the few keys that matter now, as they are bound."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Input, Static

from tetratui.ui.keys import KEYS

ORDER = {key.id: number for number, key in enumerate(KEYS)}


class KeyLine(Static):
    """Shows the bindings of the screen that ask to be shown, first keys first; what has no room is left out."""

    def __init__(self) -> None:
        super().__init__("", id="keys", markup=False)

    def on_mount(self) -> None:
        """Draw again whenever other keys work."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.say())
        self.call_after_refresh(self.say)

    def on_resize(self) -> None:
        """Show as many as have room."""
        self.say()

    def say(self) -> None:
        """Draw the line."""
        shown: dict[str, tuple[str, str]] = {}
        typing = self.screen.focused if isinstance(self.screen.focused, Input) else None
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if typing is not None and active.node is not typing:
                continue
            name = binding.id or binding.action
            if binding.show and active.enabled and name not in shown:
                shown[name] = (self.app.get_key_display(binding), binding.description)
        parts: list[Content] = []
        room = self.size.width
        for name in sorted(shown, key=lambda name: ORDER.get(name, len(ORDER))):
            key, says = shown[name]
            part = Content.assemble((f" {key}", "bold $footer-key-foreground"), f" {says} ")
            room -= part.cell_length
            if room < 0:
                break
            parts.append(part)
        self.update(Content("").join(parts))
