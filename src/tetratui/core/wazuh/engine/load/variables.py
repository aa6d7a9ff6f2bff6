"""Replace the variables `<var name="X">…</var>` in a rule file, as the manager does (os_xml_variables.c).

After the first `<var>` every `$X` must be a known variable. Its name ends only at `.`, `|`, `,`, a space, another `$`
or the end of the text, not at `/`. A `$` without a name is literal, and so are `$(` and every `$` before the first
`<var>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tetratui.core.wazuh.engine.formats.osxml import Element, OsXmlError, decode_text

NAME_LIMIT = 256
"""Bytes of a variable's name, with the zero byte at its end."""
_NAME = re.compile(rb"[^$.|, ]*")
_MIN_LENGTH = 3
"""Bytes of the shortest text in which variables are replaced."""
_NAME_IN_MESSAGE = 95


def apply_variables(roots: list[Element]) -> list[Element]:
    """Replace variables by their values, in the order of the file, and return the elements without `<var>`.

    Raises:
        OsXmlError: a variable is unknown, or a `<var>` has no name.
    """
    known: dict[bytes, bytes] = {}
    elements = list(_walk(roots))
    for index, (element, depth) in enumerate(elements):
        if element.tag == "var":
            known.setdefault(_variable_name(elements[index:], depth).lower(), element.text)
        elif known:
            element.text = _replace_variables(element.text, known, element.line)
            element.attributes = [
                (key, _replace_variables(value, known, element.line)) for key, value in element.attributes
            ]
    for element, _ in elements:
        element.children = _without_vars(element.children)
    return _without_vars(roots)


def _walk(roots: list[Element]) -> Iterator[tuple[Element, int]]:
    """Yield all elements with their depths, in the order of the file.

    A stack serves instead of recursion: elements may nest deeper than Python's recursion limit.
    """
    waiting = [(root, 0) for root in reversed(roots)]
    while waiting:
        element, depth = waiting.pop()
        yield element, depth
        waiting += [(child, depth + 1) for child in reversed(element.children)]


def _without_vars(elements: list[Element]) -> list[Element]:
    return [element for element in elements if element.tag != "var"]


def _variable_name(elements: list[tuple[Element, int]], depth: int) -> bytes:
    """Return the name of the `<var>` that comes first.

    The manager takes the first attribute from there on: a `<var>` without attributes gets the name of a later element,
    unless that stands above it.
    """
    for element, below in elements:
        if below < depth:
            break
        if element.attributes:
            return _name_attribute(element)
    raise OsXmlError("XMLERR: No value set for variable.", elements[0][0].line)


def _name_attribute(element: Element) -> bytes:
    key, value = element.attributes[0]
    if key.lower() != b"name":
        raise OsXmlError('XMLERR: Only "name" is allowed as an attribute for a variable.', element.line)
    if len(value) >= NAME_LIMIT:
        raise OsXmlError("XMLERR: Invalid variable name size.", element.line)
    return value


def _replace_variables(text: bytes, known: dict[bytes, bytes], line: int) -> bytes:
    if len(text) < _MIN_LENGTH:
        return text
    # `written` is the length of the result so far, as the manager counts it.
    result, written, offset = text, 0, 0
    while (dollar := text.find(b"$", offset)) >= 0:
        written += dollar - offset
        use = _NAME.match(text, dollar + 1)
        assert use is not None
        name, offset = use[0], use.end()
        value = known.get(name.lower())
        if len(name) >= NAME_LIMIT - 1:
            raise OsXmlError(f"XMLERR: Invalid variable name size: '{NAME_LIMIT - 1}'.", line)
        if value is not None:
            result = result[:written] + value + text[offset:]
            written += len(value)
        elif not name:
            written += 1
        elif not name.startswith(b"("):
            raise OsXmlError(f"XMLERR: Unknown variable: '{decode_text(name[:_NAME_IN_MESSAGE])}'.", line)
        # The manager does not count a `$(name`: a variable later in the same text then replaces bytes too far left.
    return result
