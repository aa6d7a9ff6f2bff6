"""Draw on terminals whose characters end at ASCII: every line, whoever drew it, passes the filter here last."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_LOOKALIKES = {
    "-": "─━═╌╍┄┅┈┉╴╶╸╺╼╾▔▁▀▄–—‐‑−",
    "|": "│┃║╎╏┆┇┊┋╵╷╹╻▌▐▎▊▏▕▍▋▉",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬▛▜▙▟▗▖▘▝±✓✔",
    "#": "█▇▆▅■●",
    "=": "▃▂≡",
    ".": "░▒▓·•∙",
    "^": "↑▲△",
    "v": "↓▼▽",
    "<": "←◀◁‹«≤",
    ">": "→▶▷›»≥❯",
    "~": "…≈",
    "$": "⏎",
    "x": "×✗✕✘",
    "'": "‘’",
    '"': "“”",
}
_TABLE = {ord(character): plain for plain, characters in _LOOKALIKES.items() for character in characters}


@lru_cache(maxsize=8192)
def to_ascii(text: str) -> str:
    """Return a text in ASCII, as wide as before; a character that nothing looks like becomes a `?` for each cell."""
    text = text.translate(_TABLE)
    if text.isascii():
        return text
    return "".join(character if character.isascii() else "?" * cell_len(character) for character in text)


class AsciiFilter(LineFilter):
    """Writes all that is drawn in ASCII: borders, bars, cut marks, and the texts of events."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's
        """Return the segments in ASCII."""
        if all(text.isascii() for text, _, _ in segments):
            return segments
        return [
            segment if segment.text.isascii() else Segment(to_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


ASCII = AsciiFilter()
"""The only instance: Textual caches drawn lines by the filters they passed, so a new one each time would miss."""
