"""Read the documents of a YAML file as nodes with offsets. PyYAML's scanner and parser do the reading."""

from __future__ import annotations

from typing import cast

import yaml

from tetratui.core.errors import RefusedError
from tetratui.core.tetragon.manifest.nodes import (
    ManifestMap,
    ManifestNode,
    ManifestScalar,
    ManifestSequence,
    MapPair,
    Style,
)

_TEXT_TAG = "tag:yaml.org,2002:str"
_DEEPEST = 100
"""Levels of nesting beyond which a file is refused: each costs calls on the stack."""


def read_yaml(text: str, name: str) -> list[ManifestNode]:
    """Return the root of each document that is not empty.

    Raises:
        RefusedError: the text is not YAML, or a key stands twice in one map.
    """
    try:
        return _Composer(text, name).documents()
    except yaml.YAMLError as error:
        raise RefusedError(f"{name}{_where(text, error)}: broken YAML: {_why(error)}", "correct the file") from error


def _where(text: str, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f", line {mark.line + 1}, column {mark.column + 1}"
    position = getattr(error, "position", None)
    if isinstance(position, int):
        return f", line {text.count(chr(10), 0, position) + 1}"
    return ""


def _why(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    return str(problem)


class _Composer:
    """Makes nodes of PyYAML's events. Unlike PyYAML's own nodes they keep the offsets of aliases and of tokens."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        # The event of a scalar begins at its anchor or tag; its token does not.
        self._starts = {
            token.end_mark.index: token.start_mark.index
            for token in yaml.scan(text, yaml.SafeLoader)
            if isinstance(token, yaml.ScalarToken)
        }
        self._events = iter(list(yaml.parse(text, yaml.SafeLoader)))
        self._resolver = yaml.SafeLoader("")
        self._anchors: dict[str, ManifestNode] = {}

    def documents(self) -> list[ManifestNode]:
        roots = []
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors = {}
                root, _ = self._node(next(self._events), 0)
                if not (isinstance(root, ManifestScalar) and root.start == root.stop):
                    roots.append(root)
        return roots

    def _node(self, event: yaml.Event, depth: int) -> tuple[ManifestNode, tuple[int, int] | None]:
        """Return the node that begins with an event, and the offsets of an alias."""
        if depth > _DEEPEST:
            raise RefusedError(f"{self._name}: more than {_DEEPEST} levels of nesting", "name a Helm values file")
        if isinstance(event, yaml.AliasEvent):
            target = self._anchors.get(str(event.anchor))
            if target is None:
                where = _line_of(event)
                raise RefusedError(f"{self._name}, line {where}: no anchor &{event.anchor}", "define it before its use")
            return target, (_start(event), _stop(event))
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event), None
        if isinstance(event, yaml.MappingStartEvent):
            return self._map(event, depth), None
        return self._sequence(cast(yaml.SequenceStartEvent, event), depth), None

    def _scalar(self, event: yaml.ScalarEvent) -> ManifestScalar:
        stop = _stop(event)
        tag = event.tag or self._resolver.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        start = self._starts.get(stop, stop)
        style = cast(Style, event.style or "")
        node = ManifestScalar(start, stop, event.value, style, tag == _TEXT_TAG, event.anchor or "")
        self._remember(event.anchor, node)
        return node

    def _remember(self, anchor: str | None, node: ManifestNode) -> None:
        if anchor:
            self._anchors[anchor] = node

    def _map(self, start: yaml.MappingStartEvent, depth: int) -> ManifestMap:
        node = ManifestMap(_start(start), _stop(start), bool(start.flow_style))
        if node.is_flow:
            node.start = _stop(start) - 1
        self._remember(start.anchor, node)
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key, alias = self._node(event, depth + 1)
            value, value_alias = self._node(next(self._events), depth + 1)
            if not isinstance(key, ManifestScalar) or alias is not None:
                continue
            if key.value in lines and key.value != "<<":
                both = f"lines {lines[key.value]} and {_line_of(event)}"
                raise RefusedError(f"{self._name}, {both}: {key.value!r} stands there twice", "delete one of them")
            lines[key.value] = _line_of(event)
            node.pairs.append(MapPair(key.value, key.start, key.stop, value, value_alias))
        node.stop = _stop(event)
        if not node.is_flow and node.pairs:
            node.start = node.pairs[0].start
        return node

    def _sequence(self, start: yaml.SequenceStartEvent, depth: int) -> ManifestSequence:
        node = ManifestSequence(_start(start), _stop(start))
        self._remember(start.anchor, node)
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            item, alias = self._node(event, depth + 1)
            if alias is None:
                node.items.append(item)
        node.stop = _stop(event)
        return node


def _start(event: yaml.Event) -> int:
    assert event.start_mark is not None, "events of a text have marks"
    return event.start_mark.index


def _stop(event: yaml.Event) -> int:
    assert event.end_mark is not None, "events of a text have marks"
    return event.end_mark.index


def _line_of(event: yaml.Event) -> int:
    assert event.start_mark is not None, "events of a text have marks"
    return event.start_mark.line + 1
