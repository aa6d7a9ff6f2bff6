"""Build the predicates of a filter, one for each field, in the order in which Tetragon evaluates them.

The first predicate that fails ends the evaluation. So the order decides whether `in_init_tree` is reached, which may
crash the agent, and which processes `pid_set` gets to see and remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tetratui.core.events.kinds import Kind
from tetratui.core.tetragon.format import capabilities
from tetratui.core.tetragon.format.filter import CapabilityFilter, Filter
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import CEL_WORKS_SINCE, Features
from tetratui.core.tetragon.match import labels
from tetratui.core.tetragon.match.event_blocks import Block, EventView, container, pod, process_id, read_text
from tetratui.core.tetragon.match.regex import CompiledPattern, compile_pattern

Predicate = Callable[[EventView], bool]
Source = Callable[[EventView], Iterable[str]]
"""Returns the texts of an event that a regular expression is searched in; no text where the block is missing."""


class Panic(Exception):  # noqa: N818 - the word for it in Go, and no error of ours
    """The agent would crash on this event: it evaluates `in_init_tree` for an event without a process."""


POLICY_KINDS = frozenset({Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.LSM})
"""Kinds whose `policy_name` Tetragon compares. Usdt events have one too, but Tetragon does not look at it."""


def _of_process(name: str) -> Source:
    return lambda event: () if event.process is None else (read_text(event.process, name),)


def _of_parent(name: str) -> Source:
    return lambda event: () if event.parent is None else (read_text(event.parent, name),)


def _of_pod(name: str) -> Source:
    return lambda event: () if (block := pod(event.process)) is None else (read_text(block, name),)


def _ancestors(event: EventView) -> Iterable[str]:
    return tuple(read_text(ancestor, "binary") for ancestor in event.ancestors)


def _container_name(event: EventView) -> Iterable[str]:
    block = container(event.process)
    return () if block is None else (read_text(block, "name"),)


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
"""The texts that each field with regular expressions searches."""

EVALUATION_ORDER = (
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


def first_match(filters: Sequence[Sequence[tuple[str, Predicate]]], event: EventView) -> int | None:
    """Return the number of the first filter (given by its predicates) that matches the event, or None; raises Panic."""
    for number, predicates in enumerate(filters):
        if all(holds(event) for _, holds in predicates):
            return number
    return None


def build_predicates(filter_: Filter, features: Features) -> list[tuple[str, Predicate]]:
    """Return the fields of a filter with their predicates, in Tetragon's order.

    A field that is None or an empty list has no predicate, nor has `cel_expression` before 1.4.0. The predicate of
    `pid_set` remembers events, so it must see them in the order of the file; each call returns one without memory.

    Raises:
        FilterError: the agent would refuse the filter (stage "build").
    """
    built: list[tuple[str, Predicate]] = []
    for name in EVALUATION_ORDER:
        value = getattr(filter_, name)
        if value is None or value == () or (name == "cel_expression" and features.version < CEL_WORKS_SINCE):
            continue
        try:
            build = _BUILDERS.get(name)
            built.append((name, build(value, filter_, features) if build is not None else _regex(name, value)))
        except FilterError as error:
            error.field = name
            raise
    return built


def _regex(name: str, patterns: tuple[str, ...]) -> Predicate:
    expressions: list[CompiledPattern] = [compile_pattern(pattern) for pattern in patterns]
    texts_of = SOURCES[name]
    return lambda event: any(
        expression.search(text) is not None for text in texts_of(event) for expression in expressions
    )


def _ancestor(value: tuple[str, ...], filter_: Filter, features: Features) -> Predicate:
    missing = features.type_without_ancestors(filter_.event_set)
    if missing:
        remedy = "start the agent with enable-ancestors for every type of event_set, or leave the field out"
        raise FilterError(f"ancestors are not enabled for {missing}", remedy, stage="build")
    return _regex("ancestor_binary_regex", value)


def _may_be_probe(process: Block | None) -> bool:
    block = container(process)
    return block is not None and block.get("maybe_exec_probe") is True


def _health_check(value: bool, _filter: Filter, _features: Features) -> Predicate:
    return lambda event: (_may_be_probe(event.process) or _may_be_probe(event.parent)) is value


def _namespace(value: tuple[str, ...], _filter: Filter, _features: Features) -> Predicate:
    return lambda event: event.process is not None and read_text(pod(event.process), "namespace") in value


def _pid(value: tuple[int, ...], _filter: Filter, _features: Features) -> Predicate:
    return lambda event: event.process is not None and process_id(event.process) in value


def _pid_set(value: tuple[int, ...], _filter: Filter, _features: Features) -> Predicate:
    # The pids of descendants seen so far. Tetragon never forgets one either, so a reused pid goes on matching.
    family: set[int] = set()

    def descends(event: EventView) -> bool:
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


def _event_set(value: tuple[int, ...], _filter: Filter, _features: Features) -> Predicate:
    numbers = frozenset(value)
    return lambda event: event.type_number in numbers


def _labels(value: tuple[str, ...], _filter: Filter, _features: Features) -> Predicate:
    selectors = [labels.parse_selector(selector) for selector in value]

    def selected(event: EventView) -> bool:
        block = pod(event.process)
        if block is None:
            return False
        pod_labels = block.get("pod_labels")
        pairs = pod_labels.items() if isinstance(pod_labels, dict) else ()
        texts = {key: value for key, value in pairs if isinstance(value, str)}
        return any(labels.selects(selector, texts) for selector in selectors)

    return selected


def _policy_names(value: tuple[str, ...], _filter: Filter, _features: Features) -> Predicate:
    names = frozenset(value) - {""}
    return lambda event: event.kind in POLICY_KINDS and read_text(event.body, "policy_name") in names


def _capabilities(value: CapabilityFilter, _filter: Filter, features: Features) -> Predicate:
    if not features.options.process_cred:
        remedy = "start the agent with enable-process-cred, or leave the field out"
        raise FilterError("capabilities are not in the events of this agent", remedy, stage="build")
    sets = [(name, wanted) for name in ("permitted", "effective", "inheritable") if (wanted := getattr(value, name))]
    for name, wanted in sets:
        count = len(wanted.comparisons())
        if count != 1:
            remedy = "write exactly one of any, all, exactly, none"
            raise FilterError(f"{name} has {count} comparisons", remedy, stage="build")

    def matches(event: EventView) -> bool:
        block = event.process.get("cap") if event.process is not None else None
        return isinstance(block, dict) and all(wanted.matches(_numbers(block.get(name))) for name, wanted in sets)

    return matches


def _numbers(names: object) -> frozenset[int]:
    numbers = map(capabilities.number_of, names) if isinstance(names, list) else ()
    return frozenset(number for number in numbers if number is not None)


def _in_init_tree(value: bool, _filter: Filter, _features: Features) -> Predicate:
    def in_tree(event: EventView) -> bool:
        if event.process is None:
            raise Panic("in_init_tree on an event without a process")
        return (event.process.get("in_init_tree") is True) is value

    return in_tree


def _cel(value: tuple[str, ...], _filter: Filter, features: Features) -> Predicate:
    # CEL needs protobuf, which most lists do not.
    from tetratui.core.tetragon.cel import cel_expression as cel

    expressions = cel.compile_expressions(value, features)
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
