"""An event as rules see it: one flat list of named texts, made of a raw line by the manager's JSON decoder.

Nested names are joined by `.`; an array becomes one printed text; a number outside 32 bits is printed with six
decimals; names compare without case; of two equal names the first wins (analysisd, json_decoder.c).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats import cjson
from tetratui.core.wazuh.engine.formats.header import without_header
from tetratui.core.wazuh.engine.formats.plain_json import plain_object

FIELD_LIMIT = 256
"""Dynamic fields of one event; what comes later in the line is dropped (`analysisd.decoder_order_size`)."""
NUMBER_MOST = 63
"""Characters of a printed number that fit its buffer."""
STATIC_NAMES = {
    **{
        name: name
        for name in (
            b"srcip dstip srcport dstport protocol action srcuser dstuser id status url data extra_data systemname"
        ).split()
    },
    b"user": b"dstuser",
}
"""Top-level keys that do not become fields, and the static field they fill: `<srcip>`, `<action>` … look at these."""

_PREMATCH = re.compile(rb'\{ *"')
"""The stock decoder `json`: `^{\\s*"` in osregex, whose `\\s` is the blank alone."""


@dataclass(frozen=True, slots=True)
class DecodedEvent:
    """One decoded line."""

    line: bytes
    """The raw line without a log header, which `<match>` and `<regex>` look at."""
    is_json: bool
    """Whether the decoder `json` took it; else no rule with `decoded_as json` can match."""
    fields: dict[bytes, bytes]
    """Dynamic fields by lower-case name."""
    static: dict[bytes, bytes]
    """Static fields (STATIC_NAMES); the last of equal keys wins."""
    program: bytes | None = None
    """The program that a log header names: then no JSON is looked for."""
    is_emulated: bool = True
    """Whether its header is followed here; else no rule is known to match or not to."""

    @property
    def has_fields(self) -> bool:
        """Whether it has any dynamic field, asked for or not."""
        return bool(self.fields) or any(name not in STATIC_NAMES for name, _ in _flattened(self.line))


def is_json_event(line: bytes) -> bool:
    """Whether the stock decoder `json` takes this line; a blank or byte order mark before it is enough to fail."""
    return _PREMATCH.match(line) is not None


def flatten(line: bytes) -> list[tuple[bytes, bytes]]:
    """Flatten a line to (name, value) in the order of the line, without limit; empty when it is not JSON for Wazuh."""
    headed = without_header(line)
    return [] if headed.program is not None else _flattened(headed.log)


def _flattened(line: bytes) -> list[tuple[bytes, bytes]]:
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
            out.append((name, _text(value)))
    return out


def _text(value: cjson.Value) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, list):
        return cjson.printed(value, spaced=True)
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    assert isinstance(value, float)
    return b"%d" % int(value) if cjson.is_int32(value) else (b"%f" % value)[:NUMBER_MOST]


def decode(line: bytes) -> dict[bytes, bytes]:
    """Decode a line to its dynamic fields by name as spelled, at most FIELD_LIMIT; of equal names the first."""
    fields: dict[bytes, bytes] = {}
    room = FIELD_LIMIT
    for name, value in flatten(line):
        if name not in STATIC_NAMES and room:
            room -= 1
            fields.setdefault(name, value)
    return fields


def dropped_fields(line: bytes) -> int:
    """Count the fields of a line that the limit cuts off."""
    dynamic = sum(name not in STATIC_NAMES for name, _ in flatten(line))
    return max(0, dynamic - FIELD_LIMIT)


_Learned = tuple[bytes, bool, bool]
"""Of a key: the field's name in lower case, whether a rule asks for it, whether one asks for something in it."""


class Decoder:
    """Decodes lines for one set of rules: only the fields that some rule names, found by the fastest safe way.

    The fast way is taken only where it provably sees what Wazuh's parser sees (`plain_json`).
    """

    def __init__(self, wanted: Iterable[bytes]) -> None:
        self._wanted = frozenset(name.lower() for name in wanted)
        self._branches = frozenset(
            name[:end] for name in self._wanted for end in range(len(name)) if name[end : end + 1] == b"."
        )
        self._names: dict[bytes, dict[str, _Learned | None]] = {}
        """What is known of the keys below each prefix: None for those that no rule asks for, nor anything in them."""
        self._known = 0

    def event(self, line: bytes) -> DecodedEvent:
        """Decode one line (without its newline); a zero byte ends it, as it does in C."""
        if b"\0" in line:
            line = line.split(b"\0", 1)[0]
        headed = without_header(line)
        line = headed.log
        if headed.program is not None or not is_json_event(line):
            return DecodedEvent(line, False, {}, {}, headed.program, headed.is_emulated)
        tree = plain_object(line)
        if tree is None:
            return self._slow(line)
        event = DecodedEvent(line, True, {}, {})
        self._walk(b"", tree, event)
        return event

    def _slow(self, line: bytes) -> DecodedEvent:
        event = DecodedEvent(line, True, {}, {})
        room = FIELD_LIMIT
        for name, value in _flattened(line):
            if name in STATIC_NAMES:
                event.static[STATIC_NAMES[name]] = value
            elif room:
                room -= 1
                event.fields.setdefault(name.lower(), value)
        return event

    def _walk(self, prefix: bytes, members: dict[str, object], event: DecodedEvent) -> None:
        names = self._names.setdefault(prefix, {})
        for key, value in members.items():
            found = names[key] if key in names else self._learn(prefix, key, names)
            if found is None:
                continue
            name, is_wanted, is_branch = found
            if isinstance(value, dict):
                if is_branch:
                    self._walk(name + b".", value, event)
            elif is_wanted:
                if not prefix and key.encode() in STATIC_NAMES:
                    event.static[STATIC_NAMES[key.encode()]] = _plain_text(value)
                elif name not in event.fields:
                    event.fields[name] = _plain_text(value)

    def _learn(self, prefix: bytes, key: str, names: dict[str, _Learned | None]) -> _Learned | None:
        name = prefix + key.encode().lower()
        is_static = not prefix and key.encode() in STATIC_NAMES
        is_wanted, is_branch = is_static or name in self._wanted, name in self._branches
        found = (name, is_wanted, is_branch) if is_wanted or is_branch else None
        if self._known < 20_000:
            # Labels of pods can bring ever new keys; the memory they take is bounded.
            self._known += 1
            names[key] = found
        return found


def _plain_text(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return _text(_as_cjson(value))


def _as_cjson(value: object) -> cjson.Value:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict):
        return cjson.Members(tuple((key.encode(), _as_cjson(member)) for key, member in value.items()))
    if isinstance(value, list):
        return [_as_cjson(member) for member in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value  # type: ignore[return-value]
