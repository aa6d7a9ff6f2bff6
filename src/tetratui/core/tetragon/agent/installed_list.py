"""Find the export list that an installed Tetragon reads, and since when its entries are in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tetratui.core.hosts.host_source import HostSource
from tetratui.core.tetragon.agent.agent_config import CONF_FOLDERS, DENYLIST, ETC_FOLDER, POLICY_FOLDER, examine
from tetratui.core.tetragon.format.filter_writer import canonical_text
from tetratui.core.tetragon.format.versions import ALL_FEATURES, LATEST
from tetratui.core.tetragon.manifest.imported_list import read_imported

AGENT_FOLDERS = frozenset(Path(folder).name for folder in (*CONF_FOLDERS, ETC_FOLDER, POLICY_FOLDER))
"""Names of the folders in which the agent reads every file."""
_STDIN = "-"


@dataclass(frozen=True, slots=True)
class InstalledList:
    """The effective export-denylist of an installed Tetragon."""

    data: bytes
    location: str
    """The file, or `environment`, or `command line`."""
    since: int
    """Time of the file that sets it, in nanoseconds since the epoch; 0, so always, if no file does."""


def read_installed_list(root: Path) -> InstalledList | None:
    """Return the effective denylist of the Tetragon installed under a root folder, None if it has none."""
    setting = examine(root).effective(DENYLIST)
    if setting is None or not setting.value.strip():
        return None
    data = setting.value.encode("utf-8", "surrogateescape")
    if not setting.is_in_file:
        return InstalledList(data, setting.location, 0)
    path = Path(setting.location)
    try:
        changed = path.stat().st_mtime_ns
        # A file of conf.d is the list, byte for byte; a YAML file holds the list as the value of a key.
        whole = data if path.suffix == ".yaml" else path.read_bytes()
    except OSError:
        return InstalledList(data, setting.location, 0)
    return InstalledList(whole, setting.location, changed)


def entries_in_force(root: Path, sources: Iterable[object]) -> dict[str, int]:
    """Return the entries of the list installed under a root folder: canonical text to the time since when, as above.

    Empty if events are read from a pipe, as Tetragon filters its export file only, or from another host.
    """
    installed = None if _are_elsewhere(sources) else read_installed_list(root)
    return dict.fromkeys(canonical_entries(installed.data), installed.since) if installed is not None else {}


def file_in_force_since(path: Path, sources: Iterable[object]) -> int | None:
    """Return the time (nanoseconds since the epoch) of a list's file, if the file lies where Tetragon reads it.

    None for a file in any other folder, and if events are read from a pipe or another host.

    Raises:
        OSError: the file cannot be examined.
    """
    if _are_elsewhere(sources) or AGENT_FOLDERS.isdisjoint(path.resolve().parts):
        return None
    return path.stat().st_mtime_ns


def _are_elsewhere(sources: Iterable[object]) -> bool:
    """Return whether events come from a pipe or another host, to which the list installed here does not apply."""
    return any(str(source) == _STDIN or isinstance(source, HostSource) for source in sources)


def canonical_entries(data: bytes) -> list[str]:
    """Return the canonical text of every entry of a list, whatever features the entries need.

    Raises:
        RefusedError: the bytes are a broken manifest.
    """
    return list(map(canonical_text, read_imported(data, LATEST, ALL_FEATURES).filters.filters))
