"""Classes of pcre2 patterns, as PCRE2 10.42 reads them, written for the library in use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tetratui.core.wazuh.engine.patterns import pcre_changes as changes
from tetratui.core.wazuh.engine.patterns.pcre_changes import Change
from tetratui.core.wazuh.engine.patterns.pcre_escapes import escape_change, escaped_byte, is_cased_letter
from tetratui.core.wazuh.engine.patterns.pcre_scan import CLASS_ITEM, Item, Mode, class_head

_SEVERAL = re.compile(rb"\\[dDwWsShHvVpP]")
"""Escapes that stand for several characters: no range begins or ends with one."""


@dataclass(slots=True)
class ClassReading:
    """A class for the library in use, with the rows of the table that it touches."""

    text: bytes
    met: list[Change] = field(default_factory=list)


def read_class(item: Item) -> ClassReading:
    """Return a class in words of the library in use."""
    head = class_head(item.mode).match(item.text)
    assert head is not None
    reading = ClassReading(head[0])
    at, end_of_several, after_several = head.end(), -1, False
    while match := CLASS_ITEM.match(item.text, at):
        at = match.end()
        if match[0] == b"-" and after_several:
            reading.text += _hyphen(item.text, match.start(), match.start() == end_of_several, reading.met)
        else:
            reading.text += _written(match, item.mode, reading.met)
        if not _is_skipped(match, item.mode):
            after_several = match["posix"] is not None or _SEVERAL.match(match[0]) is not None
            end_of_several = at
    reading.text += item.text[at:]
    return reading


def _is_skipped(match: re.Match[bytes], mode: Mode) -> bool:
    empty_quote = match["quote"] is not None and not match["quoted"]
    return match["end"] is not None or empty_quote or (mode.extended_more and match[0] in (b" ", b"\t"))


def _hyphen(text: bytes, at: int, is_next: bool, met: list[Change]) -> bytes:
    """Return the hyphen after an item that stands for several characters.

    Of one that comes right behind it, 10.42 asks that the next byte ends the class. Any other is a literal.
    """
    if is_next:
        if text[at + 1 : at + 2] != b"]":
            met.append(changes.HYPHEN_REFUSED)
        return b"-"
    met.append(changes.HYPHEN)
    return b"\\-"


def _written(match: re.Match[bytes], mode: Mode, met: list[Change]) -> bytes:
    escape = match["escape"]
    if escape is None:
        return match[0]
    if escape == b"\\x":
        met.append(changes.NO_DIGITS)
        return b"\\x00"
    change = changes.KEY_IN_CLASS if escape == b"\\k" else escape_change(escape)
    if change is None and mode.caseless and is_cased_letter(escape):
        change = changes.CASED_IN_CLASS
    if change:
        met.append(change)
    return escape


def class_literal(item: Item) -> bytes | None:
    """Return the one byte that a class holds, in lower case; None for any other class."""
    held = list(CLASS_ITEM.finditer(item.text, 1, len(item.text) - 1))
    pieces = [match["quoted"] or match[0] for match in held if not _is_skipped(match, item.mode)]
    if len(pieces) != 1:
        return None
    return escaped_byte(pieces[0]) or (pieces[0].lower() if len(pieces[0]) == 1 else None)
