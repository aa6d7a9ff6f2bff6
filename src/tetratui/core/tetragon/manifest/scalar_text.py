"""Write a list as a YAML or JSON scalar: a literal block where that is possible, else a text in double quotes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_BLOCK = re.compile(r"([|>])(?:([1-9])([+-]?)|([+-]?)([1-9])?)")
"""The header of a block: style, then indentation and chomping in either order."""
_UNPRINTABLE = re.compile("[\x7f-\x9f\ufeff\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class BlockStyle:
    """How a block scalar is indented, and what happens to the line breaks at its end."""

    indent: int
    """Blanks before each line."""
    parent: int
    """Column of the map that the block is a value of."""
    chomping: str = ""
    """`-` strips all line breaks at the end, "" keeps one, `+` keeps all."""
    is_explicit: bool = False
    """Whether the header says how far the lines are indented."""

    def header(self, text: str) -> str:
        """Return the header of the block for a text."""
        is_explicit = self.is_explicit or _begins_with_blank(text)
        return f"|{self.indent - self.parent if is_explicit else ''}{self.chomping}"

    def lines(self, text: str, newline: str) -> str:
        """Return the lines of the block, each with its line break."""
        body = text.removesuffix("\n") if self.chomping == "+" else text.rstrip("\n")
        return "".join((" " * self.indent + line if line else "") + newline for line in body.split("\n"))

    def adapt(self, text: str) -> str:
        """Return the text as it will be read from the block: with the line breaks at its end that the block keeps."""
        if self.chomping == "+":
            return text if text.endswith("\n") else text + "\n"
        return text.rstrip("\n") + ("" if self.chomping == "-" else "\n")


def read_block_style(raw: str, parent: int) -> BlockStyle:
    """Return the style of a block that stands in a file, from its header and its lines."""
    match = _BLOCK.match(raw)
    assert match is not None, "the token of a block scalar begins with its header"
    digit, chomping = match[2] or match[5], match[3] or match[4] or ""
    if digit:
        return BlockStyle(max(parent, 0) + int(digit), parent, chomping, is_explicit=True)
    lines = [line for line in raw.split("\n")[1:] if line.strip()]
    indent = len(lines[0]) - len(lines[0].lstrip(" ")) if lines else max(parent, 0) + 2
    return BlockStyle(indent, parent, chomping)


def choose_block_style(text: str, parent: int) -> BlockStyle:
    """Return a style that keeps the end of a text as it is."""
    chomping = "+" if text.endswith("\n\n") else "" if text.endswith("\n") else "-"
    return BlockStyle(parent + 2, parent, chomping)


def fits_block(text: str) -> bool:
    """Return whether a block can hold a text: it has a line with something on it, and no character to escape."""
    return bool(text.strip()) and not _UNPRINTABLE.search(text) and not re.search(r"[\x00-\x08\x0b-\x1f]", text)


def quote(text: str) -> str:
    """Return a text in double quotes, on one line, as YAML and JSON both read it."""
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def comment(text: str) -> str:
    """Return a text as the words of a YAML comment: on one line, without characters that act in a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _begins_with_blank(text: str) -> bool:
    """Return whether the first lines of a block would be taken for more indentation."""
    for line in text.split("\n"):
        if line.startswith(" "):
            return True
        if line.strip():
            return False
    return False
