"""Judge without events how much a filter matches: everything, every event with a process, whole kinds, or less."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.tetragon.format.filter import REGEX_FIELDS, Filter
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import CEL_WORKS_SINCE, KIND_OF_TYPE, EventType, Features
from tetratui.core.tetragon.lint.probes import Side, find_whole_kinds_by_probes
from tetratui.core.tetragon.match.regex import compile_pattern

_PROBES = ("", " ", "\n", "a", "0", "/usr/bin/bash", "-c id", "Ж語🐝", "\x01\x7f\ufffd", "x" * 70, "a\nb", '"', "zq#~%")
"""Texts with little in common. An expression that matches all of them is taken to match every text."""
_MAY_PASS_WITHOUT_PROCESS = frozenset({"event_set", "policy_names", "health_check", "in_init_tree", "cel_expression"})
"""Fields that are evaluated before `in_init_tree` and may match an event without a process."""
_EVALUATED_LATER = frozenset({"container_name_regex", "cel_expression"})
"""Fields that are evaluated after `in_init_tree`: they cannot save the agent from its crash."""
_IN_EVERY_PROCESS = ("binary_regex", "arguments_regex", "container_id")
"""Fields on texts that every process has, if only empty ones."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a filter matches whatever the events hold."""

    everything: bool = False
    all_processes: bool = False
    """Whether it matches every event that has a process."""
    kinds: frozenset[Kind] = frozenset()
    """Kinds of which it matches every event."""
    sides: tuple[tuple[Side, frozenset[Kind]], ...] = ()
    """For a filter that looks at more than kinds: the kinds of which it matches every event on a side."""
    by_accident: bool = False
    """Whether the reason is an empty list or an expression that matches every text."""
    crashes: bool = False
    """Whether `in_init_tree` crashes the agent on an event without a process."""
    reason: str = ""


@lru_cache(maxsize=4096)
def matches_every_text(pattern: str) -> bool:
    """Return whether an expression matches every text, judged by texts with little in common."""
    try:
        search = compile_pattern(pattern).search
    except FilterError:
        return False
    return all(search(probe) is not None for probe in _PROBES)


@lru_cache(maxsize=16384)
def judge_reach(filter_: Filter, features: Features) -> Reach:
    """Return how much a filter matches in a version."""
    open_fields = {name for name, value in filter_.written_fields() if _matches_all(filter_, name, value, features)}
    process_only = {name for name in open_fields if name in REGEX_FIELDS or name == "namespace"}
    restricting = {name for name, value in filter_.conditions()} - open_fields
    empty = [name for name, value in filter_.written_fields() if value == ()]
    reason = _reason(filter_, open_fields, empty, features)
    crashes = _crashes(filter_, features)
    processes = WITH_PROCESS & set(features.kind_of_key.values())
    if restricting - {"event_set"}:
        by_side = find_whole_kinds_by_probes(filter_, features)
        kinds = frozenset.intersection(*(by_side[side] for side in _possible_sides(features)))
        names = ", ".join(sorted(restricting - {"event_set"}))
        reason = f"{names} matches events with little in common"
        sides = tuple(by_side.items())
        return Reach(all_processes=kinds >= processes, kinds=kinds, sides=sides, crashes=crashes, reason=reason)
    if "event_set" not in restricting:
        if process_only:
            return Reach(all_processes=True, by_accident=True, crashes=crashes, reason=reason)
        return Reach(everything=True, by_accident=True, crashes=crashes, reason=reason)
    kinds = named_kinds(filter_, features)
    return Reach(
        all_processes=kinds >= processes,
        kinds=kinds,
        by_accident=bool(empty or open_fields),
        crashes=crashes,
        reason=reason,
    )


def _possible_sides(features: Features) -> tuple[Side, ...]:
    """Return the sides that events can be of: where Kubernetes is known to be off, the host's alone count."""
    return (Side.HOST,) if features.options.kubernetes is False else tuple(Side)


def find_whole_kinds(filter_: Filter, features: Features) -> dict[Side, frozenset[Kind]]:
    """Return per side the kinds of which a filter matches every event."""
    reach = judge_reach(filter_, features)
    whole = frozenset(WITH_PROCESS) if reach.everything or reach.all_processes else reach.kinds
    return dict.fromkeys(_possible_sides(features), whole) | {
        side: kinds | whole for side, kinds in reach.sides if side in _possible_sides(features)
    }


def _matches_all(filter_: Filter, name: str, value: object, features: Features) -> bool:
    if value == ():
        return False
    if name == "cel_expression":
        return features.version < CEL_WORKS_SINCE
    if name in _IN_EVERY_PROCESS:
        return any(matches_every_text(pattern) for pattern in getattr(filter_, name))
    if name == "namespace":
        return features.options.kubernetes is False and "" in (filter_.namespace or ())
    return name == "health_check" and filter_.health_check is False


def _reason(filter_: Filter, open_fields: set[str], empty: list[str], features: Features) -> str:
    if empty and not open_fields:
        return f"{', '.join(empty)} is an empty list, which matches everything"
    if not open_fields:
        return "it has no condition" if not filter_.event_set else "its event_set names every kind"
    if "cel_expression" in open_fields:
        return f"Tetragon {features.version} ignores cel_expression"
    if "namespace" in open_fields:
        return (
            'namespace "" matches every process without a pod, and this agent resolves no pods (enable-k8s-api is off)'
        )
    if "health_check" in open_fields:
        return "health_check false matches everything but the probes of Kubernetes"
    return f"{', '.join(sorted(open_fields))} matches every text"


def named_kinds(filter_: Filter, features: Features) -> frozenset[Kind]:
    """Return the kinds that `event_set` names and the version has; none without an `event_set`."""
    named = {KIND_OF_TYPE[EventType(n)] for n in filter_.event_set or () if n in EventType.__members__.values()}
    return frozenset(named & set(features.kind_of_key.values()))


def _crashes(filter_: Filter, features: Features) -> bool:
    """Return whether `in_init_tree` may be evaluated for an event without a process."""
    if filter_.in_init_tree is None or filter_.health_check:
        return False
    fields = {name for name, _ in filter_.conditions()}
    if fields - _MAY_PASS_WITHOUT_PROCESS - _EVALUATED_LATER:
        # One of the fields before it fails for every event without a process.
        return False
    if filter_.policy_names:
        # Only kinds with a policy name pass that field, and Tetragon writes no such event without its process.
        return False
    if not filter_.event_set:
        return True
    return EventType.UNDEF in filter_.event_set or bool(named_kinds(filter_, features) - WITH_PROCESS)
