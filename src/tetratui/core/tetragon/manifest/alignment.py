"""Find where in a file each character of a YAML or JSON text was written."""

from __future__ import annotations

from tetratui.core.tetragon.manifest.nodes import ManifestScalar

_SPACE = " \t\r\n"
_SIMPLE = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_CODES = {"x": 2, "u": 4, "U": 8}
"""Escapes by code point, with their number of hexadecimal digits."""

Unit = tuple[int, str]
"""An offset in the file, and the character that is written there."""


def align(text: str, node: ManifestScalar) -> list[int]:
    """Return the offset in the file of each character of a scalar's value, and of its end.

    White space may be written differently in the file (folded lines, indentation). It is taken to stand where the
    white space of the file stands.
    """
    units = _units(text, node)
    offsets: list[int] = []
    unit = 0
    for character in node.value:
        if character not in _SPACE:
            while unit < len(units) and units[unit][1] != character:
                unit += 1
        offsets.append(units[unit][0] if unit < len(units) else node.stop)
        is_same = unit < len(units) and units[unit][1] == character
        if is_same or (character in _SPACE and unit < len(units) and units[unit][1] in _SPACE):
            unit += 1
    return [*offsets, offsets[-1] + 1 if offsets else node.start]


def _units(text: str, node: ManifestScalar) -> list[Unit]:
    start, stop = node.start, node.stop
    if node.style in {"|", ">"}:
        header = text.find("\n", start, stop)
        return [(offset, text[offset]) for offset in range(header + 1 if header >= 0 else stop, stop)]
    if node.style == "'":
        return _single_quoted(text, start + 1, stop - 1)
    if node.style in {'"', "json"}:
        return _double_quoted(text, start + 1, stop - 1, pairs=node.style == "json")
    return [(offset, text[offset]) for offset in range(start, stop)]


def _single_quoted(text: str, start: int, stop: int) -> list[Unit]:
    units, offset = [], start
    while offset < stop:
        units.append((offset, text[offset]))
        offset += 2 if text.startswith("''", offset) else 1
    return units


def _double_quoted(text: str, start: int, stop: int, pairs: bool) -> list[Unit]:
    """Return the units of a text in double quotes; `pairs`: JSON writes a character beyond U+FFFF in two halves."""
    units, offset = [], start
    while offset < stop:
        if text[offset] != "\\":
            units.append((offset, text[offset]))
            offset += 1
            continue
        letter = text[offset + 1 : offset + 2]
        digits = _CODES.get(letter, 0)
        if digits:
            character, length = _code_point(text, offset, digits, pairs)
        else:
            character, length = _SIMPLE.get(letter, letter), 2
        if letter not in "\r\n":
            units.append((offset, character))
        offset += length
    return units


def _code_point(text: str, offset: int, digits: int, pairs: bool) -> tuple[str, int]:
    """Return the character of an escape by number, and the length of what writes it."""
    code, length = int(text[offset + 2 : offset + 2 + digits], 16), 2 + digits
    if pairs and 0xD800 <= code < 0xDC00 and text.startswith("\\u", offset + 6):
        code = 0x10000 + ((code - 0xD800) << 10) + (int(text[offset + 8 : offset + 12], 16) - 0xDC00)
        length = 12
    return chr(code), length
