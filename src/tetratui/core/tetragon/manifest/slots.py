"""Find where the export lists of Tetragon stand, or would stand, in a file of Helm values or with a ConfigMap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tetratui.core.tetragon.manifest.list_location import ListForm, ListRole
from tetratui.core.tetragon.manifest.nodes import ManifestMap, ManifestNode, ManifestScalar, MapPair, list_maps

KEYS: dict[ListForm, dict[ListRole, str]] = {
    "helm": {"denylist": "exportDenyList", "allowlist": "exportAllowList"},
    "configmap": {"denylist": "export-denylist", "allowlist": "export-allowlist"},
    "agent": {"denylist": "export-denylist", "allowlist": "export-allowlist"},
}
"""The key of each list: of the chart's value, and of the agent's option."""
_CHART = "tetragon"
_OTHER_OPTION = "export-"


@dataclass(frozen=True, slots=True)
class ListHolder:
    """A map whose keys are the lists: `tetragon:` of Helm values, `data:` of a ConfigMap, the options of an agent."""

    form: ListForm
    path: str
    """The keys that lead to the map."""
    pair: MapPair | None
    """The key that holds the map; None for the root of a document, and for a ConfigMap without `data`."""
    map: ManifestMap | None
    """None where the key has no value yet."""
    parent: ManifestMap
    """The map that the key is in."""

    def find(self, role: ListRole) -> MapPair | None:
        """Return the pair of a list, inherited ones included."""
        return self.map.find(KEYS[self.form][role]) if self.map is not None else None

    @property
    def has_lists(self) -> bool:
        """Whether one of the two lists stands here."""
        return any(self.find(role) is not None for role in KEYS[self.form])

    @property
    def has_other_options(self) -> bool:
        """Whether options of the export stand here, as the chart writes them into its ConfigMap."""
        return self.map is not None and any(pair.key.startswith(_OTHER_OPTION) for pair in self.map.pairs)

    @property
    def offset(self) -> int:
        """Return where in the file it begins."""
        return self.pair.start if self.pair is not None else self.parent.start


def find_holders(roots: Sequence[ManifestNode]) -> list[ListHolder]:
    """Return the maps in which lists stand; if there are none, those in which a list could stand."""
    holders = [holder for root in roots for holder in _holders_in(root)]
    with_lists = [holder for holder in holders if holder.has_lists]
    if with_lists:
        return with_lists
    # A chart that has Tetragon's as a subchart repeats the name: tetragon.tetragon. The inner map is the chart's.
    inner = {id(holder.parent) for holder in holders if holder.form == "helm"}
    holders = [holder for holder in holders if holder.map is None or id(holder.map) not in inner]
    return [holder for holder in holders if holder.has_other_options] or holders


def _holders_in(root: ManifestNode) -> Iterator[ListHolder]:
    for path, node in list_maps(root):
        chart = node.own(_CHART)
        if chart is not None and _is_open(chart):
            yield ListHolder("helm", _join(path, _CHART), chart, _map_of(chart), node)
        data = node.own("data")
        if _is_config_map(node, data):
            yield ListHolder("configmap", _join(path, "data"), data, _map_of(data) if data else None, node)
        if node is root and any(node.own(key) for key in KEYS["agent"].values()):
            yield ListHolder("agent", "", None, node, node)


def _is_config_map(node: ManifestMap, data: MapPair | None) -> bool:
    kind = node.own("kind")
    if kind is not None and isinstance(kind.value, ManifestScalar):
        return kind.value.value == "ConfigMap" and (data is None or _is_open(data))
    values = _map_of(data) if data is not None else None
    return values is not None and any(values.own(key) for key in KEYS["configmap"].values())


def _is_open(pair: MapPair) -> bool:
    """Return whether a value is a map, or null."""
    return isinstance(pair.value, ManifestMap) or (isinstance(pair.value, ManifestScalar) and not pair.value.is_text)


def _map_of(pair: MapPair) -> ManifestMap | None:
    return pair.value if isinstance(pair.value, ManifestMap) else None


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
