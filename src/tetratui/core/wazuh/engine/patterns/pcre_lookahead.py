"""An error of PCRE2 10.42 with a lookahead at the start of a pattern, which the library in use no longer has.

The character that such a lookahead asks for becomes the one that a match has to begin with. Where the same character is
also the last one that every match needs, 10.42 looks for it a second time behind the first, and gives up without it.
"""

from __future__ import annotations

import re

from tetratui.core.wazuh.engine.patterns.pcre_class import class_literal
from tetratui.core.wazuh.engine.patterns.pcre_escapes import escaped_byte
from tetratui.core.wazuh.engine.patterns.pcre_scan import FLAGS, Item, Kind

_NO_TIMES = re.compile(rb"\{0+(?:,0+)?\}")
_LOOKAHEAD = re.compile(rb"\(\?[=*]|\(\*(?:pla|napla|positive_lookahead|non_atomic_positive_lookahead):")
_PASSED_AT_START = re.compile(rb"\((?:\?(?:[:>|]|P?<(?![=!*])[^>]*>|'[^']*')|\*(?:atomic|sr|asr|script_run):)?")
_SKIPPED = re.compile(rb"\(\?(?:!|<[=!*]|\(DEFINE\))|\(\*(?:nla|plb|nlb|naplb|\w+_lookbehind|negative_lookahead):")


def asks_twice(items: list[Item]) -> bool:
    """Return whether 10.42 may take the character that a lookahead at the start asks for as one more to come."""
    return any(_repeats_its_first(items[at + 1 :]) for at in _leading_lookaheads(items))


def _repeats_its_first(items: list[Item]) -> bool:
    """Return whether the first character in a lookahead, whose content these items begin with, stands there again."""
    first = next((at for at, item in enumerate(items) if not _is_passed(item)), None)
    literal = None if first is None else _literal_of(items[first])
    if first is None or literal is None:
        return False
    return any(_literal_of(item) == literal for item in items[first + 1 :])


def _leading_lookaheads(items: list[Item]) -> list[int]:
    """Return where lookaheads stand that may be at the start; any may, where what comes before is repeated 0 times."""
    if any(item.kind is Kind.REPEAT and _NO_TIMES.match(item.text) for item in items):
        return [at for at, item in enumerate(items) if item.kind is Kind.OPEN and _LOOKAHEAD.fullmatch(item.text)]
    leading = _leading_lookahead(items)
    return [] if leading is None else [leading]


def _leading_lookahead(items: list[Item]) -> int | None:
    """Return where a lookahead stands that nothing comes before but what 10.42 passes over."""
    depth_passed = 0
    for at, item in enumerate(items):
        if depth_passed:
            depth_passed += (item.kind is Kind.OPEN) - (item.kind is Kind.CLOSE)
        elif item.kind is Kind.OPEN and _LOOKAHEAD.fullmatch(item.text):
            return at
        elif item.kind is Kind.OPEN and _SKIPPED.fullmatch(item.text):
            depth_passed = 1
        elif not _is_passed(item):
            return None
    return None


def _is_passed(item: Item) -> bool:
    kinds = (Kind.NOTHING, Kind.FLAGS, Kind.CALLOUT, Kind.START_OPTION, Kind.REPEAT, Kind.CLOSE)
    opens = item.kind is Kind.OPEN and (_PASSED_AT_START.fullmatch(item.text) or FLAGS.fullmatch(item.text))
    is_named_verb = item.kind is Kind.VERB and b":" in item.text
    return item.kind in kinds or bool(opens) or is_named_verb or item.text in (b"\\b", b"\\B")


def _literal_of(item: Item) -> bytes | None:
    """Return the one byte that an item takes, in lower case."""
    if item.kind in (Kind.LITERAL, Kind.QUOTED):
        return item.text.lower()
    if item.kind is Kind.ESCAPE:
        return escaped_byte(item.text)
    return class_literal(item) if item.kind is Kind.CLASS else None
