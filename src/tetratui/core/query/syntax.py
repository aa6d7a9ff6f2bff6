"""What a query says, as a tree; `str()` of a node is a query that means the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BARE = "cmd"
"""The field that a bare word searches."""


@dataclass(frozen=True, slots=True)
class Value:
    """One alternative of a term."""

    text: str
    quoted: bool = False
    column: int = 1

    @property
    def present(self) -> bool:
        """Whether it is the bare `*` that asks only for presence."""
        return self.text == "*" and not self.quoted

    @property
    def shown(self) -> str:
        """The text as a message names it: not longer than a line can hold."""
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
    """What the inner node does not select."""

    node: Node

    def __str__(self) -> str:
        return f"-{self.node}" if isinstance(self.node, Term) else f"-({self.node})"


@dataclass(frozen=True, slots=True)
class All:
    """What every node selects."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(str(node) if isinstance(node, Term | Not) else f"({node})" for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Any:
    """What at least one node selects."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " or ".join(f"({node})" if isinstance(node, Any) else str(node) for node in self.nodes)


Node = Term | Not | All | Any


def terms(node: Node) -> Iterator[Term]:
    """Yield every term of a tree, left to right."""
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Not):
        yield from terms(node.node)
    else:
        for inner in node.nodes:
            yield from terms(inner)


def quote(text: str) -> str:
    """Write any text as one quoted value: only backslashes that stand before a quote or at the end are doubled."""
    escaped = re.sub(r'(\\*)"', lambda found: found[1] * 2 + '\\"', text)
    tail = len(escaped) - len(escaped.rstrip("\\"))
    return f'"{escaped}{chr(92) * tail}"'


def plain(text: str) -> bool:
    """Tell whether a value may stand without quotes after its operator and mean the same."""
    return bool(text) and text != "*" and text[0] != "=" and not re.search(r'[\s,()"]', text)
