"""Find the few texts that a pcre2 pattern equals, or a literal that every match contains, without running the pattern.

Both are short cuts for speed. For a construct that is not recognised here nothing is known, and the pattern is run.
"""

from __future__ import annotations

import re

_SPECIAL = b"\\^$.[]|()?*+{}#"
_ESCAPED_BYTE = rb"\\x[0-9a-fA-F]{2}"
_ESCAPED_SIGN = rb"\\[!-/:-@\[-`{-~]"
_PLAIN = rb"[^" + re.escape(_SPECIAL) + rb"\x80-\xff]"
_UNIT = re.compile(b"(" + _ESCAPED_BYTE + b"|" + _ESCAPED_SIGN + b"|" + _PLAIN + b")", re.DOTALL)
_LITERAL = rb"(?:" + _ESCAPED_BYTE + b"|" + _ESCAPED_SIGN + b"|" + _PLAIN + rb")*"
_EXACT = re.compile(rb"\\A(?:(" + _LITERAL + rb")|\(\?:((?:" + _LITERAL + rb"\|)*" + _LITERAL + rb")\))\\z", re.DOTALL)
_PARTS = re.compile(rb"(?:" + _ESCAPED_BYTE + b"|" + _ESCAPED_SIGN + b"|" + _PLAIN + rb")+|\|", re.DOTALL)
_BRACKET = re.compile(rb"\[\^?+\]?+(?:\\[dDwWsShHvVnrtfae\-\]\[\\.^$/+*?]|[^\]\\\[])*\]", re.DOTALL)
_MOST_TEXTS = 5_000


def exact_texts(pattern: bytes) -> frozenset[bytes] | None:
    """Return the texts that a literal, or `(?:…|…)` of literals, between `\\A` and `\\z` matches; else None."""
    match = _EXACT.fullmatch(pattern)
    if match is None:
        return None
    if match[2] is None:
        return frozenset({_unescape(match[1])})
    alternatives = _split_alternatives(match[2])
    return frozenset(map(_unescape, alternatives)) if len(alternatives) <= _MOST_TEXTS else None


def _split_alternatives(body: bytes) -> list[bytes]:
    """Split at the bars that are not escaped."""
    parts = [b""]
    for piece in _PARTS.findall(body):
        if piece == b"|":
            parts.append(b"")
        else:
            parts[-1] += piece
    return parts


def _unescape(literal: bytes) -> bytes:
    return b"".join(map(_unescape_unit, _UNIT.findall(literal)))


def _unescape_unit(unit: bytes) -> bytes:
    if len(unit) == 1:
        return unit
    return bytes([int(unit[2:], 16)]) if len(unit) == 4 else unit[1:]


def required_literal(pattern: bytes) -> bytes:
    """Return the longest literal that every match contains; empty if none is known."""
    if any(sign in pattern for sign in (b"(", b"|", b"\\Q", b"\\E")):
        return b""
    runs = [bytearray()]
    offset = 0
    while offset < len(pattern):
        unit = _UNIT.match(pattern, offset)
        if unit is None:
            # A special character ends the run. A repetition may also remove the character before it.
            if pattern[offset : offset + 1] in (b"?", b"*", b"{"):
                del runs[-1][-1:]
            runs.append(bytearray())
            offset = _after_special(pattern, offset)
        else:
            runs[-1] += _unescape_unit(unit[1])
            offset = unit.end()
    return bytes(max(runs, key=len))


def _after_special(pattern: bytes, offset: int) -> int:
    if pattern.startswith(b"\\", offset):
        return len(pattern) if pattern[offset + 1 : offset + 2] not in _TWO_BYTE_ESCAPES else offset + 2
    if pattern.startswith(b"[", offset):
        bracket = _BRACKET.match(pattern, offset)
        return bracket.end() if bracket else len(pattern)
    if pattern.startswith(b"{", offset):
        end = pattern.find(b"}", offset)
        return len(pattern) if end < 0 else end + 1
    return offset + 1


_TWO_BYTE_ESCAPES = frozenset(bytes([letter]) for letter in b"dDwWsShHvVAzZbBGNtnrfae")
"""Letters whose escape is two bytes long. After any other escape the rest of the pattern is ignored."""
