"""Add to a policy file in place: every byte that stands there stays, comments and order included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tetratui.core.tetragon.policy.yaml_tree import ListNode, MapNode, Node

Content = str | int | Mapping[str, "Content"] | Sequence["Content"]


@dataclass(frozen=True, slots=True)
class Insertion:
    """A text to put into a file."""

    offset: int
    """The character before which it goes."""
    text: str


def apply_insertions(text: str, insertions: Sequence[Insertion]) -> str:
    """Return a text with all insertions made."""
    for insertion in sorted(insertions, key=lambda insertion: insertion.offset, reverse=True):
        text = text[: insertion.offset] + insertion.text + text[insertion.offset :]
    return text


def append_item(text: str, items: ListNode, content: Content) -> Insertion:
    """Return the insertion that adds an item behind the last of a list."""
    if items.flow:
        return Insertion(items.end - 1, f"{', ' if items.items else ''}{write_flow(content)}")
    return _insert_line(text, items.items[-1], _write_item(content, items.column - 1))


def insert_item(text: str, items: ListNode, index: int, content: Content) -> Insertion:
    """Return the insertion that adds an item before one of a list."""
    following = items.items[index]
    offset = _offset(text, following)
    if items.flow:
        return Insertion(offset, f"{write_flow(content)}, ")
    start = text.rfind("\n", 0, offset) + 1
    return Insertion(start, _write_item(content, items.column - 1) + _newline(text))


def add_field(text: str, node: MapNode, name: str, content: Content) -> Insertion:
    """Return the insertion that adds a field behind the last of a mapping."""
    if node.flow:
        return Insertion(node.end - 1, f"{', ' if node.fields else ''}{name}: {write_flow(content)}")
    indent = node.column - 1
    return _insert_line(text, node, "\n".join(_write_field(name, content, indent)))


def write_flow(content: Content) -> str:
    """Return a value on one line, texts in double quotes."""
    if isinstance(content, Mapping):
        return "{" + ", ".join(f"{key}: {write_flow(value)}" for key, value in content.items()) + "}"
    if isinstance(content, str):
        return quote_yaml(content)
    if isinstance(content, int):
        return str(content).lower()
    return "[" + ", ".join(map(write_flow, content)) + "]"


def write_block(content: Content, indent: int) -> list[str]:
    """Return the lines of a list or a mapping, each indented."""
    if isinstance(content, Mapping):
        return [line for key, value in content.items() for line in _write_field(key, value, indent)]
    if isinstance(content, str | int):
        return [" " * indent + write_flow(content)]
    return [line for item in content for line in _write_item(item, indent).split("\n")]


def quote_yaml(text: str) -> str:
    """Return a text in double quotes; what is not printable, line breaks of Unicode included, as an escape."""
    return '"' + "".join(_escape(character) for character in text) + '"'


def _escape(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _write_field(name: str, content: Content, indent: int) -> list[str]:
    if isinstance(content, str | int):
        return [f"{' ' * indent}{name}: {write_flow(content)}"]
    if not content:
        return [f"{' ' * indent}{name}: {write_flow(content)}"]
    inner = indent + 2 if isinstance(content, Mapping) else indent
    return [f"{' ' * indent}{name}:", *write_block(content, inner)]


def _write_item(content: Content, indent: int) -> str:
    if isinstance(content, str | int) or not content:
        return f"{' ' * indent}- {write_flow(content)}"
    lines = write_block(content, indent + 2)
    return "\n".join([f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]])


def _insert_line(text: str, behind: Node, line: str) -> Insertion:
    """Return the insertion of lines behind the line on which a value ends."""
    newline, end = _newline(text), text.find("\n", behind.end)
    line = line.replace("\n", newline)
    if end < 0:
        return Insertion(len(text), newline + line)
    return Insertion(end + 1, line + newline)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _offset(text: str, node: Node) -> int:
    """Return the character at which a value begins."""
    start = 0
    for _ in range(node.line - 1):
        start = text.find("\n", start) + 1
    return start + node.column - 1
