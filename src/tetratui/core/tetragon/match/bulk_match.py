"""Match a whole list with a whole table: search every expression once in each distinct text, then map to events.

Fields that the tables hold are matched by masks over the process table, whose rows many events share. The other fields
(labels, capabilities, ancestors, health_check, CEL) need the lines: those of the events that the masks leave are read
back and matched one by one. The result equals that of matching every event by itself.
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
from tetratui.core.tetragon.match.event_blocks import view_event
from tetratui.core.tetragon.match.predicates import POLICY_KINDS, Panic, Predicate, build_predicates, first_match
from tetratui.core.tetragon.match.regex import compile_pattern, search_texts

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
"""Fields with regular expressions: the block they look at, and the column of the process table."""
_IN_A_POD = frozenset({"pod_regex", "namespace_regex", "container_name_regex"})
_LOOK_BESIDE_PROCESS = frozenset(
    {"parent_binary_regex", "parent_arguments_regex", "ancestor_binary_regex", "health_check"}
)
_MAY_PASS_WITHOUT_PROCESS = _LOOK_BESIDE_PROCESS | {"event_set", "policy_names", "in_init_tree"}
"""Fields that are evaluated before `in_init_tree` and may match an event without a process."""
_EVALUATED_LATER = frozenset({"cel_expression", "container_name_regex"})
"""Fields that are evaluated after `in_init_tree`: they cannot save the agent from its crash."""


@dataclass(frozen=True, slots=True)
class TableMatches:
    """What a list matches among the held events of a table."""

    first: NDArray[np.int32]
    """Per held event the first filter that matches, -1 for none."""
    panics: NDArray[np.int64]
    """Row ids of the events on which the agent would crash."""
    unread: NDArray[np.int64]
    """Row ids of the events whose line was needed and is gone: they count as not matched."""


def match_table(
    filters: Sequence[Filter], features: Features, table: EventTable, rows: Iterable[int] | None = None
) -> TableMatches:
    """Match accepted filters, in their order, with every held event or with these row ids only.

    Kinds of event that the agent writes whatever its lists say match none.
    """
    table = table.still()
    left = np.zeros(len(table), dtype=bool)
    left[slice(None) if rows is None else np.fromiter(rows, dtype=np.int64) - table.first] = True
    left &= ~np.isin(table.kind[: len(left)], list(PAST_THE_LISTS))
    matcher = _BulkMatcher(filters, features, table)
    if any(filter_.pid_set for filter_ in filters):
        matcher.match_in_order(np.flatnonzero(left))
    else:
        for number, filter_ in enumerate(filters):
            matcher.match_filter(number, filter_, left)
            # An event that is matched, or crashes the agent, never reaches the filters after this one.
            left &= (matcher.first < 0) & ~matcher.panicked
    base = table.first
    return TableMatches(matcher.first, np.flatnonzero(matcher.panicked) + base, np.flatnonzero(matcher.unread) + base)


def match_each(filters: Sequence[Filter], features: Features, table: EventTable) -> list[Mask]:
    """Match every filter by itself; return for each a mask over the held events, False where the agent would crash."""
    table = table.still()
    return [match_table([filter_], features, table).first >= 0 for filter_ in filters]


def find_shadowed(masks: list[Mask]) -> dict[int, int]:
    """Return the entries that match nothing the entries before them leave, each with the entry that takes most of it.

    `masks` holds for each entry what it matches by itself. An entry that matches no event at all is not judged.
    """
    shadows: dict[int, int] = {}
    for number, mask in enumerate(masks):
        count = int(mask.sum())
        if not count or not number:
            continue
        before = np.logical_or.reduce(masks[:number])
        if not (mask & ~before).any():
            shadows[number] = int(np.argmax([int((mask & other).sum()) for other in masks[:number]]))
    return shadows


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
        # Row 0 of the process table stands for "no block".
        self._rows = {
            "process": np.where(known[self._kind], table.process[:count], 0),
            "parent": np.where(with_parent[self._kind], table.parent[:count], 0),
        }
        # The table may grow meanwhile. Rows are counted before the texts are read, so every counted row finds its
        # texts.
        self._processes_known = len(table.processes)
        self._contexts_known = len(table.contexts)
        self._searches = _search_columns(filters, table)

    def match_filter(self, number: int, filter_: Filter, left: Mask) -> None:
        """Match one filter with the events that are left."""
        fields = _evaluated_fields(filter_, self._features)
        if filter_.in_init_tree is not None:
            self._mark_panics(filter_, fields, np.flatnonzero(left))
        blocks = [
            (allowed, block)
            for block in ("process", "parent")
            if (allowed := self._blocks(filter_, fields, block)) is not None
        ]
        for allowed, block in blocks:
            left = left & allowed.take(self._rows[block])
        indexes = np.flatnonzero(left)
        if "event_set" in fields or "cel_expression" in fields:
            indexes = indexes[self._types(filter_, fields)[self._kind[indexes]]]
        if "policy_names" in fields:
            indexes = indexes[
                self._policies(filter_)[self._table.context[indexes]] & _POLICY_LOOKUP[self._kind[indexes]]
            ]
        indexes = indexes[~self.panicked[indexes]]
        self.first[self._match_lines(filter_, fields, indexes)] = number

    def _blocks(self, filter_: Filter, fields: set[str], block: str) -> Mask | None:
        """Return for every row of the process table whether the fields about this block match; None if there are none.

        Row 0, which stands for "no block", never matches.
        """
        allowed: Mask | None = None
        for name in sorted(fields):
            mask = self._block_field(filter_, name, block)
            if mask is not None:
                allowed = mask if allowed is None else allowed & mask
        if allowed is not None:
            allowed[0] = False
        return allowed

    def _block_field(self, filter_: Filter, name: str, block: str) -> Mask | None:
        if name in _COLUMN_OF and _COLUMN_OF[name][0] == block and not _needs_line(filter_, name):
            column = _COLUMN_OF[name][1]
            answers = self._searches[column]
            matches = np.zeros(len(answers.texts), dtype=bool)
            for pattern in getattr(filter_, name):
                matches |= answers.masks[pattern]
            return matches.take(self._process_column(column))
        if block == "parent":
            return None
        if name == "pid":
            return np.isin(np.maximum(self._process_column("pid"), 0), filter_.pid or ())
        if name == "namespace":
            texts = self._table.processes.texts["namespace"].values()
            return _equal(texts, filter_.namespace or ()).take(self._process_column("namespace"))
        if name == "in_init_tree":
            inside: Mask = np.equal(self._process_column("in_init_tree") == 1, bool(filter_.in_init_tree))
            return inside
        return None

    def _process_column(self, name: str) -> NDArray[Any]:
        values: NDArray[Any] = getattr(self._table.processes, name)
        return values[: self._processes_known]

    def _types(self, filter_: Filter, fields: set[str]) -> Mask:
        wanted = np.ones(256, dtype=bool)
        if "event_set" in fields:
            numbers = [EventType(number) for number in filter_.event_set or () if number in _TYPE_NUMBERS]
            wanted &= self._of_kinds(KIND_OF_TYPE[number] for number in numbers)
        if "cel_expression" in fields:
            # CEL needs protobuf, which most lists do not.
            from tetratui.core.tetragon.cel.cel_expression import evaluated_kinds

            wanted &= self._of_kinds(evaluated_kinds(filter_.cel_expression or (), self._features))
        return wanted

    def _of_kinds(self, kinds: Iterable[Kind]) -> Mask:
        """Return for every kind whether it is one of these. A kind that this version lacks is UNKNOWN to it."""
        known = set(self._features.kind_of_key.values())
        wanted = set(kinds)
        mask = np.zeros(256, dtype=bool)
        mask[[int(kind) for kind in Kind if (kind if kind in known else Kind.UNKNOWN) in wanted]] = True
        return mask

    def _policies(self, filter_: Filter) -> Mask:
        contexts = self._table.contexts
        names = [name for name in filter_.policy_names or () if name]
        return _equal(contexts.texts["policy"].values(), names).take(contexts.policy[: self._contexts_known])

    def _mark_panics(self, filter_: Filter, fields: set[str], indexes: NDArray[np.int64]) -> None:
        """Mark the events without a process that reach `in_init_tree`, which crashes the agent."""
        if fields - _MAY_PASS_WITHOUT_PROCESS - _EVALUATED_LATER:
            # One of the fields before it fails for every event without a process.
            return
        blind = indexes[self._rows["process"][indexes] == 0]
        if "event_set" in fields:
            blind = blind[self._types(filter_, {"event_set"})[self._kind[blind]]]
        if "policy_names" in fields:
            blind = blind[self._policies(filter_)[self._table.context[blind]] & _POLICY_LOOKUP[self._kind[blind]]]
        if fields & _LOOK_BESIDE_PROCESS:
            predicates = build_predicates(filter_, self._features)
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

    def _match_lines(self, filter_: Filter, fields: set[str], indexes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return those of the events whose lines match the fields that the tables do not hold."""
        rest = {name for name in fields if _needs_line(filter_, name)}
        if not rest or not len(indexes):
            return indexes
        predicates = [holds for name, holds in build_predicates(filter_, self._features) if name in rest]
        kept: list[int] = []
        for index in indexes.tolist():
            event = self._read(index)
            if event is not None and all(holds(event) for holds in predicates):
                kept.append(index)
        return np.array(kept, dtype=np.int64)

    def _read(self, index: int) -> Any:
        try:
            return view_event(self._table.json(self._table.first + index), self._features)
        except LineGone:
            self.unread[index] = True
            return None

    def match_in_order(self, indexes: NDArray[np.int64]) -> None:
        """Match all filters event by event, because what `pid_set` matches depends on the events before."""
        # Built for this call: `pid_set` must start without memory.
        filters = [build_predicates(filter_, self._features) for filter_ in self._filters]
        for index in indexes.tolist():
            event = self._read(index)
            if event is None:
                continue
            try:
                number = first_match(filters, event)
            except Panic:
                self.panicked[index] = True
                continue
            if number is not None:
                self.first[index] = number


_TYPE_NUMBERS = frozenset(int(event_type) for event_type in EventType)
_POLICY_LOOKUP = np.zeros(256, dtype=bool)
_POLICY_LOOKUP[list(POLICY_KINDS)] = True


def _evaluated_fields(filter_: Filter, features: Features) -> set[str]:
    fields = {name for name, _ in filter_.conditions()}
    return fields - {"cel_expression"} if features.version < CEL_WORKS_SINCE else fields


def _needs_line(filter_: Filter, name: str) -> bool:
    if name in _IN_A_POD:
        # The table shows no difference between a pod without this field, in which "" is searched, and no pod at all, in
        # which nothing is. Only expressions that match "" see it.
        return any(compile_pattern(pattern).search("") is not None for pattern in getattr(filter_, name))
    return name in {"labels", "capabilities", "ancestor_binary_regex", "health_check", "cel_expression"}


def _equal(texts: list[str], wanted: Iterable[str]) -> Mask:
    names = frozenset(wanted)
    return np.fromiter((text in names for text in list(texts)), dtype=bool)


@dataclass(slots=True)
class _ColumnSearch:
    texts: list[str]
    masks: dict[str, Mask]
    """By pattern, a mask over the texts."""


def _search_columns(filters: Iterable[Filter], table: EventTable) -> dict[str, _ColumnSearch]:
    """Search the distinct texts of each column for all patterns of all filters at once."""
    wanted: dict[str, dict[str, None]] = {}
    for filter_ in filters:
        for name, (_, column) in _COLUMN_OF.items():
            wanted.setdefault(column, {}).update(dict.fromkeys(getattr(filter_, name) or ()))
    searches: dict[str, _ColumnSearch] = {}
    for column, patterns in wanted.items():
        texts = list(table.processes.texts[column].values())
        masks = search_texts(list(patterns), texts) if patterns else []
        searches[column] = _ColumnSearch(texts, dict(zip(patterns, masks, strict=True)))
    return searches
