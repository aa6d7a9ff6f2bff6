"""`<var name="X">…</var>` in a rule file: in what follows one, every `$X` must be known (os_xml_variables.c).

The name of a use ends at `.`, `|`, `,`, a blank, another `$` or the end of the text, and at nothing else (not at `/`).
A `$` with no name after it is plain, and so is `$(`; before the first `<var>` every `$` is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tetratui.core.wazuh.engine.formats.osxml import Element, OsXmlError, shown

NAME_LIMIT = 256
"""Bytes of a variable's name, its end included."""
_NAME = re.compile(rb"[^$.|, ]*")
_SHORTEST = 3
"""Texts of one or two bytes are not looked into."""
_NAME_SHOWN = 95


def apply_variables(roots: list[Element]) -> list[Element]:
    """Put values for variables, in the order of the file; returns the elements that are no `<var>`.

    Raises:
        OsXmlError: an unknown variable, or a `<var>` without a name.
    """
    known: dict[bytes, bytes] = {}
    elements = list(_all(roots))
    for at, (element, depth) in enumerate(elements):
        if element.tag == "var":
            known.setdefault(_name(elements[at:], depth).lower(), element.text)
        elif known:
            element.text = _replaced(element.text, known, element.line)
            element.attributes = [(key, _replaced(value, known, element.line)) for key, value in element.attributes]
    for element, _ in elements:
        element.children = _others(element.children)
    return _others(roots)


def _all(roots: list[Element]) -> Iterator[tuple[Element, int]]:
    """Walk in the order of the file, with depths, and a stack: elements may nest deeper than Python's calls."""
    waiting = [(root, 0) for root in reversed(roots)]
    while waiting:
        element, depth = waiting.pop()
        yield element, depth
        waiting += [(child, depth + 1) for child in reversed(element.children)]


def _others(elements: list[Element]) -> list[Element]:
    return [element for element in elements if element.tag != "var"]


def _name(elements: list[tuple[Element, int]], depth: int) -> bytes:
    """The first attribute from a `<var>` on names it: of one without any, that of an element after it, not above it."""
    for element, below in elements:
        if below < depth:
            break
        if element.attributes:
            return _name_in(element)
    raise OsXmlError("XMLERR: No value set for variable.", elements[0][0].line)


def _name_in(element: Element) -> bytes:
    key, value = element.attributes[0]
    if key.lower() != b"name":
        raise OsXmlError('XMLERR: Only "name" is allowed as an attribute for a variable.', element.line)
    if len(value) >= NAME_LIMIT:
        raise OsXmlError("XMLERR: Invalid variable name size.", element.line)
    return value


def _replaced(text: bytes, known: dict[bytes, bytes], line: int) -> bytes:
    if len(text) < _SHORTEST:
        return text
    result, written, at = text, 0, 0
    while (dollar := text.find(b"$", at)) >= 0:
        written += dollar - at
        use = _NAME.match(text, dollar + 1)
        assert use is not None
        name, at = use[0], use.end()
        value = known.get(name.lower())
        if len(name) >= NAME_LIMIT - 1:
            raise OsXmlError(f"XMLERR: Invalid variable name size: '{NAME_LIMIT - 1}'.", line)
        if value is not None:
            result = result[:written] + value + text[at:]
            written += len(value)
        elif not name:
            written += 1
        elif not name.startswith(b"("):
            raise OsXmlError(f"XMLERR: Unknown variable: '{shown(name[:_NAME_SHOWN])}'.", line)
        # After `$(` the original forgets to count: a variable later in the same text lands too far left.
    return result
