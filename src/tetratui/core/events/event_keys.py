"""Say which key of a JSON object holds an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tetratui.core.events.kinds import KIND_OF_KEY

NEW_KIND = "process_"
"""How the key of an event begins whose kind is not known yet."""
BESIDE_EVENT = frozenset({"node_name", "time", "cluster_name", "node_labels", "aggregation_info"})
"""Keys that Tetragon writes beside the event."""
_NAMED_KEYS = 6
_KEY_CHARACTERS = 40


def find_event_key(whole: Mapping[str, Any]) -> str | None:
    """Return the key that holds the event; None if the object is no event.

    A known key counts with any object, another `process_…` key only with a process block in its object, and only where
    no known one is.
    """
    objects = {key: value for key, value in whole.items() if isinstance(value, dict)}
    known = next((key for key in objects if key in KIND_OF_KEY), None)
    return known or next((key for key, value in objects.items() if _is_new_kind(key, value)), None)


def is_event(whole: Mapping[str, Any]) -> bool:
    """Return whether an object is an event.

    Tetragon writes an event of a kind that its own version cannot name with nothing but what stands beside events.
    """
    bare = {"node_name", "time"} <= whole.keys() <= BESIDE_EVENT
    return bare or find_event_key(whole) is not None


def _is_new_kind(key: str, body: Mapping[str, Any]) -> bool:
    return key.startswith(NEW_KIND) and isinstance(body.get("process"), dict)


def name_keys(whole: Mapping[str, Any]) -> str:
    """Return a few keys of an object as one text."""
    if not whole:
        return "none"
    names = [key if len(key) <= _KEY_CHARACTERS else f"{key[:_KEY_CHARACTERS]}…" for key in list(whole)[:_NAMED_KEYS]]
    return ", ".join(names) + (", …" if len(whole) > _NAMED_KEYS else "")
