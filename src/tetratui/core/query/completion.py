"""Complete a query at the cursor: field names, operators, and values in the table, the most frequent first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tetratui.core.events.kinds import Kind
from tetratui.core.events.visible import visible
from tetratui.core.query.columns import count_values
from tetratui.core.query.fields import ALIASES, FIELDS, MEANINGS, OPERATORS, Sort
from tetratui.core.query.syntax import is_plain, quote

if TYPE_CHECKING:
    from tetratui.core.table import EventTable

MAX_VALUES = 50
"""Values offered at once."""
_WORD = re.compile(r'(?:[^\s()"]|"(?:[^"\\]|\\.)*(?:"|$))*$')
_TERM = re.compile(r"([a-z]+)(>=|<=|:|=|~|>|<)(.*)", re.DOTALL)
_MARKS = ("noise", "keep", "threat")


CountedValue = tuple[str, int | None]
"""A value, and how many events have it, where that is known."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that may replace `text[start:end]` of the query."""

    text: str
    start: int
    end: int
    meaning: str
    """The meaning of the field or operator; empty for a value."""
    count: int | None = None
    """How many events in memory have the value."""


def complete(text: str, cursor: int, table: EventTable | None = None) -> list[Completion]:
    """Return what could stand at `cursor` (characters from 0); never raises, whatever the text before it."""
    match = _WORD.search(text[:cursor])
    word = match[0] if match else ""
    if word[:1] in {"-", "!"}:
        word = word[1:]
    start = cursor - len(word)
    term = _TERM.fullmatch(word)
    if not term:
        return _complete_name(word, start, cursor)
    name, operator, typed = ALIASES.get(term[1], term[1]), term[2], term[3]
    if name not in FIELDS or operator not in {":", "="}:
        return []
    return _complete_value(name, operator, _last_alternative(typed), cursor, table)


def _last_alternative(typed: str) -> str:
    """Return the alternative that is being typed, without those before it; a comma inside quotes separates nothing."""
    if re.search(r'(^|,)"[^"]*$', typed):
        return typed[typed.rindex('"') :]
    return typed.rpartition(",")[2]


def _complete_name(word: str, start: int, end: int) -> list[Completion]:
    named = {**FIELDS, **{name: FIELDS[field] for name, field in ALIASES.items()}}
    if word in named:
        operators = OPERATORS[named[word].sort]
        return [Completion(f"{word}{operator}", start, end, MEANINGS[operator]) for operator in operators]
    return [
        Completion(f"{name}{OPERATORS[field.sort][0]}", start, end, field.meaning)
        # Other names are offered to who types them, not beside every field.
        for name, field in (named if word else FIELDS).items()
        if name.startswith(word.lower())
    ]


def _complete_value(name: str, operator: str, typed: str, end: int, table: EventTable | None) -> list[Completion]:
    start = end - len(typed)
    wanted = typed.strip('"').replace('\\"', '"').casefold()
    completions = [
        Completion(value if is_plain(value) else quote(value), start, end, "", count)
        for value, count in _matching(_known_values(name, table), wanted)
    ]
    if not typed and operator == ":":
        completions.append(Completion("*", start, end, "has any value"))
    return completions


def _matching(known: Iterable[CountedValue], wanted: str) -> list[CountedValue]:
    """Return the values that begin with `wanted`, then those that contain it, each in the given order."""
    beginning: list[CountedValue] = []
    containing: list[CountedValue] = []
    for value, count in known:
        folded = value.casefold()
        # A value with a control character cannot be typed, and must not reach the terminal by being inserted.
        if value and wanted in folded and visible(value) == value:
            (beginning if folded.startswith(wanted) else containing).append((value, count))
            if len(beginning) == MAX_VALUES:
                break
    return (beginning + containing)[:MAX_VALUES]


def _known_values(name: str, table: EventTable | None) -> Iterator[CountedValue]:
    if FIELDS[name].sort in {Sort.TIME, Sort.DURATION}:
        return
    fixed = list(_MARKS if name == "mark" else [kind.word for kind in Kind] if name == "kind" else ())
    if table is not None:
        for value, count in _count_labels(table) if name == "labels" else count_values(table, name):
            yield value, count
            if value in fixed:
                fixed.remove(value)
    yield from ((word, None) for word in fixed)


def _count_labels(table: EventTable) -> list[tuple[str, int]]:
    """Return each label by itself and how many events have it, the most frequent first."""
    counts: Counter[str] = Counter()
    for labels, count in count_values(table, "labels"):
        for label in labels.split(","):
            counts[label] += count
    return counts.most_common()
