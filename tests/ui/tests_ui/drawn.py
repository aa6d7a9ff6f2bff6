"""What stands on the screen, as text."""

from __future__ import annotations

from textual.app import App


def lines(app: App[object]) -> list[str]:
    """Give each line of the screen, with what overlays it."""
    _, height = app.size
    # Textual has no public way to read the whole screen but as a picture; a test may use its compositor.
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips[:height]]
