"""The denylist that an operator imported, as the bytes of its file: a list, Helm values or a ConfigMap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tetratui.core.errors import RefusedError
from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.format.filter_reader import ListEntry, RefusedEntry
from tetratui.core.tetragon.format.filter_writer import edit_entries
from tetratui.core.tetragon.format.versions import EnabledFeatures, Version
from tetratui.core.tetragon.manifest.list_edit import change_list
from tetratui.core.tetragon.manifest.list_file import ListFile
from tetratui.core.tetragon.manifest.list_location import ListLocation
from tetratui.core.tetragon.manifest.read_lists import find_features, read_list
from tetratui.core.tetragon.match.filter_list import FilterList, read_entries

_NAME = "the imported file"


@dataclass(frozen=True, slots=True)
class ImportedList:
    """An imported denylist. Lines and columns are those of its file, in errors too; offsets are those of the list."""

    filters: FilterList
    """The list as the agent reads it."""
    entries: tuple[ListEntry | RefusedEntry, ...]
    """Every entry that stands in it, those that would stop the agent with their error."""


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


def read_imported(data: bytes, version: Version, features: EnabledFeatures) -> ImportedList:
    """Return the denylist as an agent of this version and features reads it. Raises RefusedError for a broken file."""
    file = ListFile(data, _NAME)
    enabled = find_features(file, features) if file.is_manifest else features
    filters = read_list(file, "denylist", version, enabled)
    entries = read_entries(filters)
    if entries and file.is_manifest:
        location = file.location("denylist")
        entries = [_move_entry(entry, location) for entry in entries]
    return ImportedList(filters, tuple(entries))


def _move_entry(entry: ListEntry | RefusedEntry, location: ListLocation) -> ListEntry | RefusedEntry:
    """Return an entry whose line and column in the list have become those in the file."""
    if isinstance(entry, RefusedEntry):
        location.move_error(entry.error)
    line, column = location.find_in_file(entry.line, entry.column)
    return replace(entry, line=line, column=column)


def edit_imported(data: bytes, entries: Iterable[int], replacements: dict[int, Filter] | None = None) -> bytes:
    """Return the file with entries of its denylist (counted from 0) removed or replaced, all other bytes as they are.

    Entries that Tetragon refuses count too.

    Raises:
        RefusedError: the file cannot be changed safely.
    """
    return change_list(ListFile(data, _NAME), "denylist", lambda part: edit_entries(part, entries, replacements))
