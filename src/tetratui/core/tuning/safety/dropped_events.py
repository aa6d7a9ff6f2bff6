"""Events that the entries of a denylist drop: those of the table, and others made from an entry's own expressions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from tetratui.core.events.kinds import KIND_OF_KEY, WITH_PROCESS
from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.match.filter_list import FilterList
from tetratui.core.tetragon.match.regex import compile_pattern
from tetratui.core.tuning.safety.occurring_values import first_match
from tetratui.core.tuning.safety.rule_tests import as_text
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.formats.decoder import decode
from tetratui.core.wazuh.engine.patterns.pattern_samples import WANTED, pattern_samples

ENTRY_FIELDS = {
    "process.binary": "binary_regex",
    "process.arguments": "arguments_regex",
    "process.docker": "container_id",
    "parent.binary": "parent_binary_regex",
    "parent.arguments": "parent_arguments_regex",
}
"""For each text of an event the field of a filter that looks at it."""
_LIKELY = {"process.docker": ("b56d59ecdf5c904691b87c16b1abe5d",)}
"""Texts that are tried before those made from an expression."""
_KEYS = tuple(kind.json_key for kind in sorted(WITH_PROCESS))
_REAL_EVENTS_EACH = 3
"""Events of the table that are taken for each entry and kind."""
_MADE_PROCESS: dict[str, Any] = {
    "exec_id": "Y291bnRlcmV4YW1wbGU6MTox",
    "pid": 1,
    "uid": 0,
    "cwd": "/",
    "binary": "/usr/bin/counterexample",
    "arguments": "counterexample",
    "flags": "execve clone",
    "start_time": "2026-01-01T00:00:00Z",
    "auid": 4294967295,
    "parent_exec_id": "Y291bnRlcmV4YW1wbGU6MTox",
    "tid": 1,
    "in_init_tree": False,
}


@dataclass(frozen=True)
class DroppedEvent:
    """An event that an entry drops."""

    entry: int
    key: str
    """The kind's key in the event."""
    event: dict[str, Any]

    @cached_property
    def printed(self) -> dict[str, str]:
        """Its fields as a rule sees them, by lower-case name."""
        line = reserialise(orjson.dumps(self.event)) or b""
        return {as_text(name).lower(): as_text(value) for name, value in decode(line).items()}


class EntryTexts:
    """Makes texts that match the expressions of an entry; each list of expressions is worked out once."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, ...], list[str]] = {}

    def of(self, expressions: tuple[str, ...]) -> list[str]:
        """Return texts, each of which matches one of these expressions."""
        if expressions not in self._texts:
            self._texts[expressions] = [text for expression in expressions for text in _samples(expression)]
        return self._texts[expressions]


def _samples(expression: str) -> list[str]:
    search = compile_pattern(expression).search
    return pattern_samples("pcre2", expression.encode(), lambda text: search(as_text(text)) is not None, WANTED)


def dropped_events(
    filter_list: FilterList, real: Iterable[dict[str, Any]], texts: EntryTexts
) -> Iterator[DroppedEvent]:
    """Yield events that the list drops: real ones first, a few for each entry and kind, then made ones."""
    counts: Counter[tuple[int, str]] = Counter()
    for event in real:
        entry = filter_list.first_match(event)
        key = next((name for name in event if name in KIND_OF_KEY), "")
        if entry is not None and key and counts[entry, key] < _REAL_EVENTS_EACH:
            counts[entry, key] += 1
            yield DroppedEvent(entry, key, event)
    for entry, entry_filter in enumerate(filter_list.filters):
        for key in _KEYS:
            made = _make_event(entry_filter, key, texts)
            if made is not None and filter_list.first_match(made) is not None:
                yield DroppedEvent(entry, key, made)


def _make_event(entry: Filter, key: str, texts: EntryTexts) -> dict[str, Any] | None:
    """Make an event of a kind that a filter may drop; None when no text is known for one of its expressions."""
    event: dict[str, Any] = {
        key: {"process": dict(_MADE_PROCESS), "parent": dict(_MADE_PROCESS)},
        "node_name": "counterexample",
        "time": _MADE_PROCESS["start_time"],
    }
    for path, name in ENTRY_FIELDS.items():
        expressions = getattr(entry, name)
        if expressions:
            text = first_match(f"{key}.{path}", expressions, [*_LIKELY.get(path, ()), *texts.of(expressions)])
            if text is None:
                return None
            block, field = path.split(".")
            event[key][block][field] = text
    if entry.policy_names:
        event[key]["policy_name"] = entry.policy_names[0]
    return event
