"""Follow custom decoders of one form, which give Tetragon's events more fields in front of the stock decoder `json`.

The form: in files that are read before the stock's, a decoder `json` with a prematch of its own; below it decoders of
one name, without a prematch: first one with the plugin JSON_Decoder, then each with one expression and its order. The
manager runs all of them, as they have one name; an expression that does not match adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pcre2

from tetratui.core.wazuh.engine.formats.osxml import Element, OsXmlError, decode_text, read
from tetratui.core.wazuh.engine.patterns import PatternSyntaxError, WazuhPattern, compile_pattern, unknown_part
from tetratui.core.wazuh.engine.patterns.pcre import compile_bytes

STOCK_FILE = "0006-json_decoders.xml"
"""The stock file of the decoder `json`: a custom decoder of that name counts only in a file before it."""
STATIC_ORDER = {
    b"srcip": b"srcip",
    b"dstip": b"dstip",
    b"srcport": b"srcport",
    b"dstport": b"dstport",
    b"protocol": b"protocol",
    b"action": b"action",
    b"srcuser": b"srcuser",
    b"dstuser": b"dstuser",
    b"user": b"dstuser",
    b"id": b"id",
    b"status": b"status",
    b"url": b"url",
    b"data": b"data",
    b"extra_data": b"extra_data",
    b"system_name": b"systemname",
}
"""The word in an order → the static field that it fills; any other word is a dynamic field."""
_JSON = "json"
_PLUGIN = b"JSON_Decoder"


class NotFollowedError(ValueError):
    """A decoder has a form that is not emulated; the text says which."""


@dataclass(frozen=True, slots=True)
class FieldExtractor:
    """One expression and the fields that its groups fill."""

    pattern: bytes
    expression: pcre2.Pattern[bytes]
    order: tuple[bytes, ...]

    def extract(self, line: bytes) -> list[tuple[bytes, bytes]]:
        """Return the names and values that a line gives, none where the expression does not match."""
        match = self._search(line)
        if match is None:
            return []
        values = zip(self.order, match.groups(), strict=False)
        return [(name, value) for name, value in values if value is not None]

    def _search(self, line: bytes) -> pcre2.Match[bytes] | None:
        try:
            return self.expression.search(line)
        except pcre2.LibraryError:
            # The stack of compiled expressions is small; the manager uses the interpreter, which needs none.
            try:
                return compile_bytes(self.pattern, jit=False).search(line)
            except pcre2.LibraryError:
                # The manager counts a search that reaches its limit as no match.
                return None


@dataclass(frozen=True, slots=True)
class CustomDecoder:
    """A decoder `json` in front of the stock's."""

    prematch: WazuhPattern
    extractors: tuple[FieldExtractor, ...]

    def extract(self, line: bytes) -> list[tuple[bytes, bytes]] | None:
        """Return the fields that a line gets besides those of its JSON; None if the decoder does not take it."""
        if not self.prematch.matches(line):
            return None
        return [field for extractor in self.extractors for field in extractor.extract(line)]

    @property
    def names(self) -> frozenset[bytes]:
        """The names of the fields that it may fill."""
        return frozenset(name for extractor in self.extractors for name in extractor.order)


def read_custom_decoders(files: Mapping[str, bytes] | Sequence[tuple[str, bytes]]) -> list[CustomDecoder]:
    """Return the decoders of decoder files by name, in the order in which a manager tries them.

    Raises:
        NotFollowedError: one has another form.
    """
    items = files.items() if isinstance(files, Mapping) else files
    elements: list[Element] = []
    for name, text in sorted(items):
        if name >= STOCK_FILE:
            raise NotFollowedError(f"it is read after {STOCK_FILE}")
        try:
            elements += [element for element in read(text) if element.tag == "decoder"]
        except OsXmlError as error:
            raise NotFollowedError(error.message) from error
    return _group(elements)


def _group(elements: Sequence[Element]) -> list[CustomDecoder]:

    tops = [element for element in elements if _child(element, "parent") is None]
    children = [element for element in elements if _child(element, "parent") is not None]
    if len(tops) != 1 or elements[0] is not tops[0]:
        raise NotFollowedError("only one decoder without a parent is followed, the first")
    top = tops[0]
    if _name(top) != _JSON or any(_text(child, "parent") != _JSON for child in children):
        raise NotFollowedError(f"only decoders below one named {_JSON} are followed")
    if len({_name(child) for child in children}) != 1 or len(children) < 1:
        raise NotFollowedError("the decoders below it must have one name")
    _check_children(top, {"prematch"})
    if _child(children[0], "plugin_decoder") is None or _text(children[0], "plugin_decoder").encode() != _PLUGIN:
        raise NotFollowedError("the first decoder below it must have the plugin JSON_Decoder")
    _check_children(children[0], {"parent", "plugin_decoder"})
    extractors = tuple(_read_extractor(child) for child in children[1:])
    return [CustomDecoder(_read_prematch(top), extractors)]


def _check_children(element: Element, known: set[str]) -> None:
    other = sorted({child.tag for child in element.children} - known)
    if other:
        raise NotFollowedError(f"<{other[0]}> is not followed there")
    if len(element.children) != len(known):
        raise NotFollowedError("one element of each sort is followed, no more and no less")


def _read_prematch(element: Element) -> WazuhPattern:
    prematch = _child(element, "prematch")
    if prematch is None:
        raise NotFollowedError("a decoder without a prematch is not followed")
    return _compile(prematch, _kind(prematch, "osregex"))


def _read_extractor(element: Element) -> FieldExtractor:
    _check_children(element, {"parent", "regex", "order"})
    regex = _child(element, "regex")
    assert regex is not None
    if _kind(regex, "osregex") != "pcre2" or len(regex.attributes) > 1:
        raise NotFollowedError("an expression must be of type pcre2, without an offset")
    # Compiled twice: the first reading refuses what the manager's version of the library reads otherwise.
    _compile(regex, "pcre2")
    names = [word.strip().encode().lower() for word in _text(element, "order").split(",")]
    return FieldExtractor(regex.text, compile_bytes(regex.text, jit=True), tuple(names))


def _compile(element: Element, kind: str) -> WazuhPattern:
    try:
        pattern = compile_pattern(kind, element.text)
    except PatternSyntaxError as error:
        raise NotFollowedError(f"an expression is refused: {error}") from error
    if unknown_part(pattern):
        raise NotFollowedError(f"{unknown_part(pattern)} is not emulated")
    return pattern


def _kind(element: Element, default: str) -> str:
    for key, value in element.attributes:
        if key.lower() != b"type":
            raise NotFollowedError(f"the attribute {decode_text(key)} is not followed")
        return decode_text(value).lower()
    return default


def _child(element: Element, tag: str) -> Element | None:
    return next((child for child in element.children if child.tag == tag), None)


def _text(element: Element, tag: str) -> str:
    child = _child(element, tag)
    return "" if child is None else decode_text(child.text).strip()


def _name(element: Element) -> str:
    return decode_text(element.attribute(b"name") or b"")
