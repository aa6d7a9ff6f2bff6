"""A text that is drawn only when it says something else, and laid out only when it takes other room."""

from __future__ import annotations

from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static


class CachedStatic(Static):
    """For what is said again and again: a layout has lines sent again that did not change."""

    _said: tuple[str, object] = "", ()
    """Text and styles as last drawn."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Say something; costs nothing when it was said already."""
        said = (content.plain, tuple(content.spans)) if isinstance(content, Content) else (str(content), ())
        before, self._said = self._said, said
        if said != before:
            same_room = _room(said[0]) == _room(before[0])
            super().update(content, layout=layout and not same_room)


def _room(text: str) -> object:
    """Give lengths of lines, of which texts of the same lengths take the same room; others have none in common."""
    return [len(line) for line in text.split("\n")] if text.isascii() else text
