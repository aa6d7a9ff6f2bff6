"""Make an event's text safe for a terminal: escape every character that the terminal would act on.

A process chooses its own arguments, and they end up in the export file. An escape sequence in them must be shown,
never executed. Every text of an event goes through `visible` before it reaches a terminal.
"""

from __future__ import annotations

import re

NEWLINE = "⏎"
"""Shown in place of a line feed."""

# C0 and DEL, C1, zero-width and joiner characters, bidirectional marks, embeddings, overrides and isolates, line and
# paragraph separators, the soft hyphen, signs that reach over what follows, fillers that draw nothing, interlinear
# marks, the byte order mark, variation selectors, tags, and surrogates that a lenient decoder may leave.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\n":
        return NEWLINE
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str, *, ascii_only: bool = False) -> str:
    """Return the text with every character escaped that a terminal would act on or hide.

    ESC becomes `\\x1b`, a line feed `⏎`. All other characters are printable or combining marks. Nothing is cut; the
    caller deals with the width. With `ascii_only`, everything beyond ASCII is escaped too, and a line feed is `\\n`.
    """
    if ascii_only and not (text.isascii() and text.isprintable()):
        escaped = text.replace("\n", "\\n").encode("ascii", "backslashreplace").decode("ascii")
        return _ACTING.sub(_escape, escaped)
    return _ACTING.sub(_escape, text)
