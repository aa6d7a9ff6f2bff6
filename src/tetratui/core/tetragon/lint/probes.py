"""Try a filter on events with little in common. If it matches all of a kind, it is taken to match every event of it."""

from __future__ import annotations

from functools import cache
from typing import Any

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.tetragon.format.filter import REGEX_FIELDS, Filter
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import Features
from tetratui.core.tetragon.match.event_blocks import EventView, view_event
from tetratui.core.tetragon.match.predicates import build_predicates
from tetratui.core.tetragon.match.regex import literal_text

_PROCESSES = (
    ("/usr/bin/bash", "/opt/x.sh --all"),
    ("/bin/sh", '-c "id; ls"'),
    ("/opt/Ж/app-2.1", ""),
    ("/mnt/.q", "\x01\n\ufffd"),
    ("/home/u/go_build/a.out", "1"),
    ("/sbin/init", ""),
    ("/usr/lib/systemd/systemd", "--system --deserialize=42"),
)
"""Binaries with their arguments. Each is started by the one before it."""


def find_whole_kinds_by_probes(filter_: Filter, features: Features) -> frozenset[Kind]:
    """Return the kinds of which a filter matches every probe; none for a filter that the version refuses."""
    # Most filters name a few whole texts. They need no trying.
    if any(_names_texts(getattr(filter_, name)) for name in REGEX_FIELDS):
        return frozenset()
    try:
        predicates = build_predicates(filter_, features)
    except FilterError:
        return frozenset()
    return frozenset(
        kind
        for kind in WITH_PROCESS & set(features.kind_of_key.values())
        if all(matches(event) for event in _probes(kind, features) for _, matches in predicates)
    )


def _names_texts(patterns: tuple[str, ...] | None) -> bool:
    """Return whether each of the expressions matches one text only."""
    return bool(patterns) and all(literal_text(pattern) is not None for pattern in patterns or ())


@cache
def _probes(kind: Kind, features: Features) -> tuple[EventView, ...]:
    return tuple(view_event({kind.json_key: _body(number)}, features) for number in range(len(_PROCESSES)))


def _body(number: int) -> dict[str, Any]:
    return {
        "process": _block(number) | {"in_init_tree": number % 2 == 1},
        "parent": _block(number - 1),
        "ancestors": [_block(number - 2)],
        "function_name": f"function_{number}",
        "policy_name": f"policy-{number}",
        "status": number,
    }


def _block(number: int) -> dict[str, Any]:
    binary, arguments = _PROCESSES[number]
    return {"pid": 10 + 7919 * abs(number), "uid": 1000 * abs(number), "binary": binary, "arguments": arguments}
