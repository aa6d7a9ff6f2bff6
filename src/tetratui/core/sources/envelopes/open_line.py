"""Find the events in one line or one JSON document, through as many envelopes as there are round them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from tetratui.core.events.event_keys import is_event
from tetratui.core.sources.envelopes.events_in_json import open_event
from tetratui.core.sources.envelopes.json_values import split_values
from tetratui.core.sources.envelopes.line_forms import COLUMNS, LINE_FORMS, OTHER_PREFIX
from tetratui.core.sources.envelopes.object_forms import PAYLOAD_FIELDS, WAZUH, identify_stream, name_form
from tetratui.core.sources.envelopes.opened import NOTHING, EmptyElement, Inside, Item, Layer, Names, Opened, Part
from tetratui.core.sources.envelopes.rebuild import rebuild_event
from tetratui.core.sources.envelopes.split_texts import find_part

MAX_DEPTH = 12
"""Envelopes and levels of objects that are opened, one inside the other."""
_MAX_PREFIX = 4_096
_LONGEST_RECORD = 4
_MAX_ATTEMPTS = 8
"""Braces at which an event may begin behind a text."""
_COLOUR = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")
_OBJECT_BEGIN = re.compile(rb'\{\s*"')
ARRAY = "a JSON array"
JSON_TEXT = "JSON texts"
ONE_LINE = "JSON objects on one line"
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)


def open_line(line: bytes) -> list[Item]:
    """Return what is in a line or document, in order; empty if no event and no part of a text is in it."""
    return _open(Layer(line, ()))


def open_text(text: bytes, names: Names) -> list[Item]:
    """Return what is in a text that was taken out of envelopes of these names."""
    return _open(Layer(text, names))


def open_whole(line: bytes) -> bytes | None:
    """Return the event in a line that holds exactly one and needs no other line; None otherwise.

    A line that is an event is returned as it is. An event that would have to be rebuilt is not returned.
    """
    if _is_event(line):
        return line
    items = open_line(line)
    for _ in range(MAX_DEPTH):
        if len(items) != 1 or not isinstance(items[0], Part) or not items[0].last:
            break
        items = open_text(items[0].text, items[0].names)
    if len(items) == 1 and isinstance(items[0], Opened) and not items[0].lossy:
        return items[0].line
    return None


def take_off_envelope(line: bytes) -> bytes:
    """Return the event of a line that was read back; the line itself if it is one, as nearly all are."""
    return line if line.startswith(b'{"process_') else open_whole(line) or line


def _is_event(line: bytes) -> bool:
    try:
        whole = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(whole, dict) and is_event(whole)


@dataclass(slots=True)
class _Frame:
    """A value that is being looked into."""

    node: Layer
    nodes: Iterator[Layer]
    every: bool
    begin: int
    """Items before it."""
    found: int
    """Events and parts before it."""


def _open(node: Layer) -> list[Item]:
    """Search depth first, without recursion: hostile input decides how deep a value is nested."""
    items: list[Item] = []
    found = 0
    frames = [_Frame(node, iter((node,)), every=False, begin=0, found=0)]
    while frames:
        frame = frames[-1]
        following = None if found > frame.found and not frame.every else next(frame.nodes, None)
        if following is None:
            frames.pop()
            if found == frame.found:
                del items[frame.begin :]
                _refuse(items, frame.node, frames)
            continue
        inside = _look_into(following) if len(frames) <= MAX_DEPTH else NOTHING
        items.extend(inside.items)
        found += len(inside.items)
        if inside.nodes:
            frames.append(_Frame(following, iter(inside.nodes), inside.every, len(items), found))
        elif not inside.items:
            _refuse(items, following, frames)
    return items


def _refuse(items: list[Item], node: Layer, frames: list[_Frame]) -> None:
    """Note an element of a list in which nothing was found."""
    if frames and frames[-1].every:
        value = node.value
        text = value if isinstance(value, bytes) else orjson.dumps(value)
        items.append(EmptyElement(text.replace(b"\n", b" ")))


def _look_into(node: Layer) -> Inside:
    value = node.value
    if isinstance(value, Opened):
        return Inside(items=(value,))
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return _look_into_text(_strip(value), node)
    if isinstance(value, dict):
        return _look_into_object(value, None, node)
    return _look_into_list(value, node) if isinstance(value, list) else NOTHING


def _strip(text: bytes) -> bytes:
    """Return a text without what terminals and editors add: colours, a byte order mark, blanks round it."""
    if b"\x1b" in text:
        text = _COLOUR.sub(b"", text)
    # RS begins each entry of `journalctl -o json-seq`.
    text = text.strip(b" \t\r\n\x1e").removeprefix(b"\xef\xbb\xbf").lstrip()
    # An element of an array that stands on a line of its own.
    return text.rstrip(b", ") if text.endswith(b"},") else text


def _look_into_text(text: bytes, node: Layer) -> Inside:
    if not text:
        return NOTHING
    if text[:1] in (b"{", b"[", b'"'):
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            return _look_into_values(text, node) if _OBJECT_BEGIN.match(text) else _look_behind_prefix(text, node)
        if isinstance(value, dict):
            return _look_into_object(value, text, node)
        names = node.names if isinstance(value, list) else _join(node.names, JSON_TEXT)
        return Inside(nodes=(Layer(value, names, node.stream),))
    return _look_behind_prefix(text, node)


def _look_into_values(text: bytes, node: Layer) -> Inside:
    """Look into JSON objects that follow one another without a line feed; all must be whole."""
    values = split_values(text)
    names = _join(node.names, ONE_LINE)
    return Inside(nodes=tuple(Layer(value, names, node.stream) for value in values), every=True)


def _look_behind_prefix(text: bytes, node: Layer) -> Inside:
    """Look into what stands behind a text. A hole in a torn file (NUL bytes) is no such text."""
    if b"\0" in text[:_MAX_PREFIX]:
        return NOTHING
    nodes: list[Layer] = []
    for form in LINE_FORMS:
        match = form.pattern.match(text)
        if match is None:
            continue
        names, groups = _join(node.names, form.name), match.groupdict()
        if "tag" in groups:
            stream = f"{node.stream}\x1f{groups['stream'].decode()}"
            return Inside(items=(Part(stream, groups["text"], groups["tag"] == b"F", names),))
        nodes.append(Layer(groups["text"], names, node.stream))
    if b"\t" in text:
        cells = (cell for cell in text.split(b"\t") if _OBJECT_BEGIN.match(cell))
        nodes += [Layer(cell, _join(node.names, COLUMNS), node.stream) for cell in islice(cells, _MAX_ATTEMPTS)]
    begins = islice(_OBJECT_BEGIN.finditer(text, 0, _MAX_PREFIX), _MAX_ATTEMPTS)
    names = _join(node.names, OTHER_PREFIX)
    nodes += [Layer(text[match.start() :], names, node.stream) for match in begins if match.start()]
    return Inside(nodes=tuple(nodes))


def _look_into_object(whole: Mapping[str, Any], text: bytes | None, node: Layer) -> Inside:
    opened = open_event(whole, text, node.names)
    if opened is not None:
        return Inside(items=(opened,))
    form = name_form(whole)
    names = _join(node.names, form) if form else node.names
    stream = node.stream + identify_stream(whole)
    part = find_part(whole, form, stream, names)
    if part is not None:
        return Inside(items=(part,))
    nodes = [
        Layer(whole[field], names or (f"JSON objects with the event in {field}",), stream)
        for field in PAYLOAD_FIELDS
        if isinstance(whole.get(field), str | dict | list) and not _is_retyped(whole, field, form)
    ]
    return Inside(nodes=(*nodes, *_rebuild(whole, node.names)))


def _rebuild(whole: Mapping[str, Any], names: Names) -> tuple[Layer, ...]:
    """Return the event that an object's fields make; it counts only where no field holds the event itself."""
    rebuilt = rebuild_event(whole)
    if rebuilt is None:
        return ()
    name, event = rebuilt
    return (Layer(Opened(event, _join(names, name), lossy=True), names),)


def _is_retyped(whole: Mapping[str, Any], field: str, form: str | None) -> bool:
    """Return whether a field holds an event whose values Wazuh has made texts."""
    return field == "data" and form == WAZUH and isinstance(whole[field], dict) and "result" not in whole[field]


def _look_into_list(values: list[Any], node: Layer) -> Inside:
    if values and all(isinstance(value, int) and 0 <= value < 256 for value in values):
        # journald writes a text that is not UTF-8 as a list of bytes.
        return Inside(nodes=(Layer(bytes(values), node.names, node.stream),))
    if values and isinstance(values[0], str) and _NUMBER.fullmatch(values[0]) and len(values) in (2, 3):
        # Loki: time, line, and labels of the line.
        return Inside(nodes=(Layer(values[1], node.names, node.stream),))
    names = node.names or (ARRAY,)
    return Inside(nodes=tuple(Layer(value, names, node.stream) for value in values), every=not _is_record(values))


def _is_record(values: list[Any]) -> bool:
    """Return whether a list is one record, not a list of records."""
    if any(isinstance(value, int | float) for value in values):
        # Fluentd: tag, time, record.
        return len(values) <= _LONGEST_RECORD
    # CloudWatch Insights: a row is a list of fields with their values.
    return bool(values) and all(isinstance(value, dict) and value.keys() >= {"field", "value"} for value in values)


def _join(names: Names, name: str) -> Names:
    return names if names and names[-1] == name else (*names, name)
