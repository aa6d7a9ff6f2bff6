"""Patterns on the raw line for what no `<field>` can say: that a process has no arguments.

In Tetragon a missing text is an empty one; in Wazuh a missing field never matches, negated or not. The raw line can be
asked: these patterns walk the JSON token by token (a text is one token, so nothing inside one is mistaken for a key)
and match only when the key is not in the block. They are positive: where one gives up, or the line has another form,
nothing is suppressed.
"""

from __future__ import annotations

_TEXT_BODY = r'(?:[^"\\]++|\\.)*+"'
TEXT = '"' + _TEXT_BODY
"""One JSON text."""
_DEPTH = 4
"""Levels of objects inside a process block (pod, container, image; binary_properties, file, inode) that are walked."""


def _object(depth: int) -> str:
    inner = f"|{_object(depth - 1)}" if depth else ""
    return rf'\{{(?:{TEXT}|[^"{{}}]++{inner})*+\}}'


OBJECT = _object(_DEPTH)
"""One JSON object."""


def _block(absent: tuple[str, ...]) -> str:
    """One object in which none of these keys stands with a text in it."""
    if not absent:
        return OBJECT
    # A nested object is walked as one token, so that keys of the same name inside it do not count.
    return rf'\{{(?:"(?!(?:{"|".join(absent)})":(?!"")){_TEXT_BODY}|[^"{{}}]++|{_object(_DEPTH - 1)})*+\}}'


def absent_keys(kind_key: str, process: tuple[str, ...], parent: tuple[str, ...], *, parent_block: bool) -> str:
    """Match a line of this kind whose process block lacks (or has empty) these keys, and its parent block those.

    `parent_block`: a parent block must be there, as Tetragon's parent filters want it.
    """
    pattern = rf'\A\{{"{kind_key}":\{{"process":{_block(process)}'
    if parent or parent_block:
        pattern += rf'(?:(?!"parent":)(?:{TEXT}|[^"{{}}]++))*+"parent":{_block(parent)}'
    return pattern
