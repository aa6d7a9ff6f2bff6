"""Help: what can be done on the screen it was asked from, with the keys in force."""

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
    """The keys that work on one screen, by group."""

    CSS_PATH = "../base/dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("help")]

    def __init__(self, asked_from: Screen[Any], line: str, preset: str) -> None:
        super().__init__()
        self._asked_from = asked_from
        self._line = line
        self._preset = preset

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._text(), markup=False)

    def action_scroll(self, step: int) -> None:
        """Scroll the text by lines."""
        self.query_one("#dialog").scroll_relative(y=step, animate=False)

    def action_page(self, way: int) -> None:
        """Scroll the text by what is seen of it."""
        self.action_scroll(way * max(1, self.query_one("#dialog").size.height - 1))

    def _text(self) -> Content:
        groups: dict[str, dict[str, tuple[list[str], str]]] = {}
        for active in self._asked_from.active_bindings.values():
            binding = active.binding
            if binding.group is None or not binding.id:
                continue
            keys, _ = groups.setdefault(binding.group.description, {}).setdefault(binding.id, ([], binding.tooltip))
            keys.append(self.app.get_key_display(binding))
        purpose = getattr(self._asked_from, "TITLE_OF_HELP", "")
        said = f"{self._line}; keys: {self._preset}; esc closes this"
        lines = [Content.styled(purpose, "bold"), Content.styled(said, "$text-muted"), Content("")]
        for group, found in groups.items():
            lines.append(Content.styled(group, "bold $primary"))
            lines += [
                Content.assemble((f"  {' '.join(keys):<16}", "$footer-key-foreground"), tooltip)
                for keys, tooltip in found.values()
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
