"""A file with an export list in it: the list itself, Helm values, a ConfigMap, or the agent's tetragon.yaml.

All that is not the list stays byte for byte when the list is changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import orjson

from tetratui.core.errors import RefusedError
from tetratui.core.tetragon.format.filter import FIELD_NAMES
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.manifest.alignment import align
from tetratui.core.tetragon.manifest.json_nodes import read_json
from tetratui.core.tetragon.manifest.list_location import ListForm, ListLocation, ListRole, find_line_starts
from tetratui.core.tetragon.manifest.nodes import ManifestMap, ManifestNode, ManifestScalar, MapPair, list_maps
from tetratui.core.tetragon.manifest.slots import KEYS, ListHolder, find_holders
from tetratui.core.tetragon.manifest.yaml_nodes import read_yaml

_YAML_START = re.compile(
    r"""\ufeff?(?:[ \t]*(?:\#[^\n]*)?\r?\n)*(?:---|%YAML|["']?(?P<key>[A-Za-z_][\w./-]*)["']?[ \t]*:(?:\s|$))"""
)
"""How YAML begins that cannot be meant for a list: comments and blank lines, then a document mark or a key."""


@dataclass(frozen=True)
class ListFile:
    """The bytes of a file, and the export lists in them."""

    data: bytes
    name: str = "the list"

    @cached_property
    def text(self) -> str:
        """The text of the file. Raises RefusedError for bytes that are not UTF-8."""
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise RefusedError(
                f"{self.name}, line {line}: a byte that is not UTF-8", "save the file as UTF-8"
            ) from error

    @cached_property
    def is_json(self) -> bool:
        """Whether the file is one JSON object that holds more than a filter."""
        try:
            value = orjson.loads(self.data.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            return False
        return isinstance(value, dict) and not value.keys().isdisjoint(("kind", "items", "tetragon", "data"))

    @cached_property
    def is_manifest(self) -> bool:
        """Whether the list is a text inside the file, and not the file itself."""
        if self.is_json:
            return True
        start = _YAML_START.match(self.data[:65536].decode("utf-8", "replace"))
        # A filter that was written as YAML is a list that the agent refuses.
        return start is not None and start["key"] not in FIELD_NAMES

    @cached_property
    def roots(self) -> list[ManifestNode]:
        """The documents of a manifest. Raises RefusedError for broken YAML or JSON."""
        return [read_json(self.text, self.name)] if self.is_json else read_yaml(self.text, self.name)

    @cached_property
    def holders(self) -> list[ListHolder]:
        """The maps in which the lists stand or could stand. Raises RefusedError."""
        return find_holders(self.roots)

    @property
    def form(self) -> ListForm:
        """What the file is. Raises RefusedError when it cannot be told."""
        return self.holder.form if self.is_manifest else "list"

    @cached_property
    def holder(self) -> ListHolder:
        """The one map in which the lists stand. Raises RefusedError for none and for several."""
        if not self.holders:
            outside = self._find_outside()
            if outside is not None:
                raise RefusedError(
                    f"{self.name}, line {self._line(outside.start)}: {outside.key} stands outside of tetragon: the"
                    " chart never reads it",
                    "write it below the key tetragon",
                )
            raise RefusedError(
                f"{self.name} is YAML or JSON without an export list",
                "name Helm values with tetragon.exportDenyList, or a ConfigMap with export-denylist",
            )
        if len(self.holders) > 1:
            places = ", ".join(f"{self._line(holder.offset)} ({holder.path or 'root'})" for holder in self.holders)
            raise RefusedError(
                f"{self.name} has several places for the lists, on lines {places}", "name a file with one of them only"
            )
        return self.holders[0]

    def has(self, role: ListRole) -> bool:
        """Return whether the file has this list. A file that is a list may be either. Raises RefusedError."""
        return not self.is_manifest or self.holder.find(role) is not None

    def list_bytes(self, role: ListRole) -> bytes:
        """Return the text of a list, empty for a list that is not there.

        Raises:
            RefusedError: the file is broken, or holds several lists.
            FilterError: something else than a text stands under the key.
        """
        if not self.is_manifest:
            return self.data
        pair = self.holder.find(role)
        return b"" if pair is None else self._scalar(pair, role).value.encode("utf-8", "surrogatepass")

    def path_of(self, role: ListRole) -> str:
        """Return the keys that lead to a list, present or not: `tetragon.exportDenyList`. Raises RefusedError."""
        return f"{self.holder.path}.{KEYS[self.holder.form][role]}".lstrip(".")

    def location(self, role: ListRole) -> ListLocation:
        """Return where a list stands. Raises RefusedError and FilterError as `list_bytes` does."""
        if not self.is_manifest:
            return ListLocation(self.name, "list", role)
        form, pair = self.holder.form, self.holder.find(role)
        path = self.path_of(role)
        if pair is None:
            return ListLocation(self.name, form, role, path, self._line(self.holder.offset))
        node = self._scalar(pair, role)
        starts = find_line_starts(self.text)
        line = self._line(pair.start)
        return ListLocation(
            self.name,
            form,
            role,
            path,
            line,
            pair.start - starts[line - 1] + 1,
            tuple(align(self.text, node)),
            tuple(starts),
            tuple(find_line_starts(node.value)),
        )

    def option(self, option: str, value_name: str = "") -> str | None:
        """Return what a manifest sets an option of the agent to; None if it does not say.

        `value_name` is the name of the chart's value, such as `enableK8sAPI`. Raises RefusedError.
        """
        holder = self.holder
        name = value_name if holder.form == "helm" else option
        pair = holder.map.find(name) if holder.map is not None and name else None
        return pair.value.value if pair is not None and isinstance(pair.value, ManifestScalar) else None

    def cautions(self) -> list[str]:
        """Return what in the file keeps its lists from being in force, one sentence each."""
        if not self.is_manifest or self.holder.form != "helm" or self.holder.map is None:
            return []
        cautions = []
        extra = self.holder.map.find("extraArgs")
        for role, option in KEYS["agent"].items():
            if extra is not None and isinstance(extra.value, ManifestMap) and (pair := extra.value.find(option)):
                cautions.append(
                    f"{self.name}, line {self._line(pair.start)}: extraArgs.{option} goes to the command line of the"
                    f" agent and beats {KEYS['helm'][role]}: remove it"
                )
        file_name = self.holder.map.find("exportFilename")
        if file_name is not None and isinstance(file_name.value, ManifestScalar) and not file_name.value.value:
            line = self._line(file_name.start)
            cautions.append(f"{self.name}, line {line}: exportFilename is empty: the chart leaves out both lists")
        return cautions

    def _scalar(self, pair: MapPair, role: ListRole) -> ManifestScalar:
        node = pair.value
        key = KEYS[self.holder.form][role]
        if isinstance(node, ManifestScalar) and node.is_text:
            return node
        what = (
            "is a YAML map or list"
            if not isinstance(node, ManifestScalar)
            else "is no text"
            if node.value
            else "is empty"
        )
        reader = "Helm ends with an error" if self.holder.form == "helm" else "only a text is read"
        line = self._line(pair.start)
        raise FilterError(
            f"{key} {what}: {reader}",
            f"write {key}: |- and the filters on the lines below it, indented",
            line=line,
            column=pair.start - find_line_starts(self.text)[line - 1] + 1,
        )

    def _find_outside(self) -> MapPair | None:
        """Return a list of Helm values that stands where the chart does not look for it."""
        maps = (node for root in self.roots for _, node in list_maps(root))
        return next((pair for node in maps for key in KEYS["helm"].values() if (pair := node.own(key))), None)

    def _line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1
