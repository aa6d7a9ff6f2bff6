"""A static text that is drawn only when it changes, and laid out only when it needs other room."""

from __future__ import annotations

from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static


class CachedStatic(Static):
    """For texts that are updated all the time: a layout would send lines again that did not change."""

    _drawn: tuple[str, object] = "", ()
    """Text and styles as last drawn."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Show a text; costs nothing when it is shown already."""
        shown = (content.plain, tuple(content.spans)) if isinstance(content, Content) else (str(content), ())
        before, self._drawn = self._drawn, shown
        if shown != before:
            same_room = _room(shown[0]) == _room(before[0])
            super().update(content, layout=layout and not same_room)


def _room(text: str) -> object:
    """Return a key that is equal for texts of the same room: the lengths of lines, if each character is one cell."""
    return [len(line) for line in text.split("\n")] if text.isascii() else text
