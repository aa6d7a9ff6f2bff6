"""Drawing for terminals whose characters end at ASCII: every line, whoever drew it, goes through here last."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_ALIKE = {
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
_TABLE = {ord(character): plain for plain, characters in _ALIKE.items() for character in characters}


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Write a text in ASCII, as wide as before; what has nothing alike becomes a `?` a cell."""
    text = text.translate(_TABLE)
    if text.isascii():
        return text
    return "".join(one if one.isascii() else "?" * cell_len(one) for one in text)


class Ascii(LineFilter):
    """Leaves nothing but ASCII in what is drawn: borders, bars, cut marks, and what events say."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's
        """Write each segment in ASCII."""
        if all(text.isascii() for text, _, _ in segments):
            return segments
        return [
            segment if segment.text.isascii() else Segment(plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]


ASCII = Ascii()
"""The one of its kind: what is drawn is kept by the filter it went through."""
