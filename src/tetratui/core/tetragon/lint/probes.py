"""Try a filter on events with little in common. If it matches all of a kind, it is taken to match every event of it."""

from __future__ import annotations

from enum import Enum
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


def _names_labels(filter_: Filter) -> bool:
    """Return whether a filter looks at labels: which ones pods have cannot be tried. A blank selector selects all."""
    return bool(filter_.labels) and all(selector.strip() for selector in filter_.labels or ())


class Side(Enum):
    """Where a process runs, as far as an event shows it."""

    HOST = "host"
    CONTAINER = "container"
    """In a container without a pod: a pause container, one that Kubernetes does not know, or a pod known too late."""
    POD = "pod"


def find_whole_kinds_by_probes(filter_: Filter, features: Features) -> dict[Side, frozenset[Kind]]:
    """Return per side the kinds of which a filter matches every probe; none for a filter that the version refuses."""
    nothing: dict[Side, frozenset[Kind]] = dict.fromkeys(Side, frozenset())
    # Most filters name a few whole texts. They need no trying. An expression for an empty text needs it.
    if any(_names_texts(getattr(filter_, name)) for name in REGEX_FIELDS) or _names_labels(filter_):
        return nothing
    try:
        predicates = build_predicates(filter_, features)
    except FilterError:
        return nothing
    kinds = WITH_PROCESS & set(features.kind_of_key.values())
    return {
        side: frozenset(
            kind
            for kind in kinds
            if all(matches(event) for event in _probes(kind, features, side) for _, matches in predicates)
        )
        for side in Side
    }


def _names_texts(patterns: tuple[str, ...] | None) -> bool:
    """Return whether each of the expressions matches one text only, and not the empty one."""
    return bool(patterns) and all(literal_text(pattern) for pattern in patterns or ())


@cache
def _probes(kind: Kind, features: Features, side: Side) -> tuple[EventView, ...]:
    return tuple(view_event({kind.json_key: _body(number, side)}, features) for number in range(len(_PROCESSES)))


def _body(number: int, side: Side) -> dict[str, Any]:
    return {
        "process": _block(number, side) | {"in_init_tree": number % 2 == 1},
        "parent": _block(number - 1, side),
        "ancestors": [_block(number - 2, side)],
        "function_name": f"function_{number}",
        "policy_name": f"policy-{number}",
        "status": number,
    }


def _block(number: int, side: Side) -> dict[str, Any]:
    binary, arguments = _PROCESSES[number]
    block: dict[str, Any] = {
        "pid": 10 + 7919 * abs(number),
        "uid": 1000 * abs(number),
        "binary": binary,
        "arguments": arguments,
    }
    if side is not Side.HOST:
        block["docker"] = f"{7919 ** (abs(number) + 9):031x}"[-31:]
    return block | {"pod": _pod(abs(number))} if side is Side.POD else block


def _pod(number: int) -> dict[str, Any]:
    name = ("api", "db.example", "0x", "nightly-export", "q", "cart", "w-1")[number % len(_PROCESSES)]
    return {
        "namespace": f"{name[::-1].replace('.', '-')}-{number}",
        "name": f"{name}-{number}",
        "container": {"id": f"containerd://{number:064x}", "name": f"c{name}", "image": {"name": f"r/{name}:{number}"}},
        "pod_labels": {f"{name}-key": f"{number}"},
        "workload": name,
        "workload_kind": "Deployment",
    }
