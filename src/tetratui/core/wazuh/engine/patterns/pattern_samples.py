"""Generate texts that a pattern matches, to test whether a rule could lose events.

A pattern is parsed roughly and expanded at random, with a fixed seed. A text is kept only if the pattern's own engine
matches it: so a construct that is parsed wrongly costs samples, never correctness. PCRE2 itself tells which characters
a class matches.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from tetratui.core.wazuh.engine.patterns import PatternSyntaxError, compile_pattern
from tetratui.core.wazuh.engine.patterns.osregex_syntax import CLASSES

WANTED = 200
"""Texts generated from one pattern, unless a caller asks for another number."""
_MOST_REPEATS = 4
_TRIES_PER_TEXT = 3
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F))) + "\t"
_OTHERS = "\n\réΩλЖ漢٣"
"""Characters that are tried if a class matches no printable one."""
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
    """A part of a pattern: one of several texts or sequences of pieces, `low` to `high` times."""

    choices: tuple[str | tuple[_Piece, ...], ...]
    low: int = 1
    high: int = 1

    def generate(self, chance: random.Random) -> Iterator[str]:
        """Yield the parts of a random text that may match."""
        for _ in range(chance.randint(self.low, min(self.high, self.low + _MOST_REPEATS)) if self.choices else 0):
            choice = chance.choice(self.choices)
            if isinstance(choice, str):
                yield choice
            else:
                for piece in choice:
                    yield from piece.generate(chance)

    def repeat(self, times: str) -> _Piece:
        """Return the piece with a quantifier: `*`, `+`, `?`, `{3}`, `{3,}`, `{3,5}`."""
        low, comma, high = {"*": "0,", "+": "1,", "?": "0,1"}.get(times, times.strip("{}")).partition(",")
        most = int(high) if high else int(low) + _MOST_REPEATS if comma else int(low)
        return replace(self, low=int(low), high=max(most, int(low)))


def _parse(kind: str, pattern: str) -> _Piece:
    """Parse a pattern in one of the four languages."""
    match kind:
        case "pcre2":
            return _parse_group(_TOKEN.finditer(pattern))
        case "osregex":
            return _Piece(tuple(_parse_osregex(part) for part in re.split(r"(?<!\\)\|", pattern)))
        case "osmatch":
            return _Piece(tuple(part.removeprefix("^").removesuffix("$") for part in pattern.lstrip("!").split("|")))
        case _:
            return _Piece((pattern,))


def _parse_group(tokens: Iterator[re.Match[str]]) -> _Piece:
    """Parse up to the end of a group. A lookaround is expanded where it stands, which is only a guess."""
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
                sequence.append(_parse_group(tokens))
            case "refused":
                _parse_group(tokens)
            case "times" if sequence:
                sequence[-1] = sequence[-1].repeat(text)
            case "class":
                sequence.append(_Piece(_characters(text)))
            case "code":
                sequence.append(_Piece((chr(min(int(text, 16), 0x10FFFF)),)))
            case "quoted" | "literal":
                sequence += [_Piece((character,)) for character in text]
    return _Piece(tuple(map(tuple, sequences)))


@lru_cache(maxsize=1024)
def _characters(token: str) -> tuple[str, ...]:
    """Return the characters that PCRE2 matches with a class or an escape."""
    try:
        expression = compile_pattern("pcre2", rf"(*UTF)\A(?:{token})\z".encode())
    except (PatternSyntaxError, UnicodeEncodeError):
        return ()
    matching = (
        tuple(character for character in characters if expression.matches(character.encode()))
        for characters in (_PRINTABLE, _OTHERS)
    )
    return next(filter(None, matching), ())


def _parse_osregex(part: str) -> tuple[_Piece, ...]:
    pieces = []
    for token in _OSREGEX_TOKEN.finditer(part):
        if token["class"] is not None:
            accepted = CLASSES.get(ord(token["class"]), frozenset())
            piece = _Piece(tuple(character for character in _PRINTABLE if ord(character) in accepted))
            pieces.append(piece.repeat(token["times"]) if token["times"] else piece)
        elif token["literal"] is not None:
            pieces.append(_Piece((token["literal"],)))
    return tuple(pieces)


def pattern_samples(kind: str, pattern: bytes, holds: Callable[[bytes], bool], wanted: int = WANTED) -> list[str]:
    """Return up to `wanted` different texts that a pattern matches, from three times as many random texts.

    Args:
        kind: the language of the pattern: `osregex`, `osmatch`, `pcre2` or `string`.
        pattern: one that matches few texts gives few, one that cannot be parsed gives none.
        holds: returns whether the pattern's own engine matches a text.
        wanted: how many texts.
    """
    chance = random.Random(0)
    # A dict, not a set, keeps the order: it must be the same in every run.
    samples: dict[str, None] = {}
    # Groups may nest deeper than Python's recursion limit.
    with suppress(RecursionError):
        piece = _parse(kind, pattern.decode("utf-8", "replace"))
        for _ in range(wanted * _TRIES_PER_TEXT):
            text = "".join(piece.generate(chance))
            if text not in samples and holds(text.encode("utf-8", "replace")):
                samples[text] = None
                if len(samples) >= wanted:
                    break
    return list(samples)
