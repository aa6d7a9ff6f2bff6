"""Find what is dangerous or misleading in a list that Tetragon accepts.

The codes are stable; docs/lints.md explains each. Severity "error" is for entries that crash the agent or match far
more than they seem to. With such an entry `tetratui check` exits with 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from tetratui.core.amounts import name_entry
from tetratui.core.events.kinds import PAST_THE_LISTS, WITH_PROCESS, Kind
from tetratui.core.tetragon.format.filter import REGEX_FIELDS, Filter
from tetratui.core.tetragon.format.filter_writer import canonical_text
from tetratui.core.tetragon.format.versions import (
    CEL_SKIPS_SINCE,
    CEL_WORKS_SINCE,
    KIND_OF_TYPE,
    TYPE_OF_KIND,
    EventType,
    Version,
)
from tetratui.core.tetragon.lint.kubernetes_lints import (
    lint_container_ids,
    lint_health_check,
    lint_label_keys,
    lint_labels,
    lint_namespaces,
    lint_pods,
    lint_sides,
)
from tetratui.core.tetragon.lint.needless_filters import find_needless
from tetratui.core.tetragon.lint.pattern_lints import FilterFinding, Severity, lint_patterns
from tetratui.core.tetragon.lint.probes import Side
from tetratui.core.tetragon.lint.reach import Reach, find_whole_kinds, judge_reach, named_kinds
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.tetragon.match.predicates import POLICY_KINDS
from tetratui.core.tetragon.match.unicode_names import is_known_before_go_1_25


@dataclass(frozen=True, slots=True)
class Lint:
    """A finding on one entry of a list."""

    code: str
    """Stable name of the kind of finding, in kebab-case."""
    severity: Severity
    entry: int
    """Number of the filter, from 0."""
    message: str
    """What the entry does."""
    fix: str
    """The filter to write instead if it is known, else what to do."""

    @property
    def removes_entry(self) -> bool:
        """Whether the remedy is to remove the entry."""
        return self.code in _NEEDLESS

    @property
    def is_applicable(self) -> bool:
        """Whether the fix can be applied without asking: another filter in its place, or none."""
        return self.removes_entry or self.fix.startswith("{")


_NEEDLESS = frozenset({"matches-everything", "matches-every-process", "duplicate", "shadowed"})
"""Codes of entries that should be removed."""
_NARROW_IT = "add a condition, or remove the entry"
_COMMANDS = (EventType.PROCESS_EXEC, EventType.PROCESS_EXIT)
_NEW_NAMES_SINCE = Version(1, 7)
"""The first release known to be built with Go 1.25."""
_NAMES = re.compile(r"\\[pP]\{\^?([^{}]*)\}")
_READS_ADDRESS = re.compile(r"(?<![A-Za-z.])(?:ip|cidr)\((?!['\"])|contains(?:IP|CIDR)\((?!['\"]|(?:ip|cidr)\(['\"])")
"""A call of an address function with an argument that is no constant."""


def lint(filters: FilterList, numbers: Sequence[int] | None = None) -> list[Lint]:
    """Return the findings on a list, by entry, errors first. A list that cannot be parsed has no entries.

    `numbers` are those of the entries in the file that the list is a part of; None: it is the whole file.
    """
    numbers = range(len(filters.filters)) if numbers is None else numbers
    lints: list[Lint] = []
    for number, filter_ in enumerate(filters.filters):
        for check in _CHECKS:
            lints += [
                Lint(code, severity, number, message, fix) for code, severity, message, fix in check(filter_, filters)
            ]
    lints += _lint_whole_kinds_together(filters)
    lints += _lint_kinds_not_kept(filters)
    lints += _lint_needless(filters, numbers)
    lints = [replace(lint, entry=numbers[lint.entry]) for lint in lints]
    return sorted(lints, key=lambda lint: (lint.entry, _ORDER[lint.severity]))


_ORDER = {"error": 0, "warning": 1, "info": 2}


def _lint_crash(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    if judge_reach(filter_, filters.features).crashes:
        text = "in_init_tree crashes the agent on an event without a process (PROCESS_THROTTLE, with cgroup-rate)"
        wanted = filter_.event_set or _COMMANDS
        safe = [type_ for type_, kind in KIND_OF_TYPE.items() if kind in WITH_PROCESS and type_ in wanted]
        # event_set is evaluated before in_init_tree: an event of another type never gets that far.
        yield "crash", "error", text, canonical_text(replace(filter_, event_set=tuple(safe) or _COMMANDS))


def _lint_reach(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    reach = judge_reach(filter_, filters.features)
    does = "lets every event through" if filters.as_allowlist else "drops every event"
    severity: Severity = "warning" if filters.as_allowlist else "error"
    if reach.everything:
        yield "matches-everything", severity, f"it {does}: {reach.reason}", _NARROW_IT
    elif reach.all_processes:
        text = f"it {does} that has a process: {reach.reason}"
        yield "matches-every-process", severity, text, _NARROW_IT
    elif reach.kinds and reach.by_accident:
        yield "matches-whole-kind", severity, f"it matches every {_words(reach)} event: {reach.reason}", _NARROW_IT
    elif reach.kinds and not filters.as_allowlist:
        yield "whole-kind", "warning", f"it matches every {_words(reach)} event", "name binaries or parents as well"


def _words(reach: Reach) -> str:
    return ", ".join(sorted(kind.word for kind in reach.kinds))


def _lint_empty_lists(filter_: Filter, _filters: FilterList) -> Iterator[FilterFinding]:
    empty = [name for name, value in filter_.written_fields() if value == ()]
    if empty:
        text = f"{', '.join(empty)}: an empty list matches everything"
        rest = replace(filter_, **dict.fromkeys(empty))
        fix = canonical_text(rest) if list(rest.conditions()) else "write values into it, or remove it"
        yield "empty-list", "warning", text, fix


def _lint_cel(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    sources = filter_.cel_expression or ()
    if not sources:
        return
    if filters.version < CEL_WORKS_SINCE:
        text = f"Tetragon {filters.version} ignores cel_expression: only the other fields count"
        yield "cel-ignored", "error", text, "update the agent to 1.4 or later, or write it without CEL"
        return
    for source in sources:
        if _READS_ADDRESS.search(source) and not re.search(r"\bis(?:IP|CIDR)\(", source):
            text = f"a text that is not an address, such as an empty one, makes the whole filter false: {source}"
            yield "cel-unguarded", "warning", text, "test it first: isIP(x) && ip(x)…"
        if re.search(r"\[\d+\]", source):
            text = f"an index beyond the end makes the whole filter false: {source}"
            yield "cel-unguarded", "warning", text, "write …exists(a, …) instead of an index"
        if filters.version >= CEL_SKIPS_SINCE and not any(key in source for key in filters.features.kind_of_key):
            text = f"it mentions no kind of event, so it is never evaluated: {source}"
            yield "never-matches", "warning", text, "start from process_exec, process_kprobe, …"
        yield from lint_label_keys(source)


def _lint_process_ids(filter_: Filter, _filters: FilterList) -> Iterator[FilterFinding]:
    if filter_.pid:
        yield "pid", "warning", "after a restart the pid belongs to another process", "name the binary instead"
    if filter_.pid_set:
        text = "pid_set is for tests: it forgets at a restart and grows without bound"
        yield "pid-set", "warning", text, "name the parent's binary and arguments instead"


def _lint_event_set(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    if not filter_.event_set:
        by_kind = filter_.policy_names or (filter_.cel_expression and filters.version >= CEL_SKIPS_SINCE)
        if not by_kind and not filters.as_allowlist and not judge_reach(filter_, filters.features).everything:
            text = "no event_set: hooks (kprobe, lsm, …) of these processes are dropped too"
            yield "no-event-set", "info", text, canonical_text(replace(filter_, event_set=_COMMANDS))
        return
    known = {EventType.UNDEF, *(TYPE_OF_KIND[kind] for kind in filters.features.kind_of_key.values())}
    unknown = [int(number) for number in filter_.event_set if number not in known]
    if unknown:
        text = f"Tetragon {filters.version} has no event type {', '.join(map(str, unknown))}"
        yield "never-matches", "warning", text, "name the types: PROCESS_EXEC, PROCESS_EXIT, …"
    if EventType.RATE_LIMIT_INFO in filter_.event_set:
        rest = tuple(number for number in filter_.event_set if number != EventType.RATE_LIMIT_INFO)
        fix = canonical_text(replace(filter_, event_set=rest)) if rest else "remove the entry"
        yield "rate-limit", "info", "rate_limit_info is written whatever the lists say: no filter drops it", fix


def _lint_outside_containers(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    fields = {name for name, _ in filter_.conditions()}
    if filter_.in_init_tree is False and fields <= {"in_init_tree", "event_set"} and not filters.as_allowlist:
        text = "in_init_tree false matches every process outside of containers, without containers all of them, and in"
        text += " containers what kubectl exec, exec probes and nsenter start, and all of a pod with hostPID"
        yield "outside-containers", "warning", text, "name binaries or parents as well"


def _lint_contradiction(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    if filter_.policy_names is not None and filter_.policy_names and set(filter_.policy_names) == {""}:
        yield "never-matches", "warning", 'policy_names [""] matches nothing', "name the policy"
    fields = {name for name, _ in filter_.conditions()}
    kinds = named_kinds(filter_, filters.features) if filter_.event_set else None
    if kinds is not None and fields - {"event_set", "health_check", "in_init_tree"} and not kinds & WITH_PROCESS:
        yield "never-matches", "warning", "these event types have no process to compare", "remove the other fields"
    if filter_.policy_names and kinds is not None and not kinds & POLICY_KINDS:
        text = "policy names are compared for kprobe, tracepoint, uprobe and lsm only"
        yield "never-matches", "warning", text, "leave policy_names out"


def _lint_unicode_names(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    if filters.version >= _NEW_NAMES_SINCE:
        return
    for field in REGEX_FIELDS:
        for pattern in getattr(filter_, field) or ():
            strange = [name for name in _NAMES.findall(pattern) if not is_known_before_go_1_25(name)]
            if strange:
                text = f"{field} {pattern!r}: built with Go before 1.25, an agent refuses {strange[0]!r}"
                yield "unicode-name", "warning", text, "write scripts and categories as Unicode does: Greek, Lu"


_CHECKS: tuple[Callable[[Filter, FilterList], Iterator[FilterFinding]], ...] = (
    _lint_crash,
    _lint_reach,
    _lint_empty_lists,
    _lint_cel,
    lambda filter_, filters: lint_patterns(filter_, filters.as_allowlist),
    _lint_process_ids,
    _lint_event_set,
    _lint_contradiction,
    _lint_outside_containers,
    _lint_unicode_names,
    lint_sides,
    lint_namespaces,
    lint_pods,
    lint_labels,
    lint_health_check,
    lint_container_ids,
)


def _lint_whole_kinds_together(filters: FilterList) -> Iterator[Lint]:
    """Yield the entry with which the entries up to it match every event that has a process."""
    matched: dict[Side, frozenset[Kind]] = {}
    wanted = WITH_PROCESS & set(filters.features.kind_of_key.values())
    for number, filter_ in enumerate(filters.filters):
        before = matched
        matched = {
            side: kinds | before.get(side, frozenset())
            for side, kinds in find_whole_kinds(filter_, filters.features).items()
        }
        whole = all(kinds >= wanted for kinds in matched.values())
        was_whole = bool(before) and all(kinds >= wanted for kinds in before.values())
        if whole and not was_whole and any(before.values()) and not filters.as_allowlist:
            message = "with the entries before it, it drops every event that has a process"
            yield Lint("matches-every-process", "error", number, message, "keep at least PROCESS_EXEC")


def _lint_kinds_not_kept(filters: FilterList) -> Iterator[Lint]:
    """Yield for an allowlist the kinds of which it keeps no event, at its first entry."""
    if not filters.as_allowlist or not filters.filters:
        return
    kept: set[Kind] = set()
    for filter_ in filters.filters:
        kept |= named_kinds(filter_, filters.features) or set(filters.features.kind_of_key.values())
    # What is written past the lists cannot be kept out.
    missing = set(filters.features.kind_of_key.values()) - kept - PAST_THE_LISTS - {Kind.TEST}
    if missing:
        words = ", ".join(sorted(kind.word for kind in missing))
        text = f"no entry names {words} events: an allowlist drops what none of its entries matches"
        yield Lint("kinds-not-kept", "info", 0, text, "name them in an event_set if you want to see them")


def _lint_needless(filters: FilterList, numbers: Sequence[int]) -> Iterator[Lint]:
    for number, other in find_needless(filters.filters):
        name = name_entry(numbers[other])
        if filters.filters[number] == filters.filters[other]:
            yield Lint("duplicate", "warning", number, f"the same as {name}", "remove it")
        else:
            text = f"{name} matches all that it matches"
            yield Lint("shadowed", "warning", number, text, f"remove it, or narrow {name}")
