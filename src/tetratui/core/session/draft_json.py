"""Drafts and exclusions as JSON values, for the session file: what is written is read back equal (property test)."""

from __future__ import annotations

from datetime import date
from typing import Any

from tetratui.core.events.kinds import KIND_OF_WORD
from tetratui.core.exclusion import Chars, Exclusion, Literal, Part, Pattern, Place, SocketMatch
from tetratui.core.tuning.draft import Draft

_PATTERN_FIELDS = ("binary", "arguments", "parent_binary", "parent_arguments")


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """Give a draft as JSON values."""
    return {
        "id": draft.id,
        "exclusions": [exclusion_to_json(exclusion) for exclusion in draft.exclusions],
        "scope": draft.scope,
        "reason": draft.reason,
        "owner": draft.owner,
        "expiry": draft.expiry.isoformat() if draft.expiry else None,
        "hosts": list(draft.hosts),
    }


def draft_from_json(value: dict[str, Any]) -> Draft:
    """Read what `draft_to_json` wrote; raises KeyError, TypeError or ValueError for anything else."""
    return Draft(
        id=str(value["id"]),
        exclusions=tuple(exclusion_from_json(one) for one in value["exclusions"]),
        scope=str(value["scope"]),
        reason=str(value["reason"]),
        owner=str(value["owner"]),
        expiry=date.fromisoformat(value["expiry"]) if value["expiry"] else None,
        hosts=tuple(map(str, value["hosts"])),
    )


def exclusion_to_json(exclusion: Exclusion) -> dict[str, Any]:
    """Give an exclusion as JSON values; a literal part is a text, a class `[chars, low, high]`."""
    patterns = {
        name: [[_part_to_json(part) for part in pattern.parts] for pattern in getattr(exclusion, name)]
        for name in _PATTERN_FIELDS
    }
    socket = exclusion.socket
    return {
        "kinds": [kind.word for kind in exclusion.kinds],
        **patterns,
        "policies": list(exclusion.policies),
        "functions": list(exclusion.functions),
        "socket": None if socket is None else {"networks": list(socket.networks), "ports": list(socket.ports)},
        "in_container": exclusion.in_container,
        "place": _place_to_json(exclusion.place),
        "probe": exclusion.probe,
        "hosts": list(exclusion.hosts),
    }


def exclusion_from_json(value: dict[str, Any]) -> Exclusion:
    """Read what `exclusion_to_json` wrote; raises KeyError, TypeError or ValueError for anything else."""
    socket = value["socket"]
    patterns = {
        name: tuple(Pattern(tuple(_part_from_json(part) for part in parts)) for parts in value[name])
        for name in _PATTERN_FIELDS
    }
    return Exclusion(
        kinds=tuple(KIND_OF_WORD[word] for word in value["kinds"]),
        policies=tuple(map(str, value["policies"])),
        functions=tuple(map(str, value["functions"])),
        socket=None if socket is None else SocketMatch(tuple(socket["networks"]), tuple(map(int, socket["ports"]))),
        # A session of an earlier version has drafts that ask nothing of containers.
        in_container=None if value.get("in_container") is None else bool(value["in_container"]),
        place=_place_from_json(value.get("place") or {}),
        probe=bool(value.get("probe", False)),
        hosts=tuple(map(str, value["hosts"])),
        **patterns,
    )


def _place_to_json(place: Place) -> dict[str, Any]:
    return {
        "namespaces": list(place.namespaces),
        "workloads": [list(pair) for pair in place.workloads],
        "pods": [[_part_to_json(part) for part in pattern.parts] for pattern in place.pods],
        "labels": [list(pair) for pair in place.labels],
        "containers": list(place.containers),
    }


def _place_from_json(value: dict[str, Any]) -> Place:
    """Read a place; an exclusion of an earlier version has none."""
    workloads, labels = (
        tuple((str(first), str(second)) for first, second in value.get(name, ())) for name in ("workloads", "labels")
    )
    return Place(
        namespaces=tuple(map(str, value.get("namespaces", ()))),
        workloads=workloads,
        pods=tuple(Pattern(tuple(_part_from_json(part) for part in parts)) for parts in value.get("pods", ())),
        labels=labels,
        containers=tuple(map(str, value.get("containers", ()))),
    )


def _part_to_json(part: Part) -> Any:
    return part.text if isinstance(part, Literal) else [part.chars, part.low, part.high]


def _part_from_json(value: Any) -> Part:
    if isinstance(value, str):
        return Literal(value)
    chars, low, high = value
    return Chars(str(chars), int(low), None if high is None else int(high))
