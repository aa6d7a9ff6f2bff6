"""A whole list against a whole table: every expression answered once for each distinct text, then mapped to events.

The fields that the tables hold are answered by masks; for the others (labels, capabilities, ancestors, health_check,
CEL) the lines that are left are read back and asked one by one. The result equals asking every event by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import PAST_THE_LISTS, WITH_PROCESS, Kind
from tetratui.core.sources import LineGone
from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.format.versions import CEL_WORKS_SINCE, KIND_OF_TYPE, EventType, Features
from tetratui.core.tetragon.match.event_blocks import seen
from tetratui.core.tetragon.match.predicates import POLICY_KINDS, Panic, Predicate, first_match, predicates_of
from tetratui.core.tetragon.match.regex import compiled, search_columns

if TYPE_CHECKING:
    from tetratui.core.table import EventTable

Mask = NDArray[np.bool_]

_COLUMN_OF = {
    "binary_regex": ("process", "binary"),
    "arguments_regex": ("process", "arguments"),
    "container_id": ("process", "docker"),
    "parent_binary_regex": ("parent", "binary"),
    "parent_arguments_regex": ("parent", "arguments"),
    "pod_regex": ("process", "pod"),
    "namespace_regex": ("process", "namespace"),
    "container_name_regex": ("process", "container"),
}
"""Fields with regular expressions: whose block, and the column of the process table."""
_IN_A_POD = frozenset({"pod_regex", "namespace_regex", "container_name_regex"})
_ASKS_BESIDE_PROCESS = frozenset(
    {"parent_binary_regex", "parent_arguments_regex", "ancestor_binary_regex", "health_check"}
)
_BLIND_WITHOUT_PROCESS = _ASKS_BESIDE_PROCESS | {"event_set", "policy_names", "in_init_tree"}
"""Fields that can say yes to an event without a process before `in_init_tree` is asked."""
_ASKED_LATER = frozenset({"cel_expression", "container_name_regex"})


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """What a list says to the held events."""

    first: NDArray[np.int32]
    """Per held event the first filter that matches, -1 for none."""
    panics: NDArray[np.int64]
    """Row ids of the events on which the agent would crash."""
    unread: NDArray[np.int64]
    """Row ids whose line is gone though a filter had to read it: counted as not matching."""


def answer(
    filters: Sequence[Filter], features: Features, table: EventTable, rows: Iterable[int] | None = None
) -> ListAnswer:
    """Ask accepted filters, in their order, about every held event or about these row ids only.

    Events that the agent writes past its lists match none.
    """
    asked = np.zeros(len(table), dtype=bool)
    asked[slice(None) if rows is None else np.fromiter(rows, dtype=np.int64) - table.first] = True
    asked &= ~np.isin(table.kind[: len(asked)], list(PAST_THE_LISTS))
    asking = _BulkMatcher(filters, features, table)
    if any(one.pid_set for one in filters):
        asking.in_order(np.flatnonzero(asked))
    else:
        for number, one in enumerate(filters):
            asking.ask(number, one, asked)
            # Neither an event that is dropped nor one that crashes the agent is asked about again.
            asked &= (asking.first < 0) & ~asking.panicked
    base = table.first
    return ListAnswer(asking.first, np.flatnonzero(asking.panicked) + base, np.flatnonzero(asking.unread) + base)


def each(filters: Sequence[Filter], features: Features, table: EventTable) -> list[Mask]:
    """Ask every filter by itself: per filter a mask over the held events; events that crash the agent match none."""
    return [answer([one], features, table).first >= 0 for one in filters]


def shadowed(masks: list[Mask]) -> dict[int, int]:
    """Give the entries that, by the events held, drop nothing that the entries before them leave, and the one that
    takes most of theirs. An entry that matches nothing held is not judged.
    """
    found: dict[int, int] = {}
    for number, mask in enumerate(masks):
        count = int(mask.sum())
        if not count or not number:
            continue
        before = np.logical_or.reduce(masks[:number])
        if not (mask & ~before).any():
            found[number] = int(np.argmax([int((mask & other).sum()) for other in masks[:number]]))
    return found


class _BulkMatcher:
    def __init__(self, filters: Sequence[Filter], features: Features, table: EventTable) -> None:
        self._filters, self._table, self._features = filters, table, features
        count = len(table)
        self.first = np.full(count, -1, dtype=np.int32)
        self.panicked = np.zeros(count, dtype=bool)
        self.unread = np.zeros(count, dtype=bool)
        self._kind = table.kind[:count]
        known = np.zeros(256, dtype=bool)
        known[list(WITH_PROCESS & set(self._features.kind_of_key.values()))] = True
        with_parent = np.zeros(256, dtype=bool)
        with_parent[list(WITH_PROCESS & self._features.kinds_with_parent)] = True
        self._rows = {
            "process": np.where(known[self._kind], table.process[:count], 0),
            "parent": np.where(with_parent[self._kind], table.parent[:count], 0),
        }
        # The table may grow meanwhile: rows are counted before the texts they point to, never the other way round.
        self._processes_known = len(table.processes)
        self._contexts_known = len(table.contexts)
        self._texts = _answer_texts(filters, table)

    def ask(self, number: int, one: Filter, left: Mask) -> None:
        """Ask one filter about the events that are left."""
        fields = _asked_fields(one, self._features)
        if one.in_init_tree is not None:
            self._mark_panics(one, fields, np.flatnonzero(left))
        blocks = [
            (allowed, block)
            for block in ("process", "parent")
            if (allowed := self._blocks(one, fields, block)) is not None
        ]
        for allowed, block in blocks:
            left = left & allowed.take(self._rows[block])
        indexes = np.flatnonzero(left)
        if "event_set" in fields or "cel_expression" in fields:
            indexes = indexes[self._types(one, fields)[self._kind[indexes]]]
        if "policy_names" in fields:
            indexes = indexes[self._policies(one)[self._table.context[indexes]] & _POLICY_LOOKUP[self._kind[indexes]]]
        indexes = indexes[~self.panicked[indexes]]
        self.first[self._by_line(one, fields, indexes)] = number

    def _blocks(self, one: Filter, fields: set[str], block: str) -> Mask | None:
        """Say for every row of the process table whether the fields about this block hold; row 0 is "no block"."""
        allowed: Mask | None = None
        for name in sorted(fields):
            mask = self._block_field(one, name, block)
            if mask is not None:
                allowed = mask if allowed is None else allowed & mask
        if allowed is not None:
            allowed[0] = False
        return allowed

    def _block_field(self, one: Filter, name: str, block: str) -> Mask | None:
        if name in _COLUMN_OF and _COLUMN_OF[name][0] == block and not _needs_line(one, name):
            column = _COLUMN_OF[name][1]
            answers = self._texts[column]
            found = np.zeros(len(answers.texts), dtype=bool)
            for pattern in getattr(one, name):
                found |= answers.masks[pattern]
            return found.take(self._process_column(column))
        if block == "parent":
            return None
        if name == "pid":
            return np.isin(np.maximum(self._process_column("pid"), 0), one.pid or ())
        if name == "namespace":
            texts = self._table.processes.texts["namespace"].values()
            return _equal(texts, one.namespace or ()).take(self._process_column("namespace"))
        if name == "in_init_tree":
            inside: Mask = np.equal(self._process_column("in_init_tree") == 1, bool(one.in_init_tree))
            return inside
        return None

    def _process_column(self, name: str) -> NDArray[Any]:
        values: NDArray[Any] = getattr(self._table.processes, name)
        return values[: self._processes_known]

    def _types(self, one: Filter, fields: set[str]) -> Mask:
        wanted = np.ones(256, dtype=bool)
        if "event_set" in fields:
            numbers = [EventType(number) for number in one.event_set or () if number in _TYPE_NUMBERS]
            wanted &= self._of_kinds(KIND_OF_TYPE[number] for number in numbers)
        if "cel_expression" in fields:
            # CEL needs protobuf, which most lists do not.
            from tetratui.core.tetragon.cel.cel_expression import asked_kinds

            asked = asked_kinds(one.cel_expression or (), self._features)
            wanted &= self._of_kinds(asked)
        return wanted

    def _of_kinds(self, kinds: Iterable[Kind]) -> Mask:
        """Say for every kind of the table whether it is one of these; what this version has not is UNKNOWN to it."""
        known = set(self._features.kind_of_key.values())
        wanted = set(kinds)
        found = np.zeros(256, dtype=bool)
        found[[int(kind) for kind in Kind if (kind if kind in known else Kind.UNKNOWN) in wanted]] = True
        return found

    def _policies(self, one: Filter) -> Mask:
        contexts = self._table.contexts
        names = [name for name in one.policy_names or () if name]
        return _equal(contexts.texts["policy"].values(), names).take(contexts.policy[: self._contexts_known])

    def _mark_panics(self, one: Filter, fields: set[str], indexes: NDArray[np.int64]) -> None:
        if fields - _BLIND_WITHOUT_PROCESS - _ASKED_LATER:
            return
        blind = indexes[self._rows["process"][indexes] == 0]
        if "event_set" in fields:
            blind = blind[self._types(one, {"event_set"})[self._kind[blind]]]
        if "policy_names" in fields:
            blind = blind[self._policies(one)[self._table.context[blind]] & _POLICY_LOOKUP[self._kind[blind]]]
        if fields & _ASKS_BESIDE_PROCESS:
            predicates = predicates_of(one, self._features)
            blind = np.array([index for index in blind.tolist() if self._crashes(predicates, index)], dtype=np.int64)
        self.panicked[blind] = True

    def _crashes(self, predicates: list[tuple[str, Predicate]], index: int) -> bool:
        event = self._read(index)
        try:
            for _, holds in predicates if event is not None else ():
                if not holds(event):
                    break
        except Panic:
            return True
        return False

    def _by_line(self, one: Filter, fields: set[str], indexes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Ask what the tables do not hold, of the lines themselves."""
        rest = {name for name in fields if _needs_line(one, name)}
        if not rest or not len(indexes):
            return indexes
        predicates = [holds for name, holds in predicates_of(one, self._features) if name in rest]
        kept: list[int] = []
        for index in indexes.tolist():
            event = self._read(index)
            if event is not None and all(holds(event) for holds in predicates):
                kept.append(index)
        return np.array(kept, dtype=np.int64)

    def _read(self, index: int) -> Any:
        try:
            return seen(self._table.json(self._table.first + index), self._features)
        except LineGone:
            self.unread[index] = True
            return None

    def in_order(self, indexes: NDArray[np.int64]) -> None:
        """Ask event after event, as `pid_set` needs it."""
        # Made anew: `pid_set` remembers the events it was asked about.
        built = [predicates_of(one, self._features) for one in self._filters]
        for index in indexes.tolist():
            event = self._read(index)
            if event is None:
                continue
            try:
                number = first_match(built, event)
            except Panic:
                self.panicked[index] = True
                continue
            if number is not None:
                self.first[index] = number


_TYPE_NUMBERS = frozenset(int(event_type) for event_type in EventType)
_POLICY_LOOKUP = np.zeros(256, dtype=bool)
_POLICY_LOOKUP[list(POLICY_KINDS)] = True


def _asked_fields(one: Filter, features: Features) -> set[str]:
    fields = {name for name, _ in one.asked()}
    return fields - {"cel_expression"} if features.version < CEL_WORKS_SINCE else fields


def _needs_line(one: Filter, name: str) -> bool:
    if name in _IN_A_POD:
        # A pod without this field and no pod at all look alike in the table; it matters to expressions that match "".
        return any(compiled(pattern).search("") is not None for pattern in getattr(one, name))
    return name in {"labels", "capabilities", "ancestor_binary_regex", "health_check", "cel_expression"}


def _equal(texts: list[str], wanted: Iterable[str]) -> Mask:
    names = frozenset(wanted)
    return np.fromiter((text in names for text in list(texts)), dtype=bool)


@dataclass(slots=True)
class _Texts:
    texts: list[str]
    masks: dict[str, Mask]


def _answer_texts(filters: Iterable[Filter], table: EventTable) -> dict[str, _Texts]:
    wanted: dict[str, dict[str, None]] = {}
    for one in filters:
        for name, (_, column) in _COLUMN_OF.items():
            wanted.setdefault(column, {}).update(dict.fromkeys(getattr(one, name) or ()))
    answers: dict[str, _Texts] = {}
    for column, patterns in wanted.items():
        texts = list(table.processes.texts[column].values())
        masks = search_columns(list(patterns), texts) if patterns else []
        answers[column] = _Texts(texts, dict(zip(patterns, masks, strict=True)))
    return answers
