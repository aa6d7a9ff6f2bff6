"""Styles as they go to the terminal: each says only what differs from the one before.

Textual ends every piece of text with a reset and begins the next one with all of its style: two fifths of what it
sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

_STYLE = re.compile(r"\x1b\[([0-9;:]*)m")
_LENGTHS = {"5": 3, "2": 5}
"""Numbers of an extended colour by its second one: 256 colours, true colour."""
_ATTRIBUTES = frozenset(map(str, (1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 51, 52, 53)))
_COLOURS = {
    **{str(number): "foreground" for number in (*range(30, 39), *range(90, 98))},
    **{str(number): "background" for number in (*range(40, 49), *range(100, 108))},
}
"""What a number colours; 38 and 48 are followed by the colour."""


class _Pen(NamedTuple):
    """How a terminal writes: the numbers of attributes and colours; empty where it is the terminal's own."""

    attributes: tuple[str, ...] = ()
    foreground: str = ""
    background: str = ""


_PLAIN = _Pen()


class _UnknownError(ValueError):
    """A style that is not understood."""


def compact_sgr(data: str) -> str:
    """Write what goes to a terminal with fewer bytes and the same effect, the pen that it leaves included.

    The terminal's pen is plain before, as whoever draws leaves it. What is not understood comes back as it was.
    """
    try:
        return "".join(_pieces(data))
    except _UnknownError:
        return data


def _pieces(data: str) -> Iterator[str]:
    shown = wanted = _PLAIN
    end = 0
    for found in _STYLE.finditer(data):
        text, end = data[end : found.start()], found.end()
        if text:
            if wanted != shown:
                yield _change(shown, wanted)
                shown = wanted
            yield text
        wanted = _after(wanted, found[1])
    if wanted != shown:
        yield _change(shown, wanted)
    yield data[end:]


@lru_cache(maxsize=1024)
def _after(pen: _Pen, style: str) -> _Pen:
    """Give the pen after a style; raises _UnknownError."""
    numbers = style.split(";")
    while numbers:
        number, length = numbers[0].lstrip("0"), 1
        if not number:
            pen = _PLAIN
        elif number in _ATTRIBUTES:
            pen = pen._replace(attributes=tuple(dict.fromkeys((*pen.attributes, number))))
        elif number in _COLOURS:
            if number in {"38", "48"}:
                # What names no colour is taken for longer than there are numbers.
                length = _LENGTHS.get("".join(numbers[1:2]), len(numbers) + 1)
            if len(numbers) < length:
                raise _UnknownError
            colour: dict[str, Any] = {_COLOURS[number]: ";".join(numbers[:length])}
            pen = pen._replace(**colour)
        else:
            raise _UnknownError
        numbers = numbers[length:]
    return pen


def _change(shown: _Pen, wanted: _Pen) -> str:
    """Write the shorter of what is added and everything anew."""
    if wanted == _PLAIN:
        return "\x1b[m"
    whole = ";".join(filter(None, ("0" if shown != _PLAIN else "", *wanted.attributes, *wanted[1:])))
    if wanted.attributes[: len(shown.attributes)] != shown.attributes:
        return f"\x1b[{whole}m"
    added = list(wanted.attributes[len(shown.attributes) :])
    if wanted.foreground != shown.foreground:
        added.append(wanted.foreground or "39")
    if wanted.background != shown.background:
        added.append(wanted.background or "49")
    return f"\x1b[{min(';'.join(added), whole, key=len)}m"
