"""Decode a line to the fields that rules see, as the manager's JSON decoder does (analysisd, json_decoder.c).

The fields are one flat list of named texts. Nested names are joined by `.`. An array becomes one printed text. A number
outside 32 bits is printed with six decimals. Names compare without case. Of two equal names the first wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats import cjson
from tetratui.core.wazuh.engine.formats.cjson_printer import is_int32, print_value
from tetratui.core.wazuh.engine.formats.custom_decoder import STATIC_ORDER, CustomDecoder
from tetratui.core.wazuh.engine.formats.header import cut_header
from tetratui.core.wazuh.engine.formats.plain_json import plain_object

FIELD_LIMIT = 256
"""Dynamic fields of one event; later fields of the line are dropped (`analysisd.decoder_order_size`)."""
NUMBER_LENGTH = 63
"""Bytes of a printed number that fit the decoder's buffer."""
STATIC_NAMES = {
    **{
        name: name
        for name in (
            b"srcip dstip srcport dstport protocol action srcuser dstuser id status url data extra_data systemname"
        ).split()
    },
    b"user": b"dstuser",
}
"""The static field that a top-level key fills instead of a dynamic one. `<srcip>`, `<action>` … test static fields."""

_MOST_KEYS = 20_000
"""Keys that a decoder remembers."""
_PREMATCH = re.compile(rb'\{ *"')
"""The prematch of the stock decoder `json`: `^{\\s*"` in osregex, whose `\\s` is the space alone."""


@dataclass(frozen=True, slots=True)
class DecodedEvent:
    """One decoded line."""

    line: bytes
    """The raw line without a log header: what `<match>` and `<regex>` test."""
    is_json: bool
    """Whether the decoder `json` accepted the line; otherwise no rule with `decoded_as json` can match."""
    fields: dict[bytes, bytes]
    """Dynamic fields by lower-case name."""
    static: dict[bytes, bytes]
    """Static fields (STATIC_NAMES); the last of equal keys wins."""
    program: bytes | None = None
    """The program that a log header names. Such a line is not decoded as JSON."""
    is_emulated: bool = True
    """Whether the log header is emulated; otherwise it is unknown which rules match."""

    @property
    def has_fields(self) -> bool:
        """Whether the event has any dynamic field, including those that no rule tests."""
        return bool(self.fields) or any(name not in STATIC_NAMES for name, _ in _flatten_json(self.line))


def is_json_event(line: bytes) -> bool:
    """Return whether the stock decoder `json` accepts a line; a leading space or byte order mark makes it fail."""
    return _PREMATCH.match(line) is not None


def flatten(line: bytes) -> list[tuple[bytes, bytes]]:
    """Return all (name, value) of a line in its order, without limit; empty if the line is not JSON to Wazuh."""
    record = cut_header(line)
    return [] if record.program is not None else _flatten_json(record.log)


def _flatten_json(line: bytes) -> list[tuple[bytes, bytes]]:
    if not is_json_event(line):
        return []
    try:
        tree = cjson.parse(line)
    except cjson.NotJsonError:
        return []
    out: list[tuple[bytes, bytes]] = []
    work: list[tuple[bytes | None, cjson.Value]] = [(None, tree)]
    while work:
        name, value = work.pop()
        if isinstance(value, cjson.Members):
            prefix = b"" if name is None else name + b"."
            work.extend((prefix + key, member) for key, member in reversed(value.pairs))
        elif name is not None:
            out.append((name, _value_text(value)))
    return out


def _value_text(value: cjson.Value) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, list):
        return print_value(value, spaced=True)
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    assert isinstance(value, float)
    return b"%d" % int(value) if is_int32(value) else (b"%f" % value)[:NUMBER_LENGTH]


def decode(line: bytes) -> dict[bytes, bytes]:
    """Return the dynamic fields of a line, at most FIELD_LIMIT, by name as spelled; of equal names the first."""
    fields: dict[bytes, bytes] = {}
    room = FIELD_LIMIT
    for name, value in flatten(line):
        if name not in STATIC_NAMES and room:
            room -= 1
            fields.setdefault(name, value)
    return fields


_KeyUse = tuple[bytes, bool, bool]
"""A key's field name in lower case, whether a rule tests that field, and whether one tests a field below it."""


class Decoder:
    """Decodes lines to the fields that one set of rules names.

    It parses a line with orjson where that provably gives what Wazuh's parser gives (`plain_json`), which is ten times
    faster; all other lines go through the emulated parser.
    """

    def __init__(self, wanted: Iterable[bytes], custom: Sequence[CustomDecoder] = ()) -> None:
        """Prepare to find the `wanted` fields; `custom` decoders stand in front of the stock's."""
        self._custom = custom
        self._wanted = frozenset(name.lower() for name in wanted)
        self._branches = frozenset(
            name[:end] for name in self._wanted for end in range(len(name)) if name[end : end + 1] == b"."
        )
        self._names: dict[bytes, dict[str, _KeyUse | None]] = {}
        """The keys met below each prefix; None for a key that no rule tests, nor anything below it."""
        self._known = 0

    def decode(self, line: bytes) -> DecodedEvent:
        """Return the event of one line, given without its newline; a zero byte ends the line, as in C."""
        if b"\0" in line:
            line = line.split(b"\0", 1)[0]
        record = cut_header(line)
        line = record.log
        if record.program is not None or not is_json_event(line):
            return DecodedEvent(line, False, {}, {}, record.program, record.is_emulated)
        tree = plain_object(line)
        if tree is None:
            event = self._decode_unusual(line)
        else:
            event = DecodedEvent(line, True, {}, {})
            self._add_fields(b"", tree, event)
        self._add_custom_fields(event)
        return event

    def _add_custom_fields(self, event: DecodedEvent) -> None:
        """Add what the first custom decoder that takes the line finds in it, after the fields of its JSON."""
        for custom in self._custom:
            fields = custom.extract(event.line)
            if fields is None:
                continue
            for name, value in fields:
                if name in STATIC_ORDER:
                    event.static[STATIC_ORDER[name]] = value
                else:
                    event.fields.setdefault(name, value)
            return

    def _decode_unusual(self, line: bytes) -> DecodedEvent:
        event = DecodedEvent(line, True, {}, {})
        room = FIELD_LIMIT
        for name, value in _flatten_json(line):
            if name in STATIC_NAMES:
                event.static[STATIC_NAMES[name]] = value
            elif room:
                room -= 1
                event.fields.setdefault(name.lower(), value)
        return event

    def _add_fields(self, prefix: bytes, members: dict[str, object], event: DecodedEvent) -> None:
        names = self._names.setdefault(prefix, {})
        for key, value in members.items():
            use = names[key] if key in names else self._learn(prefix, key, names)
            if use is None:
                continue
            name, is_wanted, is_branch = use
            if isinstance(value, dict):
                if is_branch:
                    self._add_fields(name + b".", value, event)
            elif is_wanted:
                if not prefix and key.encode() in STATIC_NAMES:
                    event.static[STATIC_NAMES[key.encode()]] = _plain_text(value)
                elif name not in event.fields:
                    event.fields[name] = _plain_text(value)

    def _learn(self, prefix: bytes, key: str, names: dict[str, _KeyUse | None]) -> _KeyUse | None:
        name = prefix + key.encode().lower()
        is_static = not prefix and key.encode() in STATIC_NAMES
        is_wanted, is_branch = is_static or name in self._wanted, name in self._branches
        use = (name, is_wanted, is_branch) if is_wanted or is_branch else None
        if self._known < _MOST_KEYS:
            # Pod labels can bring new keys without end: the limit bounds the memory.
            self._known += 1
            names[key] = use
        return use


def _plain_text(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return _value_text(_to_cjson(value))


def _to_cjson(value: object) -> cjson.Value:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict):
        return cjson.Members(tuple((key.encode(), _to_cjson(member)) for key, member in value.items()))
    if isinstance(value, list):
        return [_to_cjson(member) for member in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value  # type: ignore[return-value]
