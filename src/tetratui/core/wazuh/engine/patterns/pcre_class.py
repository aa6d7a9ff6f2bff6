"""Rewrite character classes of pcre2 patterns: read as PCRE2 10.42 does, written for the library in use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tetratui.core.wazuh.engine.patterns import pcre_changes as changes
from tetratui.core.wazuh.engine.patterns.pcre_changes import PcreChange
from tetratui.core.wazuh.engine.patterns.pcre_escapes import escape_change, escaped_byte, is_cased_letter
from tetratui.core.wazuh.engine.patterns.pcre_scan import CLASS_ITEM, Item, Mode, class_head

_SEVERAL = re.compile(rb"\\[dDwWsShHvVpP]")
"""Escapes that match several characters: no range begins or ends with one."""


@dataclass(slots=True)
class ClassReading:
    """A class rewritten for the library in use, and the changed constructs in it."""

    text: bytes
    met: list[PcreChange] = field(default_factory=list)


def read_class(item: Item) -> ClassReading:
    """Return a class rewritten for the library in use."""
    head = class_head(item.mode).match(item.text)
    assert head is not None
    reading = ClassReading(head[0])
    offset, end_of_several, after_several = head.end(), -1, False
    while match := CLASS_ITEM.match(item.text, offset):
        offset = match.end()
        if match[0] == b"-" and after_several:
            reading.text += _rewrite_hyphen(item.text, match.start(), match.start() == end_of_several, reading.met)
        else:
            reading.text += _rewrite_item(match, item.mode, reading.met)
        if not _is_skipped(match, item.mode):
            after_several = match["posix"] is not None or _SEVERAL.match(match[0]) is not None
            end_of_several = offset
    reading.text += item.text[offset:]
    return reading


def _is_skipped(match: re.Match[bytes], mode: Mode) -> bool:
    empty_quote = match["quote"] is not None and not match["quoted"]
    return match["end"] is not None or empty_quote or (mode.extended_more and match[0] in (b" ", b"\t"))


def _rewrite_hyphen(text: bytes, offset: int, is_next: bool, met: list[PcreChange]) -> bytes:
    """Return the hyphen after an item that matches several characters.

    Directly after the item, 10.42 allows it only at the end of the class. Otherwise it is a literal.
    """
    if is_next:
        if text[offset + 1 : offset + 2] != b"]":
            met.append(changes.HYPHEN_REFUSED)
        return b"-"
    met.append(changes.HYPHEN)
    return b"\\-"


def _rewrite_item(match: re.Match[bytes], mode: Mode, met: list[PcreChange]) -> bytes:
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
    """Return the byte of a class with one byte, in lower case; None for any other class."""
    matches = list(CLASS_ITEM.finditer(item.text, 1, len(item.text) - 1))
    pieces = [match["quoted"] or match[0] for match in matches if not _is_skipped(match, item.mode)]
    if len(pieces) != 1:
        return None
    return escaped_byte(pieces[0]) or (pieces[0].lower() if len(pieces[0]) == 1 else None)
