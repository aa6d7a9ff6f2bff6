"""Write patterns on the raw line for what no `<field>` can express: that a process has no arguments.

For Tetragon a missing text is an empty one. For Wazuh a missing field never matches, negated or not. So these patterns
look at the raw line: they walk the JSON token by token and match only when the key is not in the block. A text is one
token, so nothing inside a text is mistaken for a key. The patterns are positive: where pcre2 gives up, or the line has
another form, nothing is suppressed.
"""

from __future__ import annotations

_TEXT_BODY = r'(?:[^"\\]++|\\.)*+"'
TEXT = '"' + _TEXT_BODY
"""Matches one JSON text."""
_DEPTH = 4
"""Levels of objects that are walked inside a process block (pod, container, image; binary_properties, file, inode)."""


def _write_object(depth: int) -> str:
    inner = f"|{_write_object(depth - 1)}" if depth else ""
    return rf'\{{(?:{TEXT}|[^"{{}}]++{inner})*+\}}'


OBJECT = _write_object(_DEPTH)
"""Matches one JSON object."""


def _write_block(absent: tuple[str, ...]) -> str:
    """Write the pattern of one object in which none of these keys has a text that is not empty."""
    if not absent:
        return OBJECT
    # A nested object is walked as one token, so that keys of the same name inside it do not count.
    return rf'\{{(?:"(?!(?:{"|".join(absent)})":(?!"")){_TEXT_BODY}|[^"{{}}]++|{_write_object(_DEPTH - 1)})*+\}}'


def write_absent_keys_pattern(
    kind_key: str, process: tuple[str, ...], parent: tuple[str, ...], *, parent_block: bool
) -> str:
    """Write the pattern of lines of a kind in which keys are missing or empty.

    Args:
        kind_key: the key of the event's kind, as `process_exec`.
        process: keys that the process block lacks.
        parent: keys that the parent block lacks.
        parent_block: require a parent block even if `parent` is empty, as Tetragon's parent filters do.
    """
    pattern = rf'\A\{{"{kind_key}":\{{"process":{_write_block(process)}'
    if parent or parent_block:
        pattern += rf'(?:(?!"parent":)(?:{TEXT}|[^"{{}}]++))*+"parent":{_write_block(parent)}'
    return pattern
