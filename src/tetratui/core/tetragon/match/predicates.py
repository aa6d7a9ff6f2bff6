"""What each field of a filter asks of one event, in the order in which Tetragon asks.

The order matters for the crash of `in_init_tree` (a field asked earlier may answer no first) and for `pid_set`, which
remembers the processes it was asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tetratui.core.events.kinds import Kind
from tetratui.core.tetragon.format import capabilities
from tetratui.core.tetragon.format.filter import CapabilityFilter, Filter
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import CEL_WORKS_SINCE, Features
from tetratui.core.tetragon.match import labels
from tetratui.core.tetragon.match.event_blocks import Block, Seen, container, pod, process_id, text
from tetratui.core.tetragon.match.regex import Compiled, compiled

Predicate = Callable[[Seen], bool]
Source = Callable[[Seen], Iterable[str]]
"""The texts of an event in which a regular expression is looked for; none at all where the block is missing."""


class Panic(Exception):  # noqa: N818 - the word for it in Go, and no error of ours
    """The agent would crash on this event: `in_init_tree` on an event without a process."""


POLICY_KINDS = frozenset({Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.LSM})
"""Kinds whose `policy_name` Tetragon compares; usdt has one and is left out there."""


def _of_process(name: str) -> Source:
    return lambda event: () if event.process is None else (text(event.process, name),)


def _of_parent(name: str) -> Source:
    return lambda event: () if event.parent is None else (text(event.parent, name),)


def _of_pod(name: str) -> Source:
    return lambda event: () if (found := pod(event.process)) is None else (text(found, name),)


def _ancestors(event: Seen) -> Iterable[str]:
    return tuple(text(ancestor, "binary") for ancestor in event.ancestors)


def _container_name(event: Seen) -> Iterable[str]:
    found = container(event.process)
    return () if found is None else (text(found, "name"),)


SOURCES: dict[str, Source] = {
    "binary_regex": _of_process("binary"),
    "arguments_regex": _of_process("arguments"),
    "container_id": _of_process("docker"),
    "parent_binary_regex": _of_parent("binary"),
    "parent_arguments_regex": _of_parent("arguments"),
    "ancestor_binary_regex": _ancestors,
    "pod_regex": _of_pod("name"),
    "namespace_regex": _of_pod("namespace"),
    "container_name_regex": _container_name,
}
"""Where each field with regular expressions looks."""

ASKED_ORDER = (
    "binary_regex",
    "parent_binary_regex",
    "ancestor_binary_regex",
    "health_check",
    "namespace",
    "namespace_regex",
    "pid",
    "pid_set",
    "event_set",
    "arguments_regex",
    "parent_arguments_regex",
    "labels",
    "pod_regex",
    "policy_names",
    "capabilities",
    "container_id",
    "in_init_tree",
    "cel_expression",
    "container_name_regex",
)
"""Tetragon's own order (pkg/filters/filters.go of 1.7.0)."""


def first_match(built: Sequence[Sequence[tuple[str, Predicate]]], event: Seen) -> int | None:
    """Return the number of the first filter whose predicates all hold, or None; raises Panic."""
    for number, predicates in enumerate(built):
        if all(holds(event) for _, holds in predicates):
            return number
    return None


def predicates_of(wanted: Filter, features: Features) -> list[tuple[str, Predicate]]:
    """Build what a filter asks, or raise the FilterError of stage "build" that stops the agent.

    A field that is unset or an empty list asks nothing; so does `cel_expression` before 1.4.0. Each call makes
    predicates with a memory of their own (`pid_set`), so they must see the events in the order of the file.
    """
    built: list[tuple[str, Predicate]] = []
    for name in ASKED_ORDER:
        value = getattr(wanted, name)
        if value is None or value == () or (name == "cel_expression" and features.version < CEL_WORKS_SINCE):
            continue
        try:
            built.append((name, _BUILDERS[name](value, wanted, features) if name in _BUILDERS else _regex(name, value)))
        except FilterError as error:
            error.field = name
            raise
    return built


def _regex(name: str, patterns: tuple[str, ...]) -> Predicate:
    expressions: list[Compiled] = [compiled(pattern) for pattern in patterns]
    texts_of = SOURCES[name]
    return lambda event: any(
        expression.search(one) is not None for one in texts_of(event) for expression in expressions
    )


def _ancestor(value: tuple[str, ...], wanted: Filter, features: Features) -> Predicate:
    missing = features.ancestors_missing(wanted.event_set)
    if missing:
        remedy = "start the agent with enable-ancestors for every type of event_set, or leave the field out"
        raise FilterError(f"ancestors are not enabled for {missing}", remedy, stage="build")
    return _regex("ancestor_binary_regex", value)


def _may_be_probe(process: Block | None) -> bool:
    found = container(process)
    return found is not None and found.get("maybe_exec_probe") is True


def _health_check(value: bool, _wanted: Filter, _features: Features) -> Predicate:
    return lambda event: (_may_be_probe(event.process) or _may_be_probe(event.parent)) is value


def _namespace(value: tuple[str, ...], _wanted: Filter, _features: Features) -> Predicate:
    return lambda event: event.process is not None and text(pod(event.process), "namespace") in value


def _pid(value: tuple[int, ...], _wanted: Filter, _features: Features) -> Predicate:
    return lambda event: event.process is not None and process_id(event.process) in value


def _pid_set(value: tuple[int, ...], _wanted: Filter, _features: Features) -> Predicate:
    family: set[int] = set()

    def descends(event: Seen) -> bool:
        if event.process is None:
            return False
        own = process_id(event.process)
        if own in value or own in family:
            return True
        if event.parent is None or not ((parent := process_id(event.parent)) in value or parent in family):
            return False
        family.add(own)
        return True

    return descends


def _event_set(value: tuple[int, ...], _wanted: Filter, _features: Features) -> Predicate:
    numbers = frozenset(value)
    return lambda event: event.type_number in numbers


def _labels(value: tuple[str, ...], _wanted: Filter, _features: Features) -> Predicate:
    selectors = [labels.parse(selector) for selector in value]

    def selected(event: Seen) -> bool:
        found = pod(event.process)
        if found is None:
            return False
        held = found.get("pod_labels")
        texts = {key: one for key, one in held.items() if isinstance(one, str)} if isinstance(held, dict) else {}
        return any(labels.selects(selector, texts) for selector in selectors)

    return selected


def _policy_names(value: tuple[str, ...], _wanted: Filter, _features: Features) -> Predicate:
    names = frozenset(value) - {""}
    return lambda event: event.kind in POLICY_KINDS and text(event.body, "policy_name") in names


def _capabilities(value: CapabilityFilter, _wanted: Filter, features: Features) -> Predicate:
    if not features.options.process_cred:
        remedy = "start the agent with enable-process-cred, or leave the field out"
        raise FilterError("capabilities are not in the events of this agent", remedy, stage="build")
    sets = [(name, one) for name in ("permitted", "effective", "inheritable") if (one := getattr(value, name))]
    for name, one in sets:
        if len(one.given()) != 1:
            remedy = "give exactly one of any, all, exactly, none"
            raise FilterError(f"{name} holds {len(one.given())} comparisons", remedy, stage="build")

    def held(event: Seen) -> bool:
        block = event.process.get("cap") if event.process is not None else None
        return isinstance(block, dict) and all(one.matches(_numbers(block.get(name))) for name, one in sets)

    return held


def _numbers(names: object) -> frozenset[int]:
    found = (capabilities.number_of(name) for name in names) if isinstance(names, list) else ()
    return frozenset(number for number in found if number is not None)


def _in_init_tree(value: bool, _wanted: Filter, _features: Features) -> Predicate:
    def in_tree(event: Seen) -> bool:
        if event.process is None:
            raise Panic("in_init_tree on an event without a process")
        return (event.process.get("in_init_tree") is True) is value

    return in_tree


def _cel(value: tuple[str, ...], _wanted: Filter, features: Features) -> Predicate:
    # CEL needs protobuf, which most lists do not.
    from tetratui.core.tetragon.cel import cel_expression as cel

    expressions = cel.compile_all(value, features)
    return lambda event: cel.any_holds(expressions, features.version, event.key, event.body)


_BUILDERS: dict[str, Callable[..., Predicate]] = {
    "ancestor_binary_regex": _ancestor,
    "health_check": _health_check,
    "namespace": _namespace,
    "pid": _pid,
    "pid_set": _pid_set,
    "event_set": _event_set,
    "labels": _labels,
    "policy_names": _policy_names,
    "capabilities": _capabilities,
    "in_init_tree": _in_init_tree,
    "cel_expression": _cel,
}
