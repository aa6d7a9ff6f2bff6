"""The Help screen: what can be done on another screen, with the keys in force."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tetratui.ui.keys import bindings
from tetratui.ui.render.cells import LEGEND


class HelpScreen(ModalScreen[None], inherit_bindings=False):
    """List the keys that work on one screen, by group."""

    CSS_PATH = "../base/dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("help")]

    def __init__(self, screen: Screen[Any], link: str, preset: str) -> None:
        super().__init__()
        self._explained = screen
        self._link = link
        self._preset = preset

    def compose(self) -> ComposeResult:
        """Put the text into a frame that scrolls."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._text(), markup=False)

    def action_scroll(self, step: int) -> None:
        self.query_one("#dialog").scroll_relative(y=step, animate=False)

    def action_page(self, way: int) -> None:
        self.action_scroll(way * max(1, self.query_one("#dialog").size.height - 1))

    def _text(self) -> Content:
        groups: dict[str, dict[str, tuple[list[str], str]]] = {}
        for active in self._explained.active_bindings.values():
            binding = active.binding
            if binding.group is None or not binding.id:
                continue
            keys, _ = groups.setdefault(binding.group.description, {}).setdefault(binding.id, ([], binding.tooltip))
            keys.append(self.app.get_key_display(binding))
        purpose = getattr(self._explained, "TITLE_OF_HELP", "")
        facts = f"{self._link}; keys: {self._preset}; Esc closes"
        lines = [Content.styled(purpose, "bold"), Content.styled(facts, "$text-muted"), Content("")]
        for group, actions in groups.items():
            lines.append(Content.styled(group, "bold $primary"))
            lines += [
                Content.assemble((f"  {' '.join(keys):<16}", "$footer-key-foreground"), tooltip)
                for keys, tooltip in actions.values()
            ]
        lines += [
            Content(""),
            Content.assemble(("kinds    ", "$text-muted"), LEGEND),
            Content.assemble(
                ("marks    ", "$text-muted"), "N noise  K keep  T threat  * selected  ~ time of the line before"
            ),
            Content.assemble(
                ("exports  ", "$text-muted"),
                "✓ can hide the query's events: denylist, CEL (Tetragon 1.4), policy, Wazuh",
            ),
        ]
        return Content("\n").join(lines)
