"""Texts that a pattern takes, made from the pattern itself: specimens for asking whether a rule could lose events.

A pattern is read roughly and walked at random, with a fixed seed; what comes out is kept only if the pattern's own
engine takes it, so a construct read wrongly costs specimens, never truth. PCRE2 says which characters a class takes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from tetratui.core.wazuh.engine.patterns import PatternSyntaxError, compile_pattern
from tetratui.core.wazuh.engine.patterns.osregex import CLASSES

WANTED = 200
"""Texts generated from one pattern, at least, before it is said that none was found."""
_MOST_REPEATS = 4
_TRIES_EACH = 3
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F))) + "\t"
_OTHERS = "\n\réΩλЖ漢٣"
"""Tried where a class takes nothing printable."""
_TOKEN = re.compile(
    r"""
    \\Q(?P<quoted>.*?)(?:\\E|\Z)
    |(?P<nothing>\\[AzZbBGKE]|[\^$]|\(\?[a-zA-Z^-]*\)|\(\*[^)]*\)|\(\?\#[^)]*\))
    |(?P<refused>\(\?<?!)
    |(?P<open>\((?:\?(?:[a-zA-Z-]*:|P?<\w*>|'\w*'|<?=|[>|]))?)
    |(?P<close>\))
    |(?P<bar>\|)
    |(?P<times>[*+?]|\{\d+(?:,\d*)?\})[+?]?
    |\\x\{(?P<code>[0-9A-Fa-f]{1,6})\}
    |(?P<class>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\\[pP](?:\{[^}]*\}|.)|\\x[0-9A-Fa-f]{0,2}|\\[A-Za-z]|\.)
    |\\?(?P<literal>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OSREGEX_TOKEN = re.compile(r"\\(?P<class>.)(?P<times>[*+]?)|(?P<edge>\A\^|\$\Z|[()])|(?P<literal>.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a pattern: one of some texts or sequences of pieces, so many times."""

    choices: tuple[str | tuple[_Piece, ...], ...]
    low: int = 1
    high: int = 1

    def walk(self, chance: random.Random) -> Iterator[str]:
        """Give a text that may match, in parts."""
        for _ in range(chance.randint(self.low, min(self.high, self.low + _MOST_REPEATS)) if self.choices else 0):
            choice = chance.choice(self.choices)
            if isinstance(choice, str):
                yield choice
            else:
                for piece in choice:
                    yield from piece.walk(chance)

    def repeated(self, times: str) -> _Piece:
        """Return it with a quantifier: `*`, `+`, `?`, `{3}`, `{3,}`, `{3,5}`."""
        low, comma, high = {"*": "0,", "+": "1,", "?": "0,1"}.get(times, times.strip("{}")).partition(",")
        most = int(high) if high else int(low) + _MOST_REPEATS if comma else int(low)
        return replace(self, low=int(low), high=max(most, int(low)))


def _read(kind: str, pattern: str) -> _Piece:
    """Read a pattern of one of the four languages."""
    match kind:
        case "pcre2":
            return _read_group(_TOKEN.finditer(pattern))
        case "osregex":
            return _Piece(tuple(_read_osregex(part) for part in re.split(r"(?<!\\)\|", pattern)))
        case "osmatch":
            return _Piece(tuple(part.removeprefix("^").removesuffix("$") for part in pattern.lstrip("!").split("|")))
        case _:
            return _Piece((pattern,))


def _read_group(tokens: Iterator[re.Match[str]]) -> _Piece:
    """Read to the end of a group. What must follow or precede is written there: as good a guess as any."""
    sequences: list[list[_Piece]] = [[]]
    for token in tokens:
        kind = token.lastgroup or ""
        text, sequence = token[kind], sequences[-1]
        match kind:
            case "close":
                break
            case "bar":
                sequences.append([])
            case "open":
                sequence.append(_read_group(tokens))
            case "refused":
                _read_group(tokens)
            case "times" if sequence:
                sequence[-1] = sequence[-1].repeated(text)
            case "class":
                sequence.append(_Piece(_characters(text)))
            case "code":
                sequence.append(_Piece((chr(min(int(text, 16), 0x10FFFF)),)))
            case "quoted" | "literal":
                sequence += [_Piece((character,)) for character in text]
    return _Piece(tuple(map(tuple, sequences)))


@lru_cache(maxsize=1024)
def _characters(token: str) -> tuple[str, ...]:
    """List the characters that PCRE2 takes for a class or an escape."""
    try:
        expression = compile_pattern("pcre2", rf"(*UTF)\A(?:{token})\z".encode())
    except (PatternSyntaxError, UnicodeEncodeError):
        return ()
    taken = (tuple(filter(lambda one: expression.matches(one.encode()), each)) for each in (_PRINTABLE, _OTHERS))
    return next(filter(None, taken), ())


def _read_osregex(part: str) -> tuple[_Piece, ...]:
    pieces = []
    for token in _OSREGEX_TOKEN.finditer(part):
        if token["class"] is not None:
            taken = CLASSES.get(ord(token["class"]), frozenset())
            piece = _Piece(tuple(character for character in _PRINTABLE if ord(character) in taken))
            pieces.append(piece.repeated(token["times"]) if token["times"] else piece)
        elif token["literal"] is not None:
            pieces.append(_Piece((token["literal"],)))
    return tuple(pieces)


def pattern_samples(kind: str, pattern: bytes, holds: Callable[[bytes], bool], wanted: int = WANTED) -> list[str]:
    """Make up to `wanted` different texts that the engine takes, of that many times three walked.

    Args:
        kind: the language of the pattern: `osregex`, `osmatch`, `pcre2` or `string`.
        pattern: one that stands for few texts gives few, one that cannot be read gives none.
        holds: asks the pattern's own engine.
        wanted: how many texts.
    """
    chance = random.Random(0)
    found: dict[str, None] = {}
    # Groups may nest deeper than Python does.
    with suppress(RecursionError):
        read = _read(kind, pattern.decode("utf-8", "replace"))
        for _ in range(wanted * _TRIES_EACH):
            text = "".join(read.walk(chance))
            if text not in found and holds(text.encode("utf-8", "replace")):
                found[text] = None
                if len(found) >= wanted:
                    break
    return list(found)
