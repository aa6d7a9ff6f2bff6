"""Read one YAML document into a tree whose every value knows its line and column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml

from tetratui.core.tetragon.policy.policy_error import PolicyError, Stage

MAX_BYTES: Final = 4 << 20
"""Bytes of a policy file that are read; a policy has a few thousand."""
MAX_DEPTH: Final = 100
"""Nesting beyond which a file is refused; a policy needs twelve levels."""
MAX_NODES: Final = 200_000
"""Values beyond which a file is refused: aliases may repeat a part without end."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML document."""

    line: int
    """Counts from 1."""
    column: int
    """Counts from 1."""
    end: int = field(kw_only=True, default=0)
    """The character behind its last one, comments behind it left out; counts from 0."""

    def error(self, message: str, stage: Stage = Stage.SYNTAX) -> PolicyError:
        """Return an error at this value."""
        return PolicyError(self.line, self.column, message, stage)


@dataclass(frozen=True, slots=True)
class ScalarNode(Node):
    """A text, a number, a boolean or null."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    """A sequence."""

    items: tuple[Node, ...]
    flow: bool = False
    """Whether it is written in brackets."""


@dataclass(frozen=True, slots=True)
class MapNode(Node):
    """A mapping; its keys are texts."""

    fields: dict[str, Node]
    keys: dict[str, Node] = field(default_factory=dict)
    """Where each key stands."""
    flow: bool = False
    """Whether it is written in braces."""


_KINDS = {str: "text", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def describe_type(node: Node) -> str:
    """Return the word for the type of a value: text, integer, boolean, number, null, list, mapping."""
    if isinstance(node, ScalarNode):
        return _KINDS[type(node.value)]
    return "list" if isinstance(node, ListNode) else "mapping"


def parse_document(text: str) -> Node:
    """Return the only document of a YAML text.

    Raises:
        PolicyError: the text is not YAML, holds no document or several, repeats a key, or is nested or repeated
            beyond reason.
    """
    if len(text) > MAX_BYTES:
        raise PolicyError(1, 1, f"the file is longer than {MAX_BYTES >> 20} MiB: this is no policy")
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        column = error.position - (before.rfind("\n") + 1) + 1
        message = f"not YAML: the character U+{error.character:04X} is not allowed"
        raise PolicyError(before.count("\n") + 1, column, message) from None
    try:
        root = loader.get_single_node()
        if root is None:
            raise PolicyError(1, 1, "the file is empty: a policy has apiVersion, kind, metadata and spec")
        return _Builder(loader).build(root, 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if error.context == "expected a single document in the stream":
            raise PolicyError(line, column, "a second document begins here: Tetragon reads one policy a file") from None
        raise PolicyError(line, column, f"not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise PolicyError(1, 1, f"not YAML: {error}") from None
    except RecursionError:
        raise PolicyError(1, 1, "not a policy: nested too deep") from None
    finally:
        loader.dispose()


class _Builder:
    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader, self._count = loader, 0

    def build(self, node: yaml.Node, depth: int) -> Node:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_NODES:
            raise PolicyError(line, column, "not a policy: nested or repeated beyond reason")
        if isinstance(node, yaml.SequenceNode):
            items = tuple(self.build(item, depth + 1) for item in node.value)
            return ListNode(line, column, items, bool(node.flow_style), end=_find_end(node, items))
        if isinstance(node, yaml.MappingNode):
            self._loader.flatten_mapping(node)
            return self._build_map(node, line, column, depth)
        value = self._loader.construct_object(node)
        # A date is a text to Tetragon.
        value = value if type(value) in _KINDS else str(node.value)
        return ScalarNode(line, column, value, end=node.end_mark.index)

    def _build_map(self, node: yaml.MappingNode, line: int, column: int, depth: int) -> MapNode:
        fields, keys = dict[str, Node](), dict[str, Node]()
        for key_node, value_node in node.value:
            key = ScalarNode(key_node.start_mark.line + 1, key_node.start_mark.column + 1, str(key_node.value))
            name = str(key.value)
            if not isinstance(key_node, yaml.ScalarNode):
                raise key.error("a key must be a text")
            if name in fields:
                raise key.error(f"the key {name!r} stands twice")
            keys[name] = key
            fields[name] = self.build(value_node, depth + 1)
        return MapNode(line, column, fields, keys, bool(node.flow_style), end=_find_end(node, fields.values()))


def _find_end(node: yaml.CollectionNode, items: Iterable[Node]) -> int:
    # A block ends for the parser where the next one begins, behind comments that belong to what follows.
    return node.end_mark.index if node.flow_style else max((item.end for item in items), default=node.end_mark.index)


def walk(node: Node) -> Iterator[Node]:
    """Yield a value and all values in it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, ListNode):
            pending.extend(reversed(current.items))
        elif isinstance(current, MapNode):
            pending.extend(reversed(list(current.fields.values())))
