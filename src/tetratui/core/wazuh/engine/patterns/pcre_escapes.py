"""Classify escapes of pcre2 patterns: which changed since PCRE2 10.42, and which byte each stands for."""

from __future__ import annotations

import re

from tetratui.core.wazuh.engine.patterns import pcre_changes as changes

_BRACES = {
    b"\\x{": re.compile(rb"\\x\{[0-9A-Fa-f]+\}"),
    b"\\o{": re.compile(rb"\\o\{[0-7]+\}"),
    b"\\N{": re.compile(rb"\\N\{U\+[0-9A-Fa-f]+\}"),
}
"""What 10.42 accepts between the braces of these escapes."""
_SPACE_IN_BRACES = re.compile(rb"\\[gk]\{(?:[ \t].*|.*[ \t])\}", re.DOTALL)
_PROPERTY = re.compile(rb"\\[pP]\{([^}]*)\}", re.DOTALL)
_IGNORED = re.compile(rb"[_\- \t-\r]")
_SPACE_BEFORE_CARET = re.compile(rb"[_\- \t-\r]+\^")
_PREFIX = re.compile(rb"(?:script|sc|scriptextensions|scx)[:=]")
_CASED = frozenset((b"lu", b"ll", b"lt"))
_UNCHANGED_PROPERTIES = frozenset(
    b"c cc cf cn co cs l l& lc ll lm lo lt lu m mc me mn n nd nl no p pc pd pe pf pi po ps s sc sk sm so z zl zp zs"
    b" any ascii".split()
)
_NEW_PROPERTIES = frozenset(
    b"gara garay gukh gurungkhema idcompatmathcontinue idcompatmathstart idsu idsunaryoperator incb kawi kiratrai krai"
    b" mcm modifiercombiningmark nagm nagmundari olonal onao sunu sunuwar todhri todr tulutigalari tutg".split()
)
_VALUE = re.compile(rb"\\x\{?([0-9A-Fa-f]+)\}?|\\o\{([0-7]+)\}|\\([0-7]{1,3})|\\(c.|[^0-9A-Za-z]|[aefnrt])", re.DOTALL)
_LETTERS = {b"a": b"\a", b"e": b"\x1b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def escape_change(escape: bytes) -> changes.PcreChange | None:
    """Return the table row of an escape that changed, wherever it stands; None if it did not change."""
    braces = _BRACES.get(escape[:3])
    if (braces and not braces.fullmatch(escape)) or _SPACE_IN_BRACES.fullmatch(escape):
        return changes.ESCAPE_BRACES
    return _property_change(escape) if escape[:2] in (b"\\p", b"\\P") else None


def _property_change(escape: bytes) -> changes.PcreChange | None:
    match = _PROPERTY.fullmatch(escape)
    if match and _SPACE_BEFORE_CARET.match(match[1]):
        return changes.ESCAPE_BRACES
    name = _property_name(escape)
    if _PREFIX.sub(b"", name, count=1) in _NEW_PROPERTIES:
        return changes.NEW_PROPERTIES
    return None if name in _UNCHANGED_PROPERTIES else changes.OTHER_PROPERTIES


def _property_name(escape: bytes) -> bytes:
    """Return the name in `\\p{^Name}` or `\\pN`, as 10.42 compares it."""
    match = _PROPERTY.fullmatch(escape)
    return _IGNORED.sub(b"", match[1].removeprefix(b"^")).lower() if match else escape[2:].lower()


def is_cased_letter(escape: bytes) -> bool:
    """Return whether an escape is a `\\p` or `\\P` of one of the three cased letter categories."""
    return escape[:2] in (b"\\p", b"\\P") and _property_name(escape) in _CASED


def escaped_byte(escape: bytes) -> bytes | None:
    """Return the byte that an escape stands for, in lower case; None if it stands for none or several."""
    match = _VALUE.fullmatch(escape)
    if match is None:
        return None
    if sign := match[4]:
        return bytes([sign[1] & 31]) if len(sign) > 1 else _LETTERS.get(sign, sign).lower()
    value = int(match[1], 16) if match[1] else int(match[2] or match[3], 8)
    return bytes([value & 255]).lower()
