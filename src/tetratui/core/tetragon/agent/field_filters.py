"""Read the option `field-filters` as the agent does, and find which fields it takes away from the export.

The agent decodes a stream of JSON objects. Up to 1.8 it stops reading without a word at what is no JSON, and keeps the
filters before it. What is JSON but no field filter keeps it from starting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tetratui.core.events.kinds import Kind
from tetratui.core.tetragon.format.filter_reader import to_camel_case
from tetratui.core.tetragon.format.scanner import FilterError, Number, Scanner
from tetratui.core.tetragon.format.versions import KIND_OF_TYPE, EventType

_NAMES = {"event_set", "fields", "action", "invert_event_set"}
_SPELLINGS = {spelling: name for name in _NAMES for spelling in (name, to_camel_case(name))}
_OUTSIDE = frozenset({"node_name", "time", "cluster_name", "node_labels"})
"""Fields beside the event, which no field filter removes."""
IMPORTANT = (
    "process",
    "process.exec_id",
    "process.pod",
    "process.docker",
    "process.binary",
    "process.arguments",
    "parent",
    "parent.binary",
)
"""Fields without which events cannot be joined, drafted from or told apart."""


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """One field filter: it removes fields from events, or keeps these fields only."""

    paths: tuple[str, ...]
    """In snake case, inside the event: `process.pod.name`."""
    is_include: bool
    kinds: frozenset[Kind] | None
    """The kinds that it changes; None: all."""

    def reaches(self, kind: Kind) -> bool:
        """Return whether it changes events of a kind."""
        return self.kinds is None or kind in self.kinds

    def removes(self, path: str) -> bool:
        """Return whether the field at a path is gone after it."""
        covered = any(path == own or path.startswith(f"{own}.") for own in self.paths)
        if not self.is_include:
            return covered
        return not covered and not any(own.startswith(f"{path}.") for own in self.paths)


@dataclass(slots=True)
class FieldFilters:
    """The field filters in force, and what is wrong with the option."""

    filters: list[FieldFilter] = field(default_factory=list)
    cut: FilterError | None = None
    """What is no JSON: the agent silently ignores everything from there on."""
    refused: FilterError | None = None
    """What keeps the agent from starting."""

    def absent(self, kind: Kind, paths: Iterable[str] = IMPORTANT) -> list[str]:
        """Return the fields that events of a kind lack in this export, whatever the sensor saw."""
        active = [one for one in self.filters if one.paths and one.reaches(kind)]
        absent = [path for path in paths if any(one.removes(path) for one in active)]
        # Without the process nothing in it needs to be named.
        return [path for path in absent if not any(path.startswith(f"{other}.") for other in absent)]


def read_field_filters(text: str) -> FieldFilters:
    """Return the field filters of an option's value."""
    read = FieldFilters()
    scan = Scanner(text.encode("utf-8", "surrogatepass"))
    while True:
        scan.skip_space()
        if scan.at_end:
            return read
        scan.entry = len(read.filters)
        start = scan.offset
        try:
            if scan.peek() != "{":
                raise scan.error(
                    "something else than an object", "write the objects after one another, no comma between"
                )
            values = _read_object(scan)
        except FilterError as error:
            read.cut = error
            return read
        try:
            read.filters.append(_make_filter(values, lambda message, fix: scan.error(message, fix, start)))  # noqa: B023
        except FilterError as error:
            read.refused = error
            return read


Json = str | Number | bool | None | list["Json"] | dict[str, "Json"]


def _read_value(scan: Scanner) -> Json:
    first = scan.peek()
    if first == "{":
        return _read_object(scan)
    if first != "[":
        return scan.read_scalar()
    scan.offset += 1
    items: list[Json] = []
    scan.read_items("]", lambda: items.append(_read_value(scan)))
    return items


def _read_object(scan: Scanner) -> dict[str, Json]:
    scan.expect("{", "an object", "write it as {…}")
    values: dict[str, Json] = {}

    def read_member() -> None:
        if scan.peek() != '"':
            raise scan.error("a key without quotes", 'write "key": …')
        key = scan.read_string()
        scan.expect(":", "a colon", f'write "{key}": and its value')
        values[key] = _read_value(scan)

    scan.read_items("}", read_member)
    return values


def _make_filter(values: dict[str, Json], error: Callable[[str, str], FilterError]) -> FieldFilter:
    """Return the filter for an object. Raises FilterError for one that keeps the agent from starting."""
    unknown = [key for key in values if key not in _SPELLINGS]
    if unknown:
        raise error(f"not a part of a field filter: {unknown[0]!r}", f"known are {', '.join(sorted(_NAMES))}")
    named = {_SPELLINGS[key]: value for key, value in values.items()}
    fields, action, invert = named.get("fields"), named.get("action"), named.get("invert_event_set")
    if not isinstance(fields, str | None):
        raise error("fields is no text", 'write the paths in one text, with commas: "process.pod,parent"')
    if action not in {None, "INCLUDE", "EXCLUDE"}:
        raise error(f"action {action!r}", "write INCLUDE or EXCLUDE")
    if not isinstance(invert, bool | None):
        raise error("invert_event_set is neither true nor false", "write it without quotes")
    types = named.get("event_set") or []
    if not isinstance(types, list) or any(name not in EventType.__members__ for name in types):
        raise error("event_set is no list of event types", 'write ["PROCESS_EXEC"]')
    kinds = frozenset(KIND_OF_TYPE[EventType[str(name)]] for name in types)
    if invert and kinds:
        kinds = frozenset(Kind) - kinds
    paths = tuple(_snake(path) for path in (fields or "").split(",") if path)
    return FieldFilter(paths, action != "EXCLUDE", kinds or None)


def _snake(path: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in path)


def find_useless_paths(filter_: FieldFilter) -> list[tuple[str, str]]:
    """Return the paths of a filter that select nothing, each with the reason."""
    useless = []
    for path in filter_.paths:
        head = path.partition(".")[0]
        if path != path.strip():
            useless.append((path, "a blank stands beside the comma"))
        elif head in _OUTSIDE:
            useless.append((path, "it stands beside the event, where no field filter reaches"))
        elif head.startswith("process_") and head not in {"process"}:
            useless.append((path, "paths begin inside the event: process.binary"))
        elif head in {"pod", "binary", "arguments", "docker", "exec_id", "uid", "pid", "container", "parent_exec_id"}:
            useless.append((path, f"paths begin inside the event: process.{path}"))
        elif "pod_labels." in path or "pod_annotations." in path:
            useless.append((path, "single labels cannot be named"))
    return useless
