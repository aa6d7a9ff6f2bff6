"""Recognise an event in a JSON object, and write it as Tetragon would: snake_case names, nothing of a collector's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from tetratui.core.events.event_keys import BESIDE_EVENT, find_event_key, is_event
from tetratui.core.events.kinds import KIND_OF_KEY
from tetratui.core.sources.envelopes.opened import Names, Opened

CAMEL_CASE = "camelCase JSON (protojson)"
MERGED = "events merged with a collector's fields"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MAPS = frozenset({"podLabels", "podAnnotations", "nodeLabels"})
"""Fields whose keys are the operator's own, not names of fields."""
_EXACT = 2**53
"""Below this, floating-point numbers hold whole ones exactly."""
_MAX_DEPTH = 64
"""Levels of an event in camelCase that are renamed: Tetragon's have fewer than twenty."""


def _to_camel(key: str) -> str:
    first, *others = key.split("_")
    return first + "".join(map(str.capitalize, others))


_CAMEL_KEYS = frozenset(_to_camel(key) for key in KIND_OF_KEY if "_" in key)


def to_snake(key: str) -> str:
    """Return a camelCase name in snake_case."""
    return _HUMP.sub("_", key).lower() if key[:1].islower() else key


def open_event(whole: Mapping[str, Any], text: bytes | None, names: Names) -> Opened | None:
    """Return the event that an object is; None if it is none.

    `text` is the object's own text, which is kept where it is one line and nothing has to be changed.
    """
    if not is_event(whole):
        return _open_camel(whole, names)
    foreign = [key for key in whole if key not in BESIDE_EVENT and not _is_event_key(whole, key)]
    if foreign:
        whole = {key: value for key, value in whole.items() if key not in foreign}
        return Opened(_write(whole), (*names, MERGED))
    if text is None or b"\n" in text:
        text = _write(whole)
    return Opened(text, names)


def _write(event: Mapping[str, Any]) -> bytes:
    """Write an event; whole numbers that a store made floating-point ones (`968.0`) become whole again."""
    pending: list[Any] = [event]
    while pending:
        value = pending.pop()
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
            if isinstance(item, dict | list):
                pending.append(item)
            elif isinstance(item, float) and item.is_integer() and abs(item) < _EXACT:
                value[key] = int(item)
    return orjson.dumps(event)


def _is_event_key(whole: Mapping[str, Any], key: str) -> bool:
    return find_event_key({key: whole[key]}) is not None


def has_foreign_fields(whole: Mapping[str, Any]) -> bool:
    """Return whether an event has a key beside it that a collector is known to add."""
    return not _COLLECTOR_KEYS.isdisjoint(whole)


_COLLECTOR_KEYS = frozenset(
    {"@timestamp", "@version", "date", "kubernetes", "stream", "_p", "logtag", "tag", "agent", "source_type"}
)


def _open_camel(whole: Mapping[str, Any], names: Names) -> Opened | None:
    if not any(isinstance(whole[key], dict) for key in _CAMEL_KEYS & whole.keys()):
        return None
    renamed = _rename_keys(whole)
    if renamed is None:
        return None
    opened = open_event(renamed, None, names)
    return None if opened is None else Opened(opened.line, (*names, CAMEL_CASE))


def _rename_keys(whole: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return an object with all names of fields in snake_case, at any depth; None if it is nested too deeply."""
    top: dict[str, Any] = {}
    pending: list[tuple[Any, Any, int]] = [(whole, top, 0)]
    while pending:
        source, target, depth = pending.pop()
        if depth > _MAX_DEPTH:
            return None
        pairs = source.items() if isinstance(source, dict) else enumerate(source)
        for key, value in pairs:
            copy: Any = value
            if isinstance(value, dict | list) and key not in _MAPS:
                copy = {} if isinstance(value, dict) else [None] * len(value)
                pending.append((value, copy, depth + 1))
            target[to_snake(key) if isinstance(key, str) else key] = copy
    return top
