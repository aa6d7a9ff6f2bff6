"""The denylist that an operator imported, as the bytes of its file: a list, Helm values or a ConfigMap."""

from __future__ import annotations

from collections.abc import Iterable

from tetratui.core.errors import RefusedError
from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.format.filter_writer import edit_entries
from tetratui.core.tetragon.format.versions import EnabledFeatures, Version
from tetratui.core.tetragon.manifest.list_edit import change_list
from tetratui.core.tetragon.manifest.list_file import ListFile
from tetratui.core.tetragon.manifest.read_lists import find_features, read_list
from tetratui.core.tetragon.match.filter_list import FilterList

_NAME = "the imported file"


def check_imported(data: bytes, name: str) -> str:
    """Return where in the file the denylist stands, such as `tetragon.exportDenyList`; empty for a file that is one.

    Raises:
        RefusedError: the file is Helm values or a ConfigMap without a denylist, or a broken one.
    """
    file = ListFile(data, name)
    if not file.is_manifest:
        return ""
    path = file.path_of("denylist")
    if not file.has("denylist"):
        raise RefusedError(f"{name} has no {path}", "name a file that sets it")
    return path


def read_imported(data: bytes, version: Version, features: EnabledFeatures) -> FilterList:
    """Return the denylist as an agent of this version and features reads it. Raises RefusedError for a broken file."""
    file = ListFile(data, _NAME)
    enabled = find_features(file, features) if file.is_manifest else features
    return read_list(file, "denylist", version, enabled)


def edit_imported(data: bytes, entries: Iterable[int], replacements: dict[int, Filter] | None = None) -> bytes:
    """Return the file with entries of its denylist removed or replaced, all other bytes as they are.

    Raises:
        RefusedError: no version of Tetragon reads the list, or the file cannot be changed safely.
    """
    return change_list(ListFile(data, _NAME), "denylist", lambda part: edit_entries(part, entries, replacements))
