"""Find items of a `(*UTF)` pattern whose meaning changed with Unicode versions after the one in PCRE2 10.42."""

from __future__ import annotations

import re

from tetratui.core.wazuh.engine.patterns.pcre_scan import Item, ItemKind

_SCRIPT_RUN = re.compile(rb"\(\*(?:sr|asr|script_run|atomic_script_run):")
_CODE_POINT = re.compile(rb"\\x\{([0-9A-Fa-f]+)\}|\\N\{U\+([0-9A-Fa-f]+)\}|\\o\{([0-7]+)\}")
_FIRST_WITH_NEW_CASES = 0x180
"""No character below this one got another counterpart in the other case since then; from U+019B on some did."""
_LEAD_BYTE = 0xC6
"""The first byte of that character in UTF-8."""
_CHARACTERS = (ItemKind.LITERAL, ItemKind.QUOTED, ItemKind.CLASS, ItemKind.ESCAPE)


def depends_on_unicode(item: Item) -> bool:
    """Return whether an item may mean something else with later Unicode tables, or matches bytes of a character."""
    if item.text in (b"\\C", b"\\X", b"(*UCP)") or _SCRIPT_RUN.match(item.text):
        return True
    if item.kind in (ItemKind.ESCAPE, ItemKind.CLASS) and (b"\\p" in item.text or b"\\P" in item.text):
        return True
    return item.mode.caseless and (item.kind is ItemKind.REFERENCE or _has_new_case(item))


def _has_new_case(item: Item) -> bool:
    if item.kind not in _CHARACTERS:
        return False
    matches = _CODE_POINT.finditer(item.text)
    points = [int(match[1] or match[2], 16) if match[3] is None else int(match[3], 8) for match in matches]
    return any(byte >= _LEAD_BYTE for byte in item.text) or any(point >= _FIRST_WITH_NEW_CASES for point in points)
