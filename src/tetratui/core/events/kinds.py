"""The kinds of event that Tetragon writes (docs/tetragon.md, "Kinds")."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What an event reports. The number is the code in the event table's `kind` column."""

    UNKNOWN = 0
    """An event of a kind that this version of tetratui does not know: a `process_…` object with a process."""
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
        """Return the word used in queries, columns and `--json`: `exec`, `kprobe`, `rate_limit`."""
        return self.name.lower()

    @property
    def json_key(self) -> str:
        """Return the key that holds the event in the export file, such as `process_exec`; empty for UNKNOWN."""
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
"""The kinds that Tetragon writes without applying its export lists: no list drops them or keeps them out."""
LIFECYCLE_KINDS = frozenset({Kind.EXEC, Kind.EXIT})
"""The kinds that Tetragon writes for every process, without a policy."""
