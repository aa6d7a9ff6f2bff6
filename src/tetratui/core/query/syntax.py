"""The tree of a query; `str()` of a node is a query that means the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BARE = "cmd"
"""The field that a bare word searches."""


@dataclass(frozen=True, slots=True)
class Value:
    """One alternative of a term, with the column where it begins."""

    text: str
    quoted: bool = False
    column: int = 1

    @property
    def present(self) -> bool:
        """Whether it is the bare `*`, which is true of every value."""
        return self.text == "*" and not self.quoted

    @property
    def shown(self) -> str:
        """The text as a message names it, cut to 40 characters."""
        return self.text if len(self.text) <= 40 else f"{self.text[:39]}…"

    def __str__(self) -> str:
        return quote(self.text) if self.quoted else self.text


@dataclass(frozen=True, slots=True)
class Term:
    """One field compared with its alternatives."""

    field: str
    operator: str
    values: tuple[Value, ...]
    bare: bool = False
    """Typed without field and operator."""
    column: int = 1

    def __str__(self) -> str:
        values = ",".join(str(value) for value in self.values)
        return values if self.bare else f"{self.field}{self.operator}{values}"


@dataclass(frozen=True, slots=True)
class Not:
    """Selects what the inner node does not select."""

    node: Node

    def __str__(self) -> str:
        return f"-{self.node}" if isinstance(self.node, Term) else f"-({self.node})"


@dataclass(frozen=True, slots=True)
class All:
    """Selects what every node selects."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(str(node) if isinstance(node, Term | Not) else f"({node})" for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Any:
    """Selects what at least one node selects."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " or ".join(f"({node})" if isinstance(node, Any) else str(node) for node in self.nodes)


Node = Term | Not | All | Any


def walk_terms(node: Node) -> Iterator[Term]:
    """Yield every term of a tree, left to right."""
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Not):
        yield from walk_terms(node.node)
    else:
        for inner in node.nodes:
            yield from walk_terms(inner)


def quote(text: str) -> str:
    """Return any text as one quoted value."""
    # Only backslashes before a quote or at the end are doubled: the parser takes all others as they are.
    escaped = re.sub(r'(\\*)"', lambda match: match[1] * 2 + '\\"', text)
    tail = len(escaped) - len(escaped.rstrip("\\"))
    return f'"{escaped}{chr(92) * tail}"'


def is_plain(text: str) -> bool:
    """Return whether a value means the same without quotes."""
    return bool(text) and text != "*" and text[0] not in "=~<>'‘’“”`" and not re.search(r'[\s,()"]|&&|[|;]', text)
