"""A rule's description as an alert shows it: `$(field)` replaced, or the template itself where that grows too long."""

from __future__ import annotations

from tetratui.core.wazuh.engine.formats.decoder import STATIC_NAMES, flatten

LIMIT = 1024
"""Bytes; a result of this length or more is given up, and the template is shown unexpanded."""
_NAMED_APART = {b"system_name": b"systemname"}


def describe(template: bytes, line: bytes) -> bytes:
    """Expand a description with the fields of a line; a field that is not there becomes nothing (ParseRuleComment)."""
    fields: dict[bytes, bytes] = {}
    static: dict[bytes, bytes] = {}
    for name, value in flatten(line):
        if name in STATIC_NAMES:
            static[STATIC_NAMES[name]] = value
        else:
            fields.setdefault(name.lower(), value)
    pieces: list[bytes] = []
    rest = template[:LIMIT]
    while (start := rest.find(b"$(")) >= 0 and (end := rest.find(b")", start)) >= 0:
        name = rest[start + 2 : end]
        pieces += [rest[:start], static.get(_NAMED_APART.get(name, name), fields.get(name.lower(), b""))]
        rest = rest[end + 1 :]
    expanded = b"".join(pieces) + rest
    return expanded if len(expanded) < LIMIT else template
