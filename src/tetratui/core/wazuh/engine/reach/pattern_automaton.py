"""Build the automaton of a rule's pattern: it accepts every text that the pattern matches, and perhaps more."""

from __future__ import annotations

import re

from tetratui.core.wazuh.engine.patterns.osregex_syntax import AlternativeShape, read_shapes
from tetratui.core.wazuh.engine.reach.automaton import (
    Automaton,
    Bytes,
    NoAutomatonError,
    add_begin,
    add_end,
    search_automaton,
)
from tetratui.core.wazuh.engine.reach.expression_automaton import build_expression

_NOT_FOLLOWED = re.compile(
    rb"\\[^dDwWsSAzZtnrfx\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e ]"
    rb"|\\x(?![0-9a-fA-F]{2})|\(\?(?!:)|\(\*|\[[:.=]|\{[ ,]|\{[0-9]+,? |\\Z|[\x00\x80-\xff]"
)
"""Constructs of pcre2 that are not followed, so that nothing is proved with them."""
_SIZED = re.compile(rb"\{([0-9]+)(?:,([0-9]*))?\}")
_MOST_REPEATS = 200


def build_pattern_automaton(kind: str, pattern: bytes) -> Automaton | None:
    """Return the automaton of the texts in which a pattern matches; None if it cannot be followed."""
    try:
        match kind:
            case "osregex":
                return search_automaton(_osregex_parts(pattern))
            case "osmatch":
                return None if pattern.startswith(b"!") else search_automaton(map(_osmatch_part, pattern.split(b"|")))
            case "pcre2":
                return _pcre2_automaton(pattern)
            case _:
                return search_automaton([_literal(pattern, at_begin=True, at_end=True, caseless=False)])
    except NoAutomatonError:
        return None


def _pcre2_automaton(pattern: bytes) -> Automaton:
    caseless = pattern.startswith(b"(?i)")
    pattern = pattern[4:] if caseless else pattern
    sizes = (int(size) for match in _SIZED.finditer(pattern) for size in match.groups() if size)
    if _NOT_FOLLOWED.search(pattern) or any(size > _MOST_REPEATS for size in sizes):
        raise NoAutomatonError
    return search_automaton([build_expression(pattern, caseless=caseless)])


def _osmatch_part(part: bytes) -> tuple[Automaton, int]:
    at_begin, at_end = part.startswith(b"^"), part.endswith(b"$")
    body = part[at_begin : len(part) - at_end] if len(part) > 1 or not at_begin else b""
    if not at_begin and not at_end and not body.isascii():
        # osmatch compares such bytes as signed with unsigned characters: they are never equal.
        return _no_text()
    return _literal(body, at_begin=at_begin, at_end=at_end, caseless=True)


def _no_text() -> tuple[Automaton, int]:
    automaton = Automaton()
    return automaton, automaton.add()


def _literal(body: bytes, *, at_begin: bool, at_end: bool, caseless: bool) -> tuple[Automaton, int]:
    automaton = Automaton()
    state = add_begin(automaton, 0) if at_begin else 0
    for byte in body:
        state = automaton.step_over(state, _both_cases(byte) if caseless else frozenset({byte}))
    return automaton, add_end(automaton, state) if at_end else state


def _both_cases(byte: int) -> Bytes:
    letter = bytes([byte])
    return frozenset({letter.lower()[0], letter.upper()[0]})


def _osregex_parts(pattern: bytes) -> list[tuple[Automaton, int]]:
    return [_osregex_part(part) for part in read_shapes(pattern)]


def _osregex_part(part: AlternativeShape) -> tuple[Automaton, int]:
    """Return the automaton of one alternative: a regular expression, extended where the matcher's walk accepts more."""
    automaton = Automaton()
    state = add_begin(automaton, 0) if part.at_begin else 0
    for accepted, quantifier, is_optional in part.items:
        before = state
        if quantifier:
            loop = automaton.add()
            automaton.join(state if quantifier == "*" else automaton.step_over(state, accepted), loop)
            automaton.edges[loop].append((accepted, loop))
            state = loop
        else:
            state = automaton.step_over(state, accepted)
        if is_optional:
            automaton.join(before, state)
    return automaton, add_end(automaton, state) if part.at_end else state
