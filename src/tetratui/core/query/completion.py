"""What could come next at the cursor: field names, operators, and the values that were seen, most frequent first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tetratui.core.events.kinds import Kind
from tetratui.core.events.visible import visible
from tetratui.core.query.columns import seen
from tetratui.core.query.fields import FIELDS, MEANINGS, OPERATORS, Sort
from tetratui.core.query.syntax import plain, quote

if TYPE_CHECKING:
    from tetratui.core.table import EventTable as Table

MOST = 50
"""Values offered at once."""
_WORD = re.compile(r'(?:[^\s()"]|"(?:[^"\\]|\\.)*(?:"|$))*$')
_ASKED = re.compile(r"([a-z]+)(>=|<=|:|=|~|>|<)(.*)", re.DOTALL)
_MARKS = ("noise", "keep", "threat")


Known = tuple[str, int | None]
"""A value, and how many events have it where that is known."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing to put in place of `text[start:end]` of the query."""

    text: str
    start: int
    end: int
    says: str
    """What it is: the field's meaning, the operator's, or nothing for a value."""
    count: int | None = None
    """How many held events have the value."""


def complete(text: str, cursor: int, table: Table | None = None) -> list[Completion]:
    """List what could stand at `cursor` (characters from 0); never raises, whatever the text before it."""
    found = _WORD.search(text[:cursor])
    word = found[0] if found else ""
    if word[:1] in {"-", "!"}:
        word = word[1:]
    start = cursor - len(word)
    asked = _ASKED.fullmatch(word)
    if not asked:
        return _names(word, start, cursor)
    name, operator, typed = asked[1], asked[2], asked[3]
    if name not in FIELDS or operator not in {":", "="}:
        return []
    alternative = typed[len(typed) - len(_last(typed)) :]
    return _values(name, operator, alternative, cursor, table)


def _last(typed: str) -> str:
    """Cut the alternative being typed from those before it; a comma inside quotes cuts nothing."""
    if re.search(r'(^|,)"[^"]*$', typed):
        return typed[typed.rindex('"') :]
    return typed.rpartition(",")[2]


def _names(word: str, start: int, end: int) -> list[Completion]:
    if word in FIELDS:
        operators = OPERATORS[FIELDS[word].sort]
        return [Completion(f"{word}{operator}", start, end, MEANINGS[operator]) for operator in operators]
    return [
        Completion(f"{name}{OPERATORS[field.sort][0]}", start, end, field.says)
        for name, field in FIELDS.items()
        if name.startswith(word.lower())
    ]


def _values(name: str, operator: str, typed: str, end: int, table: Table | None) -> list[Completion]:
    start = end - len(typed)
    attack_sample = typed.strip('"').replace('\\"', '"').casefold()
    offered = [
        Completion(value if plain(value) else quote(value), start, end, "", count)
        for value, count in _matching(_known(name, table), attack_sample)
    ]
    if not typed and operator == ":":
        offered.append(Completion("*", start, end, "has any value"))
    return offered


def _matching(known: Iterable[Known], attack_sample: str) -> list[Known]:
    """Take those that begin with the attack sample, then those that hold it; each in the order known."""
    begin: list[Known] = []
    hold: list[Known] = []
    for value, count in known:
        folded = value.casefold()
        # A value with a control character cannot be typed, and must not be pasted into a bar.
        if value and attack_sample in folded and visible(value) == value:
            (begin if folded.startswith(attack_sample) else hold).append((value, count))
            if len(begin) == MOST:
                break
    return (begin + hold)[:MOST]


def _known(name: str, table: Table | None) -> Iterator[Known]:
    if FIELDS[name].sort in {Sort.TIME, Sort.DURATION}:
        return
    fixed = list(_MARKS if name == "mark" else [kind.word for kind in Kind] if name == "kind" else ())
    if table is not None:
        for value, count in seen(table, name):
            yield value, count
            if value in fixed:
                fixed.remove(value)
    yield from ((word, None) for word in fixed)
