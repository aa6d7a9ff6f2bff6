"""What can be known of a pcre2 pattern without running it: the few texts it equals, or a literal it needs.

Both are conservative: a construct not known here means "nothing known", and the engine decides.
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
    """The texts that `\\A…\\z` around literals, or around `(?:…|…)` of literals, equals; None for any other pattern."""
    match = _EXACT.fullmatch(pattern)
    if match is None:
        return None
    if match[2] is None:
        return frozenset({_text(match[1])})
    alternatives = _split(match[2])
    return frozenset(map(_text, alternatives)) if len(alternatives) <= _MOST_TEXTS else None


def _split(body: bytes) -> list[bytes]:
    """Cut at the bars that are no escaped sign."""
    parts = [b""]
    for piece in _PARTS.findall(body):
        if piece == b"|":
            parts.append(b"")
        else:
            parts[-1] += piece
    return parts


def _text(literal: bytes) -> bytes:
    return b"".join(map(_byte, _UNIT.findall(literal)))


def _byte(unit: bytes) -> bytes:
    if len(unit) == 1:
        return unit
    return bytes([int(unit[2:], 16)]) if len(unit) == 4 else unit[1:]


def required_literal(pattern: bytes) -> bytes:
    """The longest literal that every match holds, or empty when none is known."""
    if any(sign in pattern for sign in (b"(", b"|", b"\\Q", b"\\E")):
        return b""
    runs = [bytearray()]
    at = 0
    while at < len(pattern):
        unit = _UNIT.match(pattern, at)
        if unit is None:
            # An escape or sign that stands for something else; a repetition takes the character before it with it.
            if pattern[at : at + 1] in (b"?", b"*", b"{"):
                del runs[-1][-1:]
            runs.append(bytearray())
            at = _after_special(pattern, at)
        else:
            runs[-1] += _byte(unit[1])
            at = unit.end()
    return bytes(max(runs, key=len))


def _after_special(pattern: bytes, at: int) -> int:
    if pattern.startswith(b"\\", at):
        return len(pattern) if pattern[at + 1 : at + 2] not in _SIMPLE_CLASSES else at + 2
    if pattern.startswith(b"[", at):
        bracket = _BRACKET.match(pattern, at)
        return bracket.end() if bracket else len(pattern)
    if pattern.startswith(b"{", at):
        end = pattern.find(b"}", at)
        return len(pattern) if end < 0 else end + 1
    return at + 1


_SIMPLE_CLASSES = frozenset(bytes([letter]) for letter in b"dDwWsShHvVAzZbBGNtnrfae")
"""Letters whose escape is two characters long; after any other one the rest of the pattern is not looked at."""
