"""The line above the keys: what the operator is told. It covers nothing that is typed or read."""

from __future__ import annotations

from textual.content import Content

from tetratui.ui.notices import OperatorNotice
from tetratui.ui.operator_app import OperatorApp, operator_app
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
            self.update(Content.styled(app.workspace.under_way or _reading(app), "bold $accent"))
        else:
            others = len(app.notices.current) - 1
            more = f"  (+{others}, {app.key_of('palette')} messages)" if others else ""
            self.update(Content.assemble(describe_notice(shown), (more, "$text-muted")))
        for hint in self.screen.query(HintLine):
            # Both have one row.
            hint.display = hint.wanted and not self.content
            self.display = not hint.display


def _reading(app: OperatorApp) -> str:
    """Return how much of the older events has been read, and how to stop that; empty when no more are read."""
    work = app.workspace
    if not work.history or app.feed is None:
        return ""
    read = "" if work.history_read is None else f" {work.history_read:.0%}"
    return f"Reading history{read} · {app.key_of('palette')} stop reading history"


def describe_notice(notice: OperatorNotice) -> Content:
    """Return a notice with its sign, in its colour."""
    return Content.styled(f"{_SIGNS[notice.severity]}{notice.message}", _STYLES[notice.severity])
