"""Texts that a pattern takes, made from the pattern itself: specimens for asking whether a rule could lose events.

A pattern is drawn as a Python regular expression and walked at random, with a fixed seed; what comes out is kept only
if the pattern's own engine takes it, so a construct drawn wrongly costs specimens, never truth.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

WANTED = 200
"""Texts generated from one pattern, at least, before it is said that none was found."""
_MOST_REPEATS = 4
_TRIES_EACH = 3
_CODE_POINT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
_OSREGEX_CLASSES = {"w": "[A-Za-z0-9_@-]", "s": "[ ]", "p": r"[!-.:-?\[\]{-}]", "d": "[0-9]", ".": "[ -~]", "t": "\t"}
_OSREGEX_CLASSES |= {"D": "[ -/:-~]", "W": "[ -,./:-?]", "S": "[!-~]"}


def texts_of(kind: str, pattern: bytes) -> Iterator[str]:
    """Walk a pattern (`osregex`, `osmatch`, `pcre2`, `string`) at random, without end; each text may or may not match.

    Nothing comes of a pattern that cannot be drawn.
    """
    text = pattern.decode("utf-8", "replace")
    if kind in ("osmatch", "string"):
        parts = [part.removeprefix("^").removesuffix("$") for part in text.removeprefix("!").split("|")]
        yield from _for_ever(lambda: iter([parts if kind == "osmatch" else [text]]))
        return
    drawn = _from_osregex(text) if kind == "osregex" else text
    yield from _walked(drawn)


def _for_ever(lists: Callable[[], Iterator[list[str]]]) -> Iterator[str]:
    while True:
        for texts in lists():
            yield from texts


def _walked(drawn: str) -> Iterator[str]:
    tree = _tree(drawn)
    if tree is None:
        return
    chance = random.Random(0)
    while True:
        yield "".join(_text(tree, chance))


def _tree(drawn: str) -> Any:
    # The parser of `re` is private, and there is no other in the standard library.
    from re import _parser  # type: ignore[attr-defined]

    try:
        return _parser.parse(_CODE_POINT.sub(_as_python, drawn).replace(r"\z", r"\Z"))
    except (re.error, OverflowError, RecursionError):
        return None


def _as_python(match: re.Match[str]) -> str:
    return f"\\U{int(match[1], 16):08x}"


def _from_osregex(text: str) -> str:
    """Draw osregex: `+` and `*` after a backslash class only, one level of groups, `^` and `$` at the ends."""
    out: list[str] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and at + 1 < len(text):
            out.append(_OSREGEX_CLASSES.get(text[at + 1], re.escape(text[at + 1])))
            at += 2
            if text[at : at + 1] in ("+", "*"):
                out.append(text[at])
                at += 1
            continue
        edge = (character == "^" and at == 0) or (character == "$" and at == len(text) - 1)
        out.append("" if edge else character if character in "()|" else re.escape(character))
        at += 1
    return "".join(out)


def _text(tree: Any, chance: random.Random) -> Iterator[str]:
    for operation, argument in tree:
        yield from _WALKS.get(str(operation), _nothing)(argument, chance)


def _nothing(_: Any, __: random.Random) -> Iterator[str]:
    return iter(())


def _literal(argument: int, _: random.Random) -> Iterator[str]:
    yield chr(argument)


def _other(argument: int, chance: random.Random) -> Iterator[str]:
    yield chance.choice([character for character in _PRINTABLE if ord(character) != argument])


def _any(_: Any, chance: random.Random) -> Iterator[str]:
    yield chance.choice(_PRINTABLE)


def _one_of(items: Any, chance: random.Random) -> Iterator[str]:
    negated = str(items[0][0]) == "NEGATE"
    taken = {character for item in items for character in _characters(*item)}
    choice = sorted(set(_PRINTABLE) - taken) if negated else sorted(taken)
    if choice:
        yield chance.choice(choice)


def _characters(operation: Any, argument: Any) -> Iterable[str]:
    match str(operation):
        case "LITERAL":
            return (chr(argument),)
        case "RANGE":
            low, high = argument
            return map(chr, range(low, min(high, low + 255) + 1))
        case "CATEGORY":
            escape = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[str(argument).rsplit("_", 1)[1]]
            escape = escape.upper() if "NOT_" in str(argument) else escape
            return re.findall(escape, _PRINTABLE + "\t")
        case _:
            return ()


def _repeat(argument: Any, chance: random.Random) -> Iterator[str]:
    low, high, inner = argument
    for _ in range(chance.randint(int(low), max(int(low), min(int(high), int(low) + _MOST_REPEATS)))):
        yield from _text(inner, chance)


def _branch(argument: Any, chance: random.Random) -> Iterator[str]:
    yield from _text(chance.choice(argument[1]), chance)


def _group(argument: Any, chance: random.Random) -> Iterator[str]:
    yield from _text(argument[-1], chance)


_WALKS: dict[str, Callable[[Any, random.Random], Iterator[str]]] = {
    "LITERAL": _literal,
    "NOT_LITERAL": _other,
    "ANY": _any,
    "IN": _one_of,
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "POSSESSIVE_REPEAT": _repeat,
    "BRANCH": _branch,
    "SUBPATTERN": _group,
    "ATOMIC_GROUP": lambda argument, chance: _text(argument, chance),
    # A look-ahead says what follows: writing it down there is as good a guess as any.
    "ASSERT": _group,
}


def pattern_samples(kind: str, pattern: bytes, holds: Callable[[bytes], bool], wanted: int = WANTED) -> list[str]:
    """Make up to `wanted` different texts that the engine takes, of that many times three walked.

    A pattern that stands for few texts gives few.
    """
    found: dict[str, None] = {}
    for tried, text in enumerate(texts_of(kind, pattern)):
        if len(found) >= wanted or tried >= wanted * _TRIES_EACH:
            break
        if text not in found and holds(text.encode("utf-8", "replace")):
            found[text] = None
    return list(found)
