"""Writing filters: one line of JSON each, keys in Tetragon's order, and what stood in the file kept byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tetratui.core.errors import RefusedError
from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.events.visible import visible
from tetratui.core.exclusion import Exclusion
from tetratui.core.tetragon.cel.socket_expression import expressions_of
from tetratui.core.tetragon.format import capabilities
from tetratui.core.tetragon.format.filter import CapabilityFilter, Filter
from tetratui.core.tetragon.format.versions import (
    CEL_WORKS_SINCE,
    EVERYTHING_ON,
    LATEST,
    PARENT_SINCE,
    TYPE_OF_KIND,
    EventType,
    Version,
)
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tetragon.match.predicates import POLICY_KINDS

_CONTAINER_ID: dict[bool | None, tuple[str, ...]] = {True: (".",), False: ("^$",)}
"""Expressions on `process.docker`, which is empty outside containers; no field asks nothing."""


def as_json(one: Filter) -> dict[str, Any]:
    """Give a filter as the object that Tetragon reads; what is unset is left out, an empty list stays."""
    return {name: _plain(name, value) for name, value in one.given()}


def _plain(name: str, value: Any) -> Any:
    if name == "event_set":
        return [EventType(n).name if n in EventType.__members__.values() else int(n) for n in value]
    if isinstance(value, CapabilityFilter):
        sets = {side: getattr(value, side) for side in ("permitted", "effective", "inheritable")}
        return {
            side: {how: [capabilities.name_of(number) for number in getattr(one, how)] for how in one.given()}
            for side, one in sets.items()
            if one is not None
        }
    return list(value) if isinstance(value, tuple) else value


def canonical(one: Filter) -> str:
    """Write a filter as one line: the same filter always gives the same text.

    What a terminal would act on or hide is written as an escape of JSON: the file is read by people, with `cat` too.
    """
    text = json.dumps(as_json(one), ensure_ascii=False, separators=(",", ":"))
    if visible(text) == text:
        return text
    return "".join(one if visible(one) == one else json.dumps(one)[1:-1] for one in text)


def merge(existing: bytes, filters: Iterable[Filter]) -> bytes:
    """Put filters after an existing list, whose bytes stay as they are; a filter that is in it already is not repeated.

    Raises RefusedError when no version of Tetragon would read the existing list: ours would be lost with it.
    """
    held = read(existing, LATEST, EVERYTHING_ON)
    if not held.entries and held.errors:
        raise RefusedError(f"the existing list is refused: {held.errors[0].message}", held.errors[0].remedy)
    known = {canonical(one) for one in held.filters}
    added: list[str] = []
    for text in map(canonical, filters):
        if text not in known:
            known.add(text)
            added.append(text + "\n")
    between = b"\n" if added and existing.strip() and not existing.endswith(b"\n") else b""
    return existing + between + "".join(added).encode("utf-8")


def without(existing: bytes, entries: Iterable[int], replacements: dict[int, Filter] | None = None) -> bytes:
    """Take entries (from 0) out of a list, or put others in their place; every other byte stays.

    Raises RefusedError when the list cannot be read.
    """
    held = read(existing, LATEST, EVERYTHING_ON)
    if not held.entries and held.errors:
        raise RefusedError(f"the list is refused: {held.errors[0].message}", held.errors[0].remedy)
    changed = dict.fromkeys(entries, b"")
    changed |= {number: canonical(one).encode("utf-8") for number, one in (replacements or {}).items()}
    result = existing
    for number in sorted(changed, reverse=True):
        entry = held.entries[number]
        stop = entry.stop
        if not changed[number]:
            # The line break belongs to the entry it ends.
            stop += next((len(end) for end in (b"\r\n", b"\n") if result.startswith(end, stop)), 0)
        result = result[: entry.start] + changed[number] + result[stop:]
    return result


def filter_of(exclusion: Exclusion, version: Version = LATEST) -> Filter:
    """Write an exclusion as one filter for a version.

    Raises RefusedError when that version cannot say it: a kind or field it lacks, a destination before CEL works.
    """
    types = tuple(_type_of(kind, version) for kind in exclusion.kinds)
    _check_parents(exclusion, version)
    if exclusion.policies and not POLICY_KINDS.issuperset(exclusion.kinds):
        raise RefusedError("Tetragon compares policy names for kprobe, tracepoint, uprobe and lsm only")
    cel: tuple[str, ...] | None = None
    if exclusion.socket is not None or exclusion.functions:
        if version < CEL_WORKS_SINCE:
            remedy = f"update the agent to 1.4, silence it in Wazuh, or {_in_the_policy(exclusion)}"
            raise RefusedError(f"Tetragon {version} cannot filter by function or destination", remedy)
        cel = expressions_of(exclusion)
    return Filter(
        binary_regex=_patterns(exclusion.binary),
        event_set=types,
        arguments_regex=_patterns(exclusion.arguments),
        policy_names=exclusion.policies or None,
        parent_binary_regex=_patterns(exclusion.parent_binary),
        cel_expression=cel,
        parent_arguments_regex=_patterns(exclusion.parent_arguments),
        container_id=_CONTAINER_ID.get(exclusion.in_container),
    )


def _in_the_policy(exclusion: Exclusion) -> str:
    """Say what to change in the policy, which every version can do."""
    socket = exclusion.socket
    wanted = []
    if socket is not None and socket.networks:
        wanted.append(f"operator NotDAddr and values {', '.join(socket.networks)}")
    if socket is not None and socket.ports:
        wanted.append(f"operator NotDPort and values {', '.join(map(str, socket.ports))}")
    # Selectors are alternatives: address and port in one would keep more than the destination in the kernel.
    each = "a selector with matchArgs each: " if len(wanted) > 1 else "matchArgs with "
    return f"change the policy, for every process: {each}{'; '.join(wanted)}" if wanted else "change the policy"


def _patterns(patterns: Iterable[Any]) -> tuple[str, ...] | None:
    return tuple(pattern.to_re2() for pattern in patterns) or None


def _type_of(kind: Kind, version: Version) -> EventType:
    if kind not in WITH_PROCESS:
        raise RefusedError(f"{kind.word} events have no process: no filter is made from them")
    event_type = TYPE_OF_KIND[kind]
    if event_type.since > version:
        raise RefusedError(f"Tetragon {version} does not know {kind.word} events", "leave the kind out")
    return event_type


def _check_parents(exclusion: Exclusion, version: Version) -> None:
    if not (exclusion.parent_binary or exclusion.parent_arguments):
        return
    for kind in exclusion.kinds:
        if PARENT_SINCE.get(kind, version) > version:
            raise RefusedError(f"{kind.word} events have no parent before Tetragon {PARENT_SINCE[kind]}")
