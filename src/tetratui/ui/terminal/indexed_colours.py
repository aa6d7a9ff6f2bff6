"""Draw on terminals of 256 colours: each colour becomes the one of the palette that looks most like it.

Rich would round each channel of a dark grey with a tint to the cube of 216 colours, whose darkest steps are far apart:
grey backgrounds become stripes of black, navy and teal.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_STEPS = (0, 95, 135, 175, 215, 255)
"""The values of a channel in the cube of colours 16 to 231."""
GREYS = range(232, 256)
"""The ramp of greys: 8, 18, 28 … 238."""
TINT = 56
"""The widest difference between two channels of a colour that is a grey with a tint."""


def nearest(red: int, green: int, blue: int) -> int:
    """Return the number of the colour of the palette that looks most like this one: of greys with a tint, a grey."""
    luminance = (299 * red + 587 * green + 114 * blue) / 1000
    grey = GREYS.start + min(max(round((luminance - 8) / 10), 0), len(GREYS) - 1)
    if luminance < 4 or luminance > 246:
        grey = 16 if luminance < 4 else 231
    if max(red, green, blue) - min(red, green, blue) <= TINT:
        return grey
    codes = [_step(value) for value in (red, green, blue)]
    return 16 + 36 * codes[0] + 6 * codes[1] + codes[2]


def _step(value: int) -> int:
    """Return the number of the nearest step of a channel."""
    return min(range(len(_STEPS)), key=lambda number: abs(_STEPS[number] - value))


@lru_cache(maxsize=4096)
def to_indexed(style: Style) -> Style:
    """Return a style in colours of the palette."""
    changes = Style(color=_indexed(style.color), bgcolor=_indexed(style.bgcolor))
    return style + changes


def _indexed(color: RichColor | None) -> RichColor | None:
    if color is None or color.type is not ColorType.TRUECOLOR or color.triplet is None:
        return color
    return RichColor.from_ansi(nearest(*color.triplet))


class IndexedColours(LineFilter):
    """Gives every piece of a line colours of the palette."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's
        """Return the segments in colours of the palette."""
        return [
            segment if style is None or control else Segment(text, to_indexed(style), control)
            for segment in segments
            for text, style, control in (segment,)
        ]


INDEXED = IndexedColours()
"""The only instance: Textual caches drawn lines by the filters they passed."""
