"""The maps, sequences and texts of a YAML or JSON file, each with its offsets in the text of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Style = Literal["", "'", '"', "|", ">", "json"]
"""How a scalar is written: plain, in single or double quotes, as a literal or folded block, as a string of JSON."""
MERGE_KEY = "<<"


@dataclass(slots=True)
class ManifestScalar:
    """A scalar. Its token runs from `start` to `stop`, without an anchor or tag before it."""

    start: int
    stop: int
    value: str
    style: Style = ""
    is_text: bool = True
    """Whether it is a text: not null, a number or a truth value."""
    anchor: str = ""


@dataclass(slots=True)
class MapPair:
    """A key of a map, with its value."""

    key: str
    start: int
    """Offset of the key."""
    stop: int
    """Offset after the key."""
    value: ManifestNode
    alias: tuple[int, int] | None = None
    """The offsets of `*name` if the value is one of those; `value` is then the value of the anchor."""


@dataclass(slots=True)
class ManifestMap:
    """A map. Its braces, if it has any, run from `start` to `stop`."""

    start: int
    stop: int
    is_flow: bool
    pairs: list[MapPair] = field(default_factory=list)

    def own(self, key: str) -> MapPair | None:
        """Return the pair that this map itself has under a key."""
        return next((pair for pair in self.pairs if pair.key == key), None)

    def find(self, key: str) -> MapPair | None:
        """Return the pair under a key, those of maps that are merged into this one (`<<: *name`) included."""
        pair = self.own(key)
        if pair is not None:
            return pair
        for merged in _merged_maps(self):
            inherited = merged.find(key)
            if inherited is not None:
                return inherited
        return None


@dataclass(slots=True)
class ManifestSequence:
    """A sequence. An item that is an alias is left out: it is looked at where its anchor is."""

    start: int
    stop: int
    items: list[ManifestNode] = field(default_factory=list)


ManifestNode = ManifestScalar | ManifestMap | ManifestSequence


def _merged_maps(node: ManifestMap) -> Iterator[ManifestMap]:
    for pair in node.pairs:
        if pair.key != MERGE_KEY:
            continue
        values = pair.value.items if isinstance(pair.value, ManifestSequence) else [pair.value]
        yield from (value for value in values if isinstance(value, ManifestMap) and value is not node)


def list_maps(node: ManifestNode, path: str = "") -> Iterator[tuple[str, ManifestMap]]:
    """Yield every map of a document with its path, such as `spec.values`; the target of an alias only once."""
    if isinstance(node, ManifestMap):
        yield path, node
        for pair in node.pairs:
            if pair.alias is None:
                yield from list_maps(pair.value, f"{path}.{pair.key}" if path else pair.key)
    elif isinstance(node, ManifestSequence):
        for number, item in enumerate(node.items):
            yield from list_maps(item, f"{path}[{number}]")


def list_values(node: ManifestNode, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every scalar of a document with its path; `null` and the like with a mark that no text has."""
    if isinstance(node, ManifestScalar):
        yield path, node.value if node.is_text else f"\0{node.value}"
    elif isinstance(node, ManifestSequence):
        for number, item in enumerate(node.items):
            yield from list_values(item, f"{path}[{number}]")
    else:
        for pair in node.pairs:
            name = f"{path}.{pair.key}" if path else pair.key
            # The target of an alias may hold aliases: a text is followed, a map is compared where its anchor is.
            if pair.alias is None or isinstance(pair.value, ManifestScalar):
                yield from list_values(pair.value, name)
