"""Compare the lists that an agent prints at its start with those that were written.

The agent prints its request in protobuf's text format: `deny_list:{binary_regex:"…" event_set:PROCESS_EXEC} …`. How
many blanks stand between fields differs between builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from tetratui.core.tetragon import LATEST, Filter, FilterList, canonical_text, read
from tetratui.core.tetragon.format.versions import ALL_FEATURES

_TOKEN = re.compile(r'\s*(?:([A-Za-z_][\w.]*|[-+]?[\d.]+\w*)|("(?:[^"\\]|\\.)*")|([:{}<>\[\],;]))', re.DOTALL)
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_SIMPLE = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_WRAPPED_BOOLS = frozenset({"health_check", "in_init_tree"})
"""Fields whose value stands in a message of its own, which is empty for false."""
_SINGLE = frozenset({"capabilities", "permitted", "effective", "inheritable", "value"})
"""Other fields that hold one value; all the rest are lists."""
_BOOLS = {"true": True, "false": False}


class UnreadableListsError(ValueError):
    """What the agent printed could not be read."""


def read_printed(request: str, key: str = "deny_list") -> list[str]:
    """Return the canonical texts of the filters in the request that an agent printed.

    Raises:
        UnreadableListsError: it is not protobuf's text format, or holds a field that is not known here.
    """
    document = _LogReader(request).read_fields()
    filters = document.get(key, [])
    texts = b"\n".join(orjson.dumps(filter_) for filter_ in filters)
    result = read(texts, LATEST, ALL_FEATURES)
    # Some entries may not compile: the agent prints them before it compiles them.
    if len(result.entries) != len(filters):
        raise UnreadableListsError(result.errors[0].message if result.errors else "a filter is missing")
    return [normalise(filter_) for filter_ in result.filters]


def normalise(filter_: Filter) -> str:
    """Return the canonical text of a filter without its empty lists, which mean nothing and are not printed."""
    return canonical_text(replace(filter_, **{name: None for name, value in filter_.written_fields() if value == ()}))


def compare_printed(request: str, expected: FilterList) -> str:
    """Return how the lists that an agent printed differ from a list, in one sentence; empty if they are the same."""
    try:
        printed = read_printed(request)
    except UnreadableListsError as error:
        return f"the lists that the agent prints cannot be read: {error}"
    wanted = [normalise(filter_) for filter_ in expected.filters]
    if printed == wanted:
        return ""
    if len(printed) != len(wanted):
        return f"the agent runs with {len(printed)} filters, not with the {len(wanted)} that were written"
    number = next(number for number, pair in enumerate(zip(printed, wanted, strict=True)) if pair[0] != pair[1])
    return f"entry {number} of the list that the agent runs with is not the one that was written"


class _LogReader:
    """Reads protobuf's text format into what protobuf's JSON has for it."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_split(text))
        self._next = 0

    def read_fields(self, end: str = "") -> dict[str, Any]:
        fields: dict[str, Any] = {}
        while (token := self._take()) != end:
            if token in {",", ";"}:
                continue
            self._read_value(fields, token)
        return fields

    def _read_value(self, fields: dict[str, Any], name: str) -> None:
        token = self._take()
        if token == ":":  # noqa: S105 - a sign
            token = self._take()
        values = self._read_list() if token == "[" else [self._read_fields_or_scalar(token)]  # noqa: S105 - a bracket
        for value in values:
            if name in _WRAPPED_BOOLS:
                fields[name] = bool(value.get("value")) if isinstance(value, dict) else value
            elif name in _SINGLE:
                fields[name] = value
            else:
                fields.setdefault(name, []).append(value)

    def _read_list(self) -> list[Any]:
        values = []
        while (token := self._take()) != "]":
            if token != ",":  # noqa: S105 - a sign
                values.append(self._read_fields_or_scalar(token))
        return values

    def _read_fields_or_scalar(self, token: str) -> Any:
        if token in {"{", "<"}:
            return self.read_fields("}" if token == "{" else ">")  # noqa: S105 - a bracket
        if token.startswith('"'):
            text = _unescape(token)
            # Texts that follow one another are one text.
            while self._peek().startswith('"'):
                text += _unescape(self._take())
            return text
        if token in _BOOLS:
            return _BOOLS[token]
        return int(token) if token.lstrip("-").isdigit() else token

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._next += 1
        if not token and self._next > len(self._tokens) + 1:
            raise UnreadableListsError("it ends in the middle")
        return token


def _split(text: str) -> Iterator[str]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnreadableListsError(f"{text[at : at + 20]!r} is not understood")
        yield match.group(match.lastindex or 0)
        at = match.end()


def _unescape(token: str) -> str:
    raw = token[1:-1].encode("utf-8", "surrogatepass")
    return _ESCAPE.sub(_replace_escape, raw).decode("utf-8", "surrogateescape")


def _replace_escape(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    if escape[:1] in b"uU" and len(escape) > 1:
        return chr(int(escape[1:], 16)).encode("utf-8", "surrogatepass")
    if escape[:1] == b"x":
        return bytes([int(escape[1:], 16)])
    if escape[:1].isdigit():
        return bytes([int(escape, 8) & 0xFF])
    return _SIMPLE.get(escape, escape)
