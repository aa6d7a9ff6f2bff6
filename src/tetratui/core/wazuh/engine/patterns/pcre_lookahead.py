"""Find patterns on which PCRE2 10.42 has a bug with a leading lookahead; the library in use does not have it.

10.42 takes the first character of such a lookahead for the first character of every match. If every match also needs
that character later, 10.42 requires it twice in the text, and finds no match if it is there only once.
"""

from __future__ import annotations

import re

from tetratui.core.wazuh.engine.patterns.pcre_class import class_literal
from tetratui.core.wazuh.engine.patterns.pcre_escapes import escaped_byte
from tetratui.core.wazuh.engine.patterns.pcre_scan import FLAGS, Item, ItemKind

_ZERO_TIMES = re.compile(rb"\{0+(?:,0+)?\}")
_LOOKAHEAD = re.compile(rb"\(\?[=*]|\(\*(?:pla|napla|positive_lookahead|non_atomic_positive_lookahead):")
_TRANSPARENT_GROUP = re.compile(rb"\((?:\?(?:[:>|]|P?<(?![=!*])[^>]*>|'[^']*')|\*(?:atomic|sr|asr|script_run):)?")
_SKIPPED = re.compile(rb"\(\?(?:!|<[=!*]|\(DEFINE\))|\(\*(?:nla|plb|nlb|naplb|\w+_lookbehind|negative_lookahead):")


def may_require_twice(items: list[Item]) -> bool:
    """Return whether 10.42 may require the first character of a leading lookahead twice."""
    return any(_repeats_its_first(items[index + 1 :]) for index in _leading_lookaheads(items))


def _repeats_its_first(items: list[Item]) -> bool:
    """Return whether the first character of a lookahead occurs again; the items begin with the lookahead's content."""
    first = next((index for index, item in enumerate(items) if not _is_skipped(item)), None)
    literal = None if first is None else _literal_of(items[first])
    if first is None or literal is None:
        return False
    return any(_literal_of(item) == literal for item in items[first + 1 :])


def _leading_lookaheads(items: list[Item]) -> list[int]:
    """Return the indices of lookaheads that may be leading; any may if something is repeated 0 times."""
    if any(item.kind is ItemKind.REPEAT and _ZERO_TIMES.match(item.text) for item in items):
        return [
            index for index, item in enumerate(items) if item.kind is ItemKind.OPEN and _LOOKAHEAD.fullmatch(item.text)
        ]
    leading = _leading_lookahead(items)
    return [] if leading is None else [leading]


def _leading_lookahead(items: list[Item]) -> int | None:
    """Return the index of a lookahead with nothing before it except what 10.42 skips; None if there is none."""
    skipped_depth = 0
    for index, item in enumerate(items):
        if skipped_depth:
            skipped_depth += (item.kind is ItemKind.OPEN) - (item.kind is ItemKind.CLOSE)
        elif item.kind is ItemKind.OPEN and _LOOKAHEAD.fullmatch(item.text):
            return index
        elif item.kind is ItemKind.OPEN and _SKIPPED.fullmatch(item.text):
            skipped_depth = 1
        elif not _is_skipped(item):
            return None
    return None


def _is_skipped(item: Item) -> bool:
    kinds = (ItemKind.NOTHING, ItemKind.FLAGS, ItemKind.CALLOUT, ItemKind.START_OPTION, ItemKind.REPEAT, ItemKind.CLOSE)
    opens = item.kind is ItemKind.OPEN and (_TRANSPARENT_GROUP.fullmatch(item.text) or FLAGS.fullmatch(item.text))
    is_named_verb = item.kind is ItemKind.VERB and b":" in item.text
    return item.kind in kinds or bool(opens) or is_named_verb or item.text in (b"\\b", b"\\B")


def _literal_of(item: Item) -> bytes | None:
    """Return the byte that an item matches, in lower case; None if it is not one byte."""
    if item.kind in (ItemKind.LITERAL, ItemKind.QUOTED):
        return item.text.lower()
    if item.kind is ItemKind.ESCAPE:
        return escaped_byte(item.text)
    return class_literal(item) if item.kind is ItemKind.CLASS else None
