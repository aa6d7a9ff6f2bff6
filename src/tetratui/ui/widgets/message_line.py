"""The line above the keys: what the operator is told. It covers nothing that is typed or read."""

from __future__ import annotations

from textual.content import Content

from tetratui.ui.notices import OperatorNotice
from tetratui.ui.operator_app import operator_app
from tetratui.ui.widgets.cached_static import CachedStatic
from tetratui.ui.widgets.hint_line import HintLine

_SIGNS = {"information": "", "warning": "! ", "error": "✗ "}
"""What tells them apart without colours."""
_STYLES = {"information": "$text", "warning": "bold $warning", "error": "bold $error"}


class MessageLine(CachedStatic):
    """Shows the notice that matters most, or what is under way; empty else."""

    DEFAULT_CSS = """
    MessageLine { height: auto; min-height: 1; max-height: 3; width: 100%; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__("", id="message", markup=False)

    def on_mount(self) -> None:
        """Draw whenever there is something else to say."""
        operator_app(self.app).notices_changed.subscribe(self, lambda _: self.say())
        self.say()

    def say(self) -> None:
        """Draw the line."""
        app = operator_app(self.app)
        shown = app.notices.shown
        if shown is None:
            self.update(Content.styled(app.workspace.under_way, "bold $accent"))
        else:
            self.update(describe_notice(shown, len(app.notices.current) - 1))
        for hint in self.screen.query(HintLine):
            # Both have one row.
            hint.display = hint.wanted and not self.content
            self.display = not hint.display


def describe_notice(notice: OperatorNotice, others: int) -> Content:
    """Return a notice with its sign, and how many more there are."""
    more = f"  (+{others}, : messages)" if others else ""
    text = f"{_SIGNS[notice.severity]}{notice.message}"
    return Content.assemble((text, _STYLES[notice.severity]), (more, "$text-muted"))
