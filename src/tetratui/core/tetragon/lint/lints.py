"""What is dangerous, or not what it looks like, in a list that Tetragon accepts: ours or anyone's.

Codes are stable (docs/lints.md explains each). "error" is kept for the crash of the agent and for lists that silence
everything; `tetratui check` ends with 1 for those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.tetragon.format.filter import REGEX_FIELDS, Filter
from tetratui.core.tetragon.format.filter_writer import canonical
from tetratui.core.tetragon.format.versions import (
    CEL_SKIPS_SINCE,
    CEL_WORKS_SINCE,
    KIND_OF_TYPE,
    EventType,
    Features,
    Version,
)
from tetratui.core.tetragon.lint.pattern_lints import Finding, Severity, expressions
from tetratui.core.tetragon.lint.reach import reach, whole_kinds
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.tetragon.match.unicode_names import is_old


@dataclass(frozen=True, slots=True)
class Lint:
    """One finding."""

    code: str
    """Stable, in kebab-case."""
    severity: Severity
    entry: int
    """The filter, from 0."""
    message: str
    """What it does, in a sentence."""
    fix: str
    """The filter to write instead where that is known, else what to do."""

    @property
    def takes_out(self) -> bool:
        """Whether the remedy is to take the entry out."""
        return self.code in _NEEDLESS

    @property
    def applies(self) -> bool:
        """Whether the fix can be applied as it stands: another filter in its place, or none."""
        return self.takes_out or self.fix.startswith("{")


_NEEDLESS = frozenset({"matches-everything", "matches-every-process", "duplicate", "shadowed"})
"""Codes of entries that are better not there at all."""
_COMMANDS = (EventType.PROCESS_EXEC, EventType.PROCESS_EXIT)


_NEW_NAMES_SINCE = Version(1, 7)
"""The first release that is known to be built with Go 1.25."""
_NAMES = re.compile(r"\\[pP]\{\^?([^{}]*)\}")
_ASKS_ADDRESS = re.compile(r"(?<![A-Za-z.])(?:ip|cidr)\((?!['\"])|contains(?:IP|CIDR)\((?!['\"]|(?:ip|cidr)\(['\"])")
"""An address function over something that is no constant."""


def lint(filters: FilterList) -> list[Lint]:
    """Look at every filter of an accepted list; those of a list that could not be parsed are not there to look at."""
    found: list[Lint] = []
    for number, one in enumerate(filters.filters):
        for check in _CHECKS:
            found += [
                Lint(code, severity, number, message, fix) for code, severity, message, fix in check(one, filters)
            ]
    found += _together(filters)
    found += _repeated(filters)
    return sorted(found, key=lambda lint: (lint.entry, _ORDER[lint.severity]))


_ORDER = {"error": 0, "warning": 1, "info": 2}


def _crash(one: Filter, filters: FilterList) -> Iterator[Finding]:
    if reach(one, filters.features).crashes:
        text = "in_init_tree crashes the agent on an event without a process (PROCESS_THROTTLE, with cgroup-rate)"
        known = KIND_OF_TYPE.items()
        safe = [kind for kind, means in known if means in WITH_PROCESS and kind in (one.event_set or _COMMANDS)]
        # event_set is asked first: an event it does not name never gets as far.
        yield "crash", "error", text, canonical(replace(one, event_set=tuple(safe) or _COMMANDS))


def _silence(one: Filter, filters: FilterList) -> Iterator[Finding]:
    seen = reach(one, filters.features)
    does = "lets every event through" if filters.as_allowlist else "drops every event"
    severity: Severity = "warning" if filters.as_allowlist else "error"
    if seen.everything:
        yield "matches-everything", severity, f"it {does}: {seen.reason}", "say what it is about, or take it out"
    elif seen.all_processes:
        text = f"it {does} that has a process: {seen.reason}"
        yield "matches-every-process", severity, text, "say what it is about, or take it out"
    elif seen.kinds and seen.by_accident:
        names = ", ".join(sorted(kind.word for kind in seen.kinds))
        yield (
            "matches-whole-kind",
            severity,
            f"it matches every {names} event: {seen.reason}",
            "ask for something, or take the entry out",
        )
    elif seen.kinds:
        names = ", ".join(sorted(kind.word for kind in seen.kinds))
        yield "whole-kind", "warning", f"it matches every {names} event", "name binaries or parents as well"
    empty = [name for name, value in one.given() if value == ()]
    if empty:
        told = f"{', '.join(empty)}: an empty list asks nothing"
        rest = replace(one, **dict.fromkeys(empty))
        yield "empty-list", "warning", told, canonical(rest) if list(rest.asked()) else "fill it or take it out"


def _cel(one: Filter, filters: FilterList) -> Iterator[Finding]:
    sources = one.cel_expression or ()
    if not sources:
        return
    if filters.version < CEL_WORKS_SINCE:
        text = f"Tetragon {filters.version} never looks at cel_expression: only the other fields count"
        yield "cel-ignored", "error", text, "update the agent to 1.4 or later, or write it without CEL"
        return
    for source in sources:
        if _ASKS_ADDRESS.search(source) and not re.search(r"\bis(?:IP|CIDR)\(", source):
            text = f"a text that is no address, as an empty one, makes the whole filter false: {source}"
            yield "cel-unguarded", "warning", text, "ask isIP(…) first: isIP(x) && ip(x)…"
        if re.search(r"\[\d+\]", source):
            text = f"an index beyond the end makes the whole filter false: {source}"
            yield "cel-unguarded", "warning", text, "write …exists(a, …) instead of an index"
        if filters.version >= CEL_SKIPS_SINCE and not any(key in source for key in filters.features.kind_of_key):
            text = f"it mentions no kind of event, so it is never asked: {source}"
            yield "never-matches", "warning", text, "begin at process_exec, process_kprobe, …"


def _process_ids(one: Filter, _filters: FilterList) -> Iterator[Finding]:
    if one.pid:
        yield "pid", "warning", "a pid belongs to another process after a restart", "name the binary instead"
    if one.pid_set:
        text = "pid_set is for tests: it forgets at a restart and grows without bound"
        yield "pid-set", "warning", text, "name the parent's binary and arguments instead"


def _event_set(one: Filter, filters: FilterList) -> Iterator[Finding]:
    if not one.event_set:
        by_kind = one.policy_names or (one.cel_expression and filters.version >= CEL_SKIPS_SINCE)
        if not by_kind and not reach(one, filters.features).everything:
            text = "no event_set: hooks (kprobe, lsm, …) of these processes are dropped too"
            yield "no-event-set", "info", text, canonical(replace(one, event_set=_COMMANDS))
        return
    known = filters.features.kind_of_key.values()
    strange = [
        n for n in one.event_set if n not in EventType.__members__.values() or KIND_OF_TYPE[EventType(n)] not in known
    ]
    strange = [n for n in strange if n != EventType.UNDEF]
    if strange:
        text = f"Tetragon {filters.version} has no event type {', '.join(map(str, map(int, strange)))}"
        yield "never-matches", "warning", text, "name the types: PROCESS_EXEC, PROCESS_EXIT, …"
    if EventType.RATE_LIMIT_INFO in one.event_set:
        rest = tuple(number for number in one.event_set if number != EventType.RATE_LIMIT_INFO)
        fix = canonical(replace(one, event_set=rest)) if rest else "take the entry out"
        yield "rate-limit", "info", "rate_limit_info is written past the lists: nothing drops it", fix


def _outside_containers(one: Filter, filters: FilterList) -> Iterator[Finding]:
    asked = {name for name, _ in one.asked()}
    if one.in_init_tree is False and asked <= {"in_init_tree", "event_set"} and not filters.as_allowlist:
        text = "in_init_tree false is every process outside a container: on a server without containers all of them"
        yield "outside-containers", "warning", text, "name binaries or parents as well"


def _contradiction(one: Filter, filters: FilterList) -> Iterator[Finding]:
    if one.policy_names is not None and one.policy_names and set(one.policy_names) == {""}:
        yield "never-matches", "warning", 'policy_names [""] matches nothing', "name the policy"
    asked = {name for name, _ in one.asked()}
    kinds = _kinds(one, filters.features)
    if kinds is not None and asked - {"event_set", "health_check", "in_init_tree"} and not kinds & WITH_PROCESS:
        yield "never-matches", "warning", "these event types have no process to compare", "take the other fields out"
    if one.policy_names and kinds is not None and not kinds & {Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.LSM}:
        text = "policy names are compared for kprobe, tracepoint, uprobe and lsm only"
        yield "never-matches", "warning", text, "leave policy_names out"
    for value in one.namespace or ():
        if re.search(r"[\^$*+?()\[\]|\\]", value):
            text = f"namespace {value!r} is compared as it stands, it is no regular expression"
            yield "namespace-no-regex", "warning", text, "write the name, or namespace_regex from 1.7"
    for pattern in one.container_id or ():
        if re.search(r"[0-9a-f]{32}", pattern):
            yield "container-id-length", "warning", "events hold the first 31 characters only", "cut it to 31"


def _kinds(one: Filter, features: Features) -> frozenset[Kind] | None:
    if not one.event_set:
        return None
    named = {KIND_OF_TYPE[EventType(n)] for n in one.event_set if n in EventType.__members__.values()}
    return frozenset(named & set(features.kind_of_key.values()))


def _unicode_names(one: Filter, filters: FilterList) -> Iterator[Finding]:
    if filters.version >= _NEW_NAMES_SINCE:
        return
    for field in REGEX_FIELDS:
        for pattern in getattr(one, field) or ():
            strange = [name for name in _NAMES.findall(pattern) if not is_old(name)]
            if strange:
                text = f"{field} {pattern!r}: built with Go before 1.25, an agent refuses {strange[0]!r}"
                yield "unicode-name", "warning", text, "write scripts and categories as Unicode does: Greek, Lu"


_CHECKS: tuple[Callable[[Filter, FilterList], Iterator[Finding]], ...] = (
    _crash,
    _silence,
    _cel,
    lambda one, _: expressions(one),
    _process_ids,
    _event_set,
    _contradiction,
    _outside_containers,
    _unicode_names,
)


def _together(filters: FilterList) -> Iterator[Lint]:
    """Find filters that each take a whole kind and together leave none that has a process."""
    taken: frozenset[Kind] = frozenset()
    wanted = WITH_PROCESS & set(filters.features.kind_of_key.values())
    for number, one in enumerate(filters.filters):
        before, taken = taken, taken | whole_kinds(one, filters.features)
        if taken >= wanted and not before >= wanted and before and not filters.as_allowlist:
            message = "with the entries before it, it drops every event that has a process"
            yield Lint("matches-every-process", "error", number, message, "keep at least PROCESS_EXEC")


def _repeated(filters: FilterList) -> Iterator[Lint]:
    """Find filters that another one makes needless: word for word, or by asking less."""
    held = filters.filters
    first_of: dict[Filter, int] = {}
    candidates = _by_value(held)
    for number, one in enumerate(held):
        same = first_of.setdefault(one, number)
        if same != number:
            yield Lint("duplicate", "warning", number, f"the same as entry {same}", "take it out")
            continue
        for other in sorted({wide for key in _keys(one, first=True) for wide in candidates.get(key, ())}):
            if held[other] != one and _covers(held[other], one):
                text = f"entry {other} matches all that it matches"
                yield Lint("shadowed", "warning", number, text, f"take it out, or narrow entry {other}")
                break


def _keys(one: Filter, first: bool) -> Iterator[tuple[str, object]]:
    """Give fields with their values, or with the first value only."""
    for name, value in one.asked():
        values = value if isinstance(value, tuple) else (value,)
        for each in values[:1] if first else values:
            yield name, each


def _by_value(held: tuple[Filter, ...]) -> dict[tuple[str, object], list[int]]:
    """Index each filter under the values of one of its fields: a filter that it covers has one of them there too.

    Comparing every pair would take minutes for some thousand filters.
    """
    index: dict[tuple[str, object], list[int]] = {}
    for number, one in enumerate(held):
        names = [name for name, _ in one.asked()]
        chosen = next((name for name in names if name != "event_set"), names[0] if names else None)
        for name, value in _keys(one, first=False):
            if name == chosen:
                index.setdefault((name, value), []).append(number)
    return index


def _covers(wide: Filter, narrow: Filter) -> bool:
    """Say whether every field of `wide` is asked by `narrow` with no other values."""
    for name, value in wide.asked():
        held = getattr(narrow, name)
        if isinstance(value, tuple):
            if not held or not set(held) <= set(value):
                return False
        elif held != value:
            return False
    return wide.pid_set is None
