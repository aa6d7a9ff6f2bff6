"""The automaton of a rule's pattern: every text that its engine takes, and perhaps some more, never fewer."""

from __future__ import annotations

import re

from tetratui.core.wazuh.engine.patterns.osregex import PatternUnits, units_of
from tetratui.core.wazuh.engine.reach.automaton import (
    Automaton,
    Bytes,
    TooLargeError,
    begin_of,
    end_of,
    of_expression,
    search,
)

_UNSHARED = re.compile(
    rb"\\[^dDwWsSAzZtnrfx\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e ]"
    rb"|\\x(?![0-9a-fA-F]{2})|\(\?(?!:)|\(\*|\[[:.=]|\{[ ,]|\{[0-9]+,? |\\Z|[\x00\x80-\xff]"
)
"""What PCRE2 and Python read differently, or what no automaton follows."""
_SIZED = re.compile(rb"\{([0-9]+)(?:,([0-9]*))?\}")
_MOST_REPEATS = 200


def automaton_of(kind: str, pattern: bytes) -> Automaton | None:
    """Make the automaton of texts in which a pattern matches; None where it cannot be followed."""
    try:
        match kind:
            case "osregex":
                return search(_osregex_parts(pattern))
            case "osmatch":
                return None if pattern.startswith(b"!") else search(map(_osmatch_part, pattern.split(b"|")))
            case "pcre2":
                return _pcre2(pattern)
            case _:
                return search([_literal(pattern, at_begin=True, at_end=True, caseless=False)])
    except TooLargeError:
        return None


def _pcre2(pattern: bytes) -> Automaton:
    caseless = pattern.startswith(b"(?i)")
    pattern = pattern[4:] if caseless else pattern
    sizes = (int(size) for match in _SIZED.finditer(pattern) for size in match.groups() if size)
    if _UNSHARED.search(pattern) or any(size > _MOST_REPEATS for size in sizes):
        raise TooLargeError
    return search([of_expression(pattern.replace(rb"\z", rb"\Z"), caseless=caseless)])


def _osmatch_part(part: bytes) -> tuple[Automaton, int]:
    at_begin, at_end = part.startswith(b"^"), part.endswith(b"$")
    body = part[at_begin : len(part) - at_end] if len(part) > 1 or not at_begin else b""
    if not at_begin and not at_end and not body.isascii():
        # Compared as a signed with an unsigned character, they are never equal.
        return _nothing()
    return _literal(body, at_begin=at_begin, at_end=at_end, caseless=True)


def _nothing() -> tuple[Automaton, int]:
    automaton = Automaton()
    return automaton, automaton.add()


def _literal(body: bytes, *, at_begin: bool, at_end: bool, caseless: bool) -> tuple[Automaton, int]:
    automaton = Automaton()
    here = begin_of(automaton, 0) if at_begin else 0
    for byte in body:
        here = automaton.step_over(here, _both_cases(byte) if caseless else frozenset({byte}))
    return automaton, end_of(automaton, here) if at_end else here


def _both_cases(byte: int) -> Bytes:
    letter = bytes([byte])
    return frozenset({letter.lower()[0], letter.upper()[0]})


def _osregex_parts(pattern: bytes) -> list[tuple[Automaton, int]]:
    return [_osregex_part(part) for part in units_of(pattern)]


def _osregex_part(part: PatternUnits) -> tuple[Automaton, int]:
    """Follow one alternative as a regular expression; where its walk takes more than that, so does this."""
    automaton = Automaton()
    here = begin_of(automaton, 0) if part.at_begin else 0
    for taken, quantifier, is_optional in part.items:
        before = here
        if quantifier:
            loop = automaton.add()
            automaton.join(here if quantifier == "*" else automaton.step_over(here, taken), loop)
            automaton.edges[loop].append((taken, loop))
            here = loop
        else:
            here = automaton.step_over(here, taken)
        if is_optional:
            automaton.join(before, here)
    return automaton, end_of(automaton, here) if part.at_end else here
