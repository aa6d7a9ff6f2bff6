"""Write filters as Tetragon reads them, and change an existing list without touching its other bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tetratui.core.errors import RefusedError
from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.events.visible import visible
from tetratui.core.exclusion import Exclusion, Pattern, Place
from tetratui.core.tetragon.cel.socket_expression import needs_expression, write_expressions
from tetratui.core.tetragon.format import capabilities
from tetratui.core.tetragon.format.filter import CapabilityFilter, Filter
from tetratui.core.tetragon.format.filter_reader import parse_each
from tetratui.core.tetragon.format.versions import (
    ALL_FEATURES,
    CEL_WORKS_SINCE,
    FIELD_SINCE,
    LATEST,
    PARENT_SINCE,
    TYPE_OF_KIND,
    EventType,
    Features,
    Version,
)
from tetratui.core.tetragon.match.filter_list import FilterList, read
from tetratui.core.tetragon.match.predicates import POLICY_KINDS

_CONTAINER_ID: dict[bool | None, tuple[str, ...]] = {True: (".",), False: ("^$",)}
"""Whether the process is in a container, as expressions on `process.docker`, which is empty outside of containers.

None needs no field: both sides match.
"""


def to_json(filter_: Filter) -> dict[str, Any]:
    """Return a filter as the object that Tetragon reads. Fields that are None are left out, empty lists stay."""
    return {name: _plain(name, value) for name, value in filter_.written_fields()}


def _plain(name: str, value: Any) -> Any:
    if name == "event_set":
        return [EventType(n).name if n in EventType.__members__.values() else int(n) for n in value]
    if isinstance(value, CapabilityFilter):
        sets = {side: getattr(value, side) for side in ("permitted", "effective", "inheritable")}
        return {
            side: {how: list(map(capabilities.name_of, getattr(compared, how))) for how in compared.comparisons()}
            for side, compared in sets.items()
            if compared is not None
        }
    return list(value) if isinstance(value, tuple) else value


def canonical_text(filter_: Filter) -> str:
    """Return a filter as one line of JSON, with the keys in Tetragon's order. Equal filters have equal texts.

    Characters that a terminal would act on or hide are escaped, because operators look at the file with `cat` too.
    """
    return escape_hidden(json.dumps(to_json(filter_), ensure_ascii=False, separators=(",", ":")))


def escape_hidden(text: str) -> str:
    """Return the text of an entry with the characters that a terminal acts on or hides as escapes of JSON.

    Line breaks become blanks: they stand between the tokens of an entry, or are refused.
    """
    if visible(text) == text:
        return text
    line = text.replace("\r\n", " ").replace("\n", " ")
    return "".join(char if visible(char) == char else json.dumps(char)[1:-1] for char in line)


def append_filters(existing: bytes, filters: Iterable[Filter]) -> bytes:
    """Return a list with filters appended that it does not hold yet. Its existing bytes stay as they are.

    Raises:
        RefusedError: no version of Tetragon reads the existing list; it would refuse the new filters with it.
    """
    known = set(map(canonical_text, _read_existing(existing).filters))
    added: list[str] = []
    for text in map(canonical_text, filters):
        if text not in known:
            known.add(text)
            added.append(text + "\n")
    between = b"\n" if added and existing.strip() and not existing.endswith(b"\n") else b""
    return existing + between + "".join(added).encode("utf-8")


def edit_entries(existing: bytes, entries: Iterable[int], replacements: dict[int, Filter] | None = None) -> bytes:
    """Return a list without some entries (counted from 0), and with others replaced. All other bytes stay.

    Entries that Tetragon refuses count too, so that they can be put right.
    """
    current = parse_each(existing, Features(LATEST, ALL_FEATURES))
    changed = dict.fromkeys(entries, b"")
    changed |= {number: canonical_text(new).encode("utf-8") for number, new in (replacements or {}).items()}
    result = existing
    # From the end, so that the offsets of the entries before stay right.
    for number in sorted(changed, reverse=True):
        entry = current[number]
        stop = entry.stop
        if not changed[number]:
            # The line break belongs to the entry it ends.
            stop += next((len(end) for end in (b"\r\n", b"\n") if result.startswith(end, stop)), 0)
        result = result[: entry.start] + changed[number] + result[stop:]
    return result


def _read_existing(data: bytes) -> FilterList:
    """Return a list whose single entries may be wrong, or raise a RefusedError if it cannot be read at all."""
    filters = read(data, LATEST, ALL_FEATURES)
    if not filters.entries and filters.errors:
        raise RefusedError(f"the existing list is refused: {filters.errors[0].message}", filters.errors[0].remedy)
    return filters


def build_filter(exclusion: Exclusion, version: Version = LATEST) -> Filter:
    """Return the filter for an exclusion.

    Raises:
        RefusedError: the version cannot express it. It lacks a kind or field, or its CEL does not work yet.
    """
    types = tuple(_type_of(kind, version) for kind in exclusion.kinds)
    _check_parents(exclusion, version)
    if exclusion.policies and not POLICY_KINDS.issuperset(exclusion.kinds):
        raise RefusedError("Tetragon compares policy names for kprobe, tracepoint, uprobe and lsm only")
    place = exclusion.place
    has_names = version >= FIELD_SINCE["container_name_regex"]
    by_cel = replace(
        exclusion, place=Place(workloads=place.workloads, containers=() if has_names else place.containers)
    )
    cel = _write_cel(by_cel, version) if needs_expression(by_cel) else None
    return Filter(
        binary_regex=_patterns(exclusion.binary),
        namespace=place.namespaces or None,
        health_check=True if exclusion.probe else None,
        event_set=types,
        pod_regex=_patterns(place.pods),
        arguments_regex=_patterns(exclusion.arguments),
        labels=(",".join(f"{key}={value}" for key, value in place.labels),) if place.labels else None,
        policy_names=exclusion.policies or None,
        parent_binary_regex=_patterns(exclusion.parent_binary),
        cel_expression=cel,
        parent_arguments_regex=_patterns(exclusion.parent_arguments),
        container_id=_CONTAINER_ID.get(exclusion.in_container),
        container_name_regex=_patterns(map(Pattern.exactly, place.containers)) if has_names else None,
    )


def _write_cel(exclusion: Exclusion, version: Version) -> tuple[str, ...]:
    if version >= CEL_WORKS_SINCE:
        return write_expressions(exclusion)
    if exclusion.socket is not None or exclusion.functions:
        remedy = f"update the agent to 1.4, silence it in Wazuh, or {_in_the_policy(exclusion)}"
        raise RefusedError(f"Tetragon {version} cannot filter by function or destination", remedy)
    if exclusion.place.workloads:
        names = ", ".join(name for _, name in exclusion.place.workloads)
        remedy = "update the agent to 1.4, silence it in Wazuh, or draft it with --place namespace"
        raise RefusedError(
            f"Tetragon {version} cannot filter by workload, and no name of a pod tells {names} from others", remedy
        )
    remedy = "update the agent to 1.4, silence it in Wazuh, or draft it with --place workload"
    raise RefusedError(f"Tetragon {version} cannot filter by the name of a container", remedy)


def _in_the_policy(exclusion: Exclusion) -> str:
    """Return what to change in the policy instead, which every version supports."""
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
