"""How far a filter reaches without looking at any event: everything, every process, whole kinds, or less."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.tetragon.format.filter import REGEX_FIELDS, Filter
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import CEL_WORKS_SINCE, KIND_OF_TYPE, EventType, Features
from tetratui.core.tetragon.lint.probes import kinds_taken
from tetratui.core.tetragon.match.regex import compiled

_PROBES = ("", " ", "\n", "a", "0", "/usr/bin/bash", "-c id", "Ж語🐝", "\x01\x7f\ufffd", "x" * 70, "a\nb", '"', "zq#~%")
"""Texts with little in common: an expression found in all of them is taken to be found in every text."""
_SAFE_TO_ASK = frozenset({"event_set", "policy_names", "health_check", "in_init_tree", "cel_expression"})
"""Fields that do not answer no to an event without a process before `in_init_tree` is asked."""
_ASKED_LATER = frozenset({"container_name_regex", "cel_expression"})
_HOST_BINARY = ("binary_regex", "arguments_regex", "container_id")
"""Expressions over texts that every process has, if only empty."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a filter takes whatever the events hold."""

    everything: bool = False
    all_processes: bool = False
    kinds: frozenset[Kind] = frozenset()
    """Kinds of which it takes every event; empty when it asks for something."""
    by_accident: bool = False
    """An empty list or an expression that matches every text is the reason."""
    crashes: bool = False
    reason: str = ""


@lru_cache(maxsize=4096)
def matches_every_text(pattern: str) -> bool:
    """Say whether an expression is found in every text (tried on texts with little in common)."""
    try:
        search = compiled(pattern).search
    except FilterError:
        return False
    return all(search(probe) is not None for probe in _PROBES)


@lru_cache(maxsize=16384)
def reach(one: Filter, features: Features) -> Reach:
    """Judge one filter."""
    open_fields = {name for name, value in one.given() if _asks_nothing(one, name, value, features)}
    process_only = {name for name in open_fields if name in REGEX_FIELDS or name == "namespace"}
    asked = {name for name, value in one.asked()} - open_fields
    empty = [name for name, value in one.given() if value == ()]
    reason = _reason(one, open_fields, empty, features)
    crashes = _crashes(one, features)
    processes = WITH_PROCESS & set(features.kind_of_key.values())
    if asked - {"event_set"}:
        taken = kinds_taken(one, features)
        tried = f"{', '.join(sorted(asked - {'event_set'}))} holds for events with little in common"
        return Reach(all_processes=taken >= processes, kinds=taken, crashes=crashes, reason=tried)
    if "event_set" not in asked:
        if process_only:
            return Reach(all_processes=True, by_accident=True, crashes=crashes, reason=reason)
        return Reach(everything=True, by_accident=True, crashes=crashes, reason=reason)
    kinds = _kinds(one, features)
    return Reach(
        all_processes=kinds >= processes,
        kinds=frozenset(kinds),
        by_accident=bool(empty or open_fields),
        crashes=crashes,
        reason=reason,
    )


def whole_kinds(one: Filter, features: Features) -> frozenset[Kind]:
    """Give the kinds of which a filter takes every event."""
    judged = reach(one, features)
    if judged.everything or judged.all_processes:
        return frozenset(WITH_PROCESS)
    return judged.kinds


def _asks_nothing(one: Filter, name: str, value: object, features: Features) -> bool:
    if value == ():
        return False
    if name == "cel_expression":
        return features.version < CEL_WORKS_SINCE
    if name in _HOST_BINARY:
        return any(matches_every_text(pattern) for pattern in getattr(one, name))
    if name == "namespace":
        return "" in (one.namespace or ())
    return name == "health_check" and one.health_check is False


def _reason(one: Filter, open_fields: set[str], empty: list[str], features: Features) -> str:
    if empty and not open_fields:
        return f"{', '.join(empty)} is an empty list and asks nothing"
    if not open_fields:
        return "it asks nothing" if not one.event_set else "its event_set names every kind"
    if "cel_expression" in open_fields:
        return f"Tetragon {features.version} never looks at cel_expression"
    if "namespace" in open_fields:
        return 'namespace "" is every process outside a pod, on a server without Kubernetes all of them'
    if "health_check" in open_fields:
        return "health_check false is everything that is no probe of Kubernetes"
    return f"{', '.join(sorted(open_fields))} is found in every text"


def _kinds(one: Filter, features: Features) -> set[Kind]:
    named = {KIND_OF_TYPE[EventType(n)] for n in one.event_set or () if n in EventType.__members__.values()}
    return named & set(features.kind_of_key.values())


def _crashes(one: Filter, features: Features) -> bool:
    """Say whether `in_init_tree` can be asked about an event without a process."""
    if one.in_init_tree is None or one.health_check:
        return False
    asked = {name for name, _ in one.asked()}
    if asked - _SAFE_TO_ASK - _ASKED_LATER:
        return False
    if one.policy_names:
        # Only a hook without its process block is left; Tetragon does not write those.
        return False
    if not one.event_set:
        return True
    return EventType.UNDEF in one.event_set or bool(_kinds(one, features) - WITH_PROCESS)
