"""Find policies of one name in a folder of policies: the agent does not start with two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml


def find_same_policies(folder: Path) -> dict[str, list[Path]]:
    """Return the policy names that several files of a folder hold, with these files; unreadable files are left out."""
    names: dict[str, list[Path]] = {}
    for path, name in _iter_policies(folder):
        names.setdefault(name, []).append(path)
    return {name: paths for name, paths in names.items() if len(paths) > 1}


def _iter_policies(folder: Path) -> Iterator[tuple[Path, str]]:
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError:
        return
    for path in paths:
        try:
            documents = list(yaml.safe_load_all(path.read_text("utf-8", "replace")))
        except (OSError, yaml.YAMLError):
            continue
        # The agent reads the first document of a file.
        metadata = documents[0].get("metadata") if documents and isinstance(documents[0], dict) else None
        if isinstance(metadata, dict) and metadata.get("name"):
            # Policies of different namespaces may share a name.
            yield path, "/".join(filter(None, (str(metadata.get("namespace") or ""), str(metadata["name"]))))
