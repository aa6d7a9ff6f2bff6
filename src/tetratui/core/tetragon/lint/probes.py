"""Events with little in common, to try a filter on: one that takes all of a kind is taken to take every one."""

from __future__ import annotations

from functools import cache
from typing import Any

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.tetragon.format.filter import REGEX_FIELDS, Filter
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import Features
from tetratui.core.tetragon.match.event_blocks import Seen, seen
from tetratui.core.tetragon.match.predicates import predicates_of
from tetratui.core.tetragon.match.regex import whole_text

_PROCESSES = (
    ("/usr/bin/bash", "/opt/x.sh --all"),
    ("/bin/sh", '-c "id; ls"'),
    ("/opt/Ж/app-2.1", ""),
    ("/mnt/.q", "\x01\n\ufffd"),
    ("/home/u/go_build/a.out", "1"),
    ("/sbin/init", ""),
    ("/usr/lib/systemd/systemd", "--system --deserialize=42"),
)
"""Binaries with their arguments; the one before each is its parent."""


def kinds_taken(one: Filter, features: Features) -> frozenset[Kind]:
    """Give the kinds of which a filter takes every event tried; none for a filter that the version refuses."""
    if any(_names_texts(getattr(one, name)) for name in REGEX_FIELDS):
        return frozenset()
    try:
        predicates = predicates_of(one, features)
    except FilterError:
        return frozenset()
    return frozenset(
        kind
        for kind in WITH_PROCESS & set(features.kind_of_key.values())
        if all(holds(event) for event in _events(kind, features) for _, holds in predicates)
    )


def _names_texts(patterns: tuple[str, ...] | None) -> bool:
    """Whether these expressions stand for a few whole texts, as most do: no need to try them."""
    return bool(patterns) and all(whole_text(pattern) is not None for pattern in patterns or ())


@cache
def _events(kind: Kind, features: Features) -> tuple[Seen, ...]:
    return tuple(seen({kind.json_key: _body(number)}, features) for number in range(len(_PROCESSES)))


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
