"""Read an export list as the agent does: a stream of JSON objects, strict about names, types and duplicates.

What would stop the agent raises a `FilterError` with line, column, entry, field and a remedy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tetratui.core.tetragon.format.capabilities import NUMBER_OF
from tetratui.core.tetragon.format.entry_end import find_entry_end
from tetratui.core.tetragon.format.filter import FIELD_NAMES, CapabilityFilter, CapabilitySet, Filter
from tetratui.core.tetragon.format.misplaced_fields import explain_misplaced_field
from tetratui.core.tetragon.format.scanner import FilterError, Number, Scanner, describe, parse_whole_number
from tetratui.core.tetragon.format.versions import EventType, Features

_UINT32 = 2**32
_INT32 = 2**31
_NUMBER_START = re.compile(
    r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+|[eE](?=[^-+._0-9A-Za-z]))?(?![-+._0-9A-Za-z])"
)
"""The number at the start of a string. Go's protobuf ignores what follows it: `7001,x` is 7001, and so is `7001e,`."""
_GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""White space to Go. A string that begins or ends with it holds no number."""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A filter and its location in the file."""

    filter: Filter
    line: int
    column: int
    start: int
    """Offset of its first byte in the file."""
    stop: int
    """Offset after its last byte."""


def to_camel_case(name: str) -> str:
    """Return a field's name in the other spelling that Tetragon reads: `binaryRegex`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


_FIELD_OF = {spelling: name for name in FIELD_NAMES for spelling in (name, to_camel_case(name))}
_SETS = ("permitted", "effective", "inheritable")
_COMPARISONS = ("any", "all", "exactly", "none")


def parse_filters(data: bytes, features: Features) -> list[ListEntry]:
    """Return every filter of the list.

    Raises:
        FilterError: the agent would refuse the list; of several errors the first.
    """
    reader = _FilterReader(data, features)
    entries: list[ListEntry] = []
    while reader.has_more():
        reader.scan.entry = len(entries)
        entries.append(reader.read_entry())
    return entries


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """A part of a list that the agent would refuse, and its location in the file."""

    error: FilterError
    text: str
    """As it stands in the file; a byte that is not UTF-8 is one lone surrogate."""
    line: int
    column: int
    start: int
    """Offset of its first byte in the file."""
    stop: int
    """Offset after its last byte."""


def parse_each(data: bytes, features: Features) -> list[ListEntry | RefusedEntry]:
    """Return every entry of the list, a refused one with its error.

    The agent stops at the first error; what follows it is read as if the refused entries were not there. A refused
    entry ends at its closing brace, or with its line where there is none.
    """
    reader = _FilterReader(data, features)
    entries: list[ListEntry | RefusedEntry] = []
    while reader.has_more():
        reader.scan.entry = len(entries)
        start = reader.scan.offset
        try:
            entries.append(reader.read_entry())
        except FilterError as error:
            entries.append(reader.skip_entry(start, error))
    return entries


class _FilterReader:
    def __init__(self, data: bytes, features: Features) -> None:
        self.scan = Scanner(data)
        self._features = features
        self._known = {spelling: name for spelling, name in _FIELD_OF.items() if features.has_field(name)}
        self._bytes_read = 0
        self._characters_read = 0

    def has_more(self) -> bool:
        self.scan.field = None
        self.scan.skip_space()
        return not self.scan.at_end

    def _byte_offset(self, offset: int) -> int:
        """Return the offset in bytes of an offset in characters."""
        if offset < self._characters_read:
            self._bytes_read = self._characters_read = 0
        # Entries come in order, so each character is encoded only once.
        part = self.scan.text[self._characters_read : offset]
        self._bytes_read += len(part.encode("utf-8", "surrogateescape"))
        self._characters_read = offset
        return self._bytes_read

    def skip_entry(self, start: int, error: FilterError) -> RefusedEntry:
        """Go on after the refused entry that begins at an offset, and return it."""
        self.scan.offset = stop = find_entry_end(self.scan.text, start)
        line, column = self.scan.line_and_column(start)
        start_byte = self._byte_offset(start)
        return RefusedEntry(error, self.scan.text[start:stop], line, column, start_byte, self._byte_offset(stop))

    def read_entry(self) -> ListEntry:
        start = self.scan.offset
        line, column = self.scan.line_and_column(start)
        start_byte = self._byte_offset(start)
        first = self.scan.text[start]
        if first != "{":
            raise self.scan.error(f"found {describe(first)}, expected a filter", _remedy_at_top(first))
        read = Filter(**self._message(self._known, self._value, self._unknown_field))  # type: ignore[arg-type]
        if read.pid_set and not self._features.options.pid_set_filter:
            self.scan.field = "pid_set"
            remedy = "start the agent with enable-pid-set-filter, or leave the field out"
            raise self.scan.error("pid_set is meant for tests and off in this agent", remedy, start)
        return ListEntry(read, line, column, start_byte, self._byte_offset(self.scan.offset))

    def _message(
        self,
        names: dict[str, str],
        value: Callable[[str], object],
        unknown: Callable[[str, int], FilterError],
    ) -> dict[str, object]:
        """Return the fields of an object with these names; null leaves a field unset.

        Raises:
            FilterError: a name is unknown or stands there twice, or a value is wrong.
        """
        self.scan.expect("{", "an object", "write it as {…}")
        values: dict[str, object] = {}

        def member() -> None:
            start = self.scan.offset
            if self.scan.peek() != '"':
                raise self.scan.error(f"found {describe(self.scan.peek())}, expected a field name", 'write "name": …')
            written = self.scan.read_string()
            name = names.get(written)
            if name is None:
                raise unknown(written, start)
            if name in values:
                raise self.scan.error(f"{written!r} stands twice in one object", "write its values in one list", start)
            self.scan.expect(":", "a colon", f'write "{name}": and its value')
            self.scan.field = self.scan.field or name
            values[name] = self._null() or value(name)

        # An error inside a nested object (capabilities) names the field of the filter, not the inner name.
        outer = self.scan.field

        def item() -> None:
            self.scan.field = outer
            member()
            self.scan.field = outer

        self.scan.read_items("}", item)
        return {name: None if read is _NULL else read for name, read in values.items()}

    def _null(self) -> object:
        if self.scan.peek() == "n":
            self.scan.read_scalar()
            return _NULL
        return None

    def _unknown_field(self, name: str, offset: int) -> FilterError:
        if name in _FIELD_OF:
            version = self._features.version
            return self.scan.error(
                f"Tetragon {version} does not know {name!r}", "leave it out, or update the agent", offset
            )
        near = next((known for known in _FIELD_OF if known.lower() == name.lower()), None)
        remedy = f"write {near!r}" if near else explain_misplaced_field(name) or f"known are {', '.join(FIELD_NAMES)}"
        return self.scan.error(f"not a field of a filter: {name!r}", remedy, offset)

    def _value(self, name: str) -> object:
        if name in {"health_check", "in_init_tree"}:
            return self._boolean(name)
        if name in {"pid", "pid_set"}:
            return self._list(self._process_id, "[7001]")
        if name == "event_set":
            return self._list(self._event_type, '["PROCESS_EXEC"]')
        if name == "capabilities":
            return self._capabilities()
        return self._list(self._text, '["…"]')

    def _boolean(self, name: str) -> bool:
        start = self.scan.offset
        value = None if self.scan.peek() in "{[" else self.scan.read_scalar()
        if not isinstance(value, bool):
            raise self.scan.error(f"{name} takes true or false", "write it without quotes", start)
        return value

    def _list(self, item: Callable[[], object], example: str) -> tuple[object, ...]:
        first = self.scan.peek()
        if first != "[":
            what = "a string" if first == '"' else "a number" if first.isdecimal() else describe(first)
            raise self.scan.error(f"found {what}, expected a list", f"write {example}")
        self.scan.offset += 1
        values: list[object] = []
        self.scan.read_items("]", lambda: values.append(item()))
        return tuple(values)

    def _text(self) -> str:
        start = self._item_start("a string")
        value = self.scan.read_scalar()
        if not isinstance(value, str):
            raise self.scan.error("a list of strings holds something else", 'write each value as "…"', start)
        return value

    def _item_start(self, wanted: str) -> int:
        first = self.scan.peek()
        if first in "{[":
            raise self.scan.error(f"found {first!r}, expected {wanted}", "a list holds no lists and no objects")
        return self.scan.offset

    def _process_id(self) -> int:
        start = self._item_start("a process id")
        value = self.scan.read_scalar()
        number: int | None = None
        if isinstance(value, Number):
            number = parse_whole_number(value.text)
        elif isinstance(value, str) and value.strip(_GO_SPACE) == value:
            match = _NUMBER_START.match(value)
            number = parse_whole_number(match.group()) if match else None
        if number is None or not 0 <= number < _UINT32:
            raise self.scan.error("not a process id", "write a whole number from 0 to 4294967295", start)
        return number

    def _event_type(self) -> int:
        start = self._item_start("an event type")
        value = self.scan.read_scalar()
        if isinstance(value, str):
            known = EventType.__members__.get(value)
            if known is not None and known.since <= self._features.version:
                return known
            message = f"not an event type of Tetragon {self._features.version}: {value!r}"
            raise self.scan.error(message, _types(value), start)
        number = parse_whole_number(value.text) if isinstance(value, Number) else None
        if number is None or not -_INT32 <= number < _INT32:
            raise self.scan.error("an event type is a name or a number", 'write "PROCESS_EXEC"', start)
        return EventType(number) if number in EventType.__members__.values() else number

    def _capabilities(self) -> CapabilityFilter:
        names = {name: name for name in _SETS}
        return CapabilityFilter(**self._message(names, self._capability_set, self._unknown_set))  # type: ignore[arg-type]

    def _capability_set(self, _name: str) -> CapabilitySet:
        names = {name: name for name in _COMPARISONS}
        sets = self._message(names, lambda _: self._list(self._capability, '["CAP_NET_RAW"]'), self._unknown_set)
        return CapabilitySet(**{name: value or () for name, value in sets.items()})  # type: ignore[arg-type]

    def _unknown_set(self, name: str, offset: int) -> FilterError:
        remedy = f"sets are {', '.join(_SETS)}; each holds one of {', '.join(_COMPARISONS)}"
        return self.scan.error(f"not a part of capabilities: {name!r}", remedy, offset)

    def _capability(self) -> int:
        start = self._item_start("a capability")
        value = self.scan.read_scalar()
        number = NUMBER_OF.get(value) if isinstance(value, str) else None
        if isinstance(value, Number):
            number = parse_whole_number(value.text)
        if number is None or not -_INT32 <= number < _INT32:
            remedy = 'write its name as "CAP_NET_RAW"; only "DAC_OVERRIDE" has no CAP_'
            raise self.scan.error("not a capability", remedy, start)
        return number


_NULL = object()
"""Stands for null, so that a field that is null still counts as mentioned."""


def _types(value: str) -> str:
    if value.upper() in EventType.__members__:
        since = EventType[value.upper()].since
        return f"write {value.upper()}, known since {since}"
    return f"known are {', '.join(EventType.__members__)}"


def _remedy_at_top(first: str) -> str:
    if first == "[":
        return "a list is a stream of objects: remove the brackets and the commas between objects"
    if first == ",":
        return "nothing stands between objects: remove the comma"
    if first in "#/":
        return "Tetragon's lists take no comments: keep the reason elsewhere"
    if first == "\ufeff":
        return "save the file as UTF-8 without a byte order mark"
    return "write each filter as {…}"
