"""Shorten the styles (SGR sequences) in what goes to the terminal: each sets only what differs from the one before.

Textual ends every piece of text with a reset and begins the next one with all of its style: two fifths of the bytes it
sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_LENGTHS = {"5": 3, "2": 5}
"""Numbers of an extended colour by its second one: 256 colours, true colour."""
_ATTRIBUTES = frozenset(map(str, (1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 51, 52, 53)))
_COLOURS = {
    **{str(number): "foreground" for number in (*range(30, 39), *range(90, 98))},
    **{str(number): "background" for number in (*range(40, 49), *range(100, 108))},
}
"""What a number colours; 38 and 48 are followed by the colour."""


class _Style(NamedTuple):
    """The numbers of attributes and colours in force; empty where the terminal's default is."""

    attributes: tuple[str, ...] = ()
    foreground: str = ""
    background: str = ""


_DEFAULT = _Style()


class _UnknownError(ValueError):
    """An SGR sequence with a number that is not understood."""


def compact_sgr(data: str) -> str:
    """Return an output with fewer bytes and the same effect, the style in force at its end included.

    Assume the default style on entry, which Textual leaves. Return an output with a sequence that is not understood
    unchanged.
    """
    try:
        return "".join(_pieces(data))
    except _UnknownError:
        return data


def _pieces(data: str) -> Iterator[str]:
    # Sequences only change `wanted`; one is written when text follows, so those without text in between cost nothing.
    shown = wanted = _DEFAULT
    end = 0
    for sequence in _SGR.finditer(data):
        text, end = data[end : sequence.start()], sequence.end()
        if text:
            if wanted != shown:
                yield _transition(shown, wanted)
                shown = wanted
            yield text
        wanted = _apply(wanted, sequence[1])
    if wanted != shown:
        yield _transition(shown, wanted)
    yield data[end:]


@lru_cache(maxsize=1024)
def _apply(style: _Style, parameters: str) -> _Style:
    """Return the style after a sequence with these parameters. Raise _UnknownError."""
    numbers = parameters.split(";")
    while numbers:
        number, length = numbers[0].lstrip("0"), 1
        if not number:
            style = _DEFAULT
        elif number in _ATTRIBUTES:
            style = style._replace(attributes=tuple(dict.fromkeys((*style.attributes, number))))
        elif number in _COLOURS:
            if number in {"38", "48"}:
                # An unknown kind of colour gets a length beyond the numbers, so that it is refused below.
                length = _LENGTHS.get("".join(numbers[1:2]), len(numbers) + 1)
            if len(numbers) < length:
                raise _UnknownError
            colour: dict[str, Any] = {_COLOURS[number]: ";".join(numbers[:length])}
            style = style._replace(**colour)
        else:
            raise _UnknownError
        numbers = numbers[length:]
    return style


def _transition(shown: _Style, wanted: _Style) -> str:
    """Return the shorter of two sequences: what is added to the shown style, or the wanted style after a reset."""
    if wanted == _DEFAULT:
        return "\x1b[m"
    whole = ";".join(filter(None, ("0" if shown != _DEFAULT else "", *wanted.attributes, *wanted[1:])))
    if wanted.attributes[: len(shown.attributes)] != shown.attributes:
        # An attribute is gone, which only a reset brings about alike in all terminals.
        return f"\x1b[{whole}m"
    added = list(wanted.attributes[len(shown.attributes) :])
    if wanted.foreground != shown.foreground:
        added.append(wanted.foreground or "39")
    if wanted.background != shown.background:
        added.append(wanted.background or "49")
    return f"\x1b[{min(';'.join(added), whole, key=len)}m"
