"""The kinds of event that Tetragon writes (reference: docs/tetragon.md, "Kinds")."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What happened; the number is the code in the event table's `kind` column."""

    UNKNOWN = 0
    """A JSON object whose kind this version of tetratui does not know."""
    EXEC = 1
    EXIT = 2
    KPROBE = 3
    TRACEPOINT = 4
    LOADER = 5
    UPROBE = 6
    THROTTLE = 7
    LSM = 8
    USDT = 9
    TEST = 10
    RATE_LIMIT = 11

    @property
    def word(self) -> str:
        """The word for it in queries, columns and `--json`: `exec`, `kprobe`, `rate_limit`."""
        return self.name.lower()

    @property
    def json_key(self) -> str:
        """The key that holds it in the export file (`process_exec`); empty for UNKNOWN."""
        return JSON_KEYS[self]


JSON_KEYS: dict[Kind, str] = {
    Kind.UNKNOWN: "",
    Kind.EXEC: "process_exec",
    Kind.EXIT: "process_exit",
    Kind.KPROBE: "process_kprobe",
    Kind.TRACEPOINT: "process_tracepoint",
    Kind.LOADER: "process_loader",
    Kind.UPROBE: "process_uprobe",
    Kind.THROTTLE: "process_throttle",
    Kind.LSM: "process_lsm",
    Kind.USDT: "process_usdt",
    Kind.TEST: "test",
    Kind.RATE_LIMIT: "rate_limit_info",
}

KIND_OF_KEY: dict[str, Kind] = {key: kind for kind, key in JSON_KEYS.items() if key}
KIND_OF_WORD: dict[str, Kind] = {kind.word: kind for kind in Kind}

WITH_PROCESS = frozenset(Kind) - {Kind.UNKNOWN, Kind.THROTTLE, Kind.TEST, Kind.RATE_LIMIT}
"""The kinds whose message has a `process` block."""
PAST_THE_LISTS = frozenset({Kind.RATE_LIMIT})
"""The kinds that the agent writes without asking its export lists: no list drops them, nor keeps them out."""
OF_PROCESSES = frozenset({Kind.EXEC, Kind.EXIT})
"""The kinds that no policy makes."""
