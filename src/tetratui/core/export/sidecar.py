"""`drafts.json`: why each filter is there, who wanted it and until when; kept outside Tetragon's folders.

Keyed by the hash of the filter's canonical text, so that it finds its filter again in any list, in any order.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from tetratui.core import folders
from tetratui.core.amounts import name_entry
from tetratui.core.errors import SourceError

FORMAT = 1
NAME = "drafts.json"
_UNFIT_FOR_A_NAME = re.compile(r"[^A-Za-z0-9._-]|\A\.+")


def default_path(node: str) -> Path:
    """Name the sidecar of a host: the one that all its operators share if it is there or can be, else one's own.

    Node names come from events: whatever could lead elsewhere in a path becomes `_`.
    """
    folder = _UNFIT_FOR_A_NAME.sub("_", node) or "_"
    shared = folders.shared_state() / folder / NAME
    return shared if os.geteuid() == 0 or shared.exists() else folders.state() / folder / NAME


@dataclass(frozen=True, slots=True)
class Reason:
    """What is known of one filter beyond its text."""

    filter: str
    """Its canonical text."""
    scope: str = ""
    reason: str = ""
    owner: str = ""
    expiry: date | None = None
    hosts: tuple[str, ...] = ()

    def expired(self, today: date) -> bool:
        """Whether the last day on which it was wanted is over."""
        return self.expiry is not None and self.expiry < today


Sidecar = dict[str, Reason]
"""Reasons by key_of(canonical text)."""


def key_of(canonical: str) -> str:
    """Hash a filter's canonical text."""
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def sidecar_of(reasons: Iterable[Reason]) -> Sidecar:
    """Key reasons by their filters."""
    return {key_of(reason.filter): reason for reason in reasons}


def write(sidecar: Mapping[str, Reason]) -> bytes:
    """Write the file, sorted, so that two writings of the same are the same bytes."""
    entries = {key: _written(sidecar[key]) for key in sorted(sidecar)}
    document = {"format": FORMAT, "drafts": entries}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _written(reason: Reason) -> dict[str, Any]:
    return {
        "filter": reason.filter,
        "scope": reason.scope,
        "reason": reason.reason,
        "owner": reason.owner,
        "expiry": reason.expiry.isoformat() if reason.expiry else None,
        "hosts": list(reason.hosts),
    }


def read(data: bytes, name: str = "drafts.json") -> Sidecar:
    """Read the file's bytes; empty is an empty sidecar.

    Raises:
        SourceError: it is not what `write` makes.
    """
    if not data.strip():
        return {}
    try:
        entries = orjson.loads(data)["drafts"]
        return {str(key): _read(entry) for key, entry in entries.items()}
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(
            f"{name} is not a sidecar of tetratui: {error}", "move it away, or restore a backup"
        ) from error


def read_file(path: Path) -> Sidecar:
    """Read the file, if it is there.

    Raises:
        SourceError: it cannot be read, or is something else.
    """
    try:
        return read(path.read_bytes(), str(path))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", "name another file with --sidecar") from error


def _read(entry: dict[str, Any]) -> Reason:
    return Reason(
        filter=str(entry["filter"]),
        scope=str(entry.get("scope", "")),
        reason=str(entry.get("reason", "")),
        owner=str(entry.get("owner", "")),
        expiry=date.fromisoformat(entry["expiry"]) if entry.get("expiry") else None,
        hosts=tuple(str(host) for host in entry.get("hosts", ())),
    )


def describe_entries(sidecar: Mapping[str, Reason], filters: Iterable[str]) -> Iterator[str]:
    """Yield owner, expiry, scope and reason of each filter of which they are known; canonical texts are given."""
    for entry, canonical in enumerate(filters):
        reason = sidecar.get(key_of(canonical))
        if reason is None:
            continue
        until = f"wanted until {reason.expiry}" if reason.expiry else ""
        scope = f"scope {reason.scope}" if reason.scope else ""
        known = [f"owner {reason.owner or 'none'}", until, scope, reason.reason]
        yield f"{name_entry(entry)}: {'; '.join(words for words in known if words)}"


def overdue(sidecar: Mapping[str, Reason], filters: Iterable[str], today: date) -> list[tuple[int, str]]:
    """List the filters (by their place, canonical texts given) that are expired or that nobody owns, and why."""
    found = []
    for entry, canonical in enumerate(filters):
        reason = sidecar.get(key_of(canonical))
        if reason is None or not reason.owner:
            found.append((entry, "nobody owns it"))
        if reason is not None and reason.expired(today):
            found.append((entry, f"expired on {reason.expiry}"))
    return found
