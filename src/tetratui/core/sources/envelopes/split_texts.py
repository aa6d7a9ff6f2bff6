"""Recognise a JSON object that holds a part of a text, and put the parts of a text together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tetratui.core.sources.envelopes.object_forms import DOCKER
from tetratui.core.sources.envelopes.opened import Names, Part
from tetratui.core.sources.line_splitter import MAX_LINE_SIZE

MAX_PENDING = MAX_LINE_SIZE
"""Bytes of unfinished texts that are kept, of all streams together."""
MAX_STREAMS = 1_024
"""Streams whose unfinished texts are kept."""
MAX_PARTS = 65_536
"""Parts of unfinished texts that are kept."""
KEPT_OF_LINE = 4_096
"""Bytes kept of a line that holds a part, to show it if its text never ends."""
_DOCKER_PART = 16_000
"""Characters of a part that docker cut: 16 KiB, less where a character takes several bytes."""


def find_part(whole: Mapping[str, Any], form: str | None, stream: str, names: Names) -> Part | None:
    """Return the part that an object holds; None if it holds no text or a whole one."""
    entry = whole.get("split")
    if isinstance(entry, dict) and isinstance(entry.get("totalSplits"), int):
        text, last = whole.get("textPayload"), entry.get("index") == entry["totalSplits"] - 1
        return _make_part(text, last, f"{stream}\x1f{entry.get('uid')}", names)
    text = whole.get("log", whole.get("MESSAGE", whole.get("message")))
    tag = whole.get("logtag", whole.get("_p"))
    if tag in ("P", "F"):
        return _make_part(text, tag == "F", stream, names)
    partial = whole.get("partial_message", whole.get("CONTAINER_PARTIAL_MESSAGE"))
    if partial in ("true", True):
        name = whole.get("partial_id", whole.get("CONTAINER_PARTIAL_ID"))
        last = whole.get("partial_last", whole.get("CONTAINER_PARTIAL_LAST")) in ("true", True)
        return _make_part(text, last, f"{stream}\x1f{name}" if name else stream, names)
    if form == DOCKER:
        return _make_part(text, isinstance(text, str) and text.endswith("\n"), stream, names)
    return _find_unmarked_part(whole, text, stream, names)


def _find_unmarked_part(whole: Mapping[str, Any], text: Any, stream: str, names: Names) -> Part | None:
    """Return the part of a text whose envelope does not say of every part that it is one."""
    if not isinstance(text, str):
        return None
    if "CONTAINER_ID" in whole:
        # podman marks all parts but the last.
        return _make_part(text, True, stream, names)
    if {"log", "stream", "time"} <= whole.keys() and (text.endswith("\n") or len(text) >= _DOCKER_PART):
        # A collector's record of a docker line; a short text without line feed was trimmed.
        return _make_part(text, text.endswith("\n"), stream, names)
    return None


def _make_part(text: Any, last: bool, stream: str, names: Names) -> Part | None:
    return Part(stream, text.encode(), last, names) if isinstance(text, str) else None


@dataclass(frozen=True, slots=True)
class PendingPart:
    """A part that waits for the rest of its text."""

    row: int
    """Row of its line in the source."""
    line: bytes
    """The beginning of its line."""
    text: bytes


@dataclass(slots=True)
class PartJoiner:
    """Keeps the parts of each stream until the last one arrives. Parts of several streams may be mixed."""

    _pending: dict[str, list[PendingPart]] = field(default_factory=dict)
    _sizes: dict[str, int] = field(default_factory=dict)
    _size: int = 0

    def add(self, stream: str, part: PendingPart) -> list[PendingPart]:
        """Keep a part; return parts that are given up as there are too many."""
        parts = self._pending.setdefault(stream, [])
        parts.append(part)
        size = len(part.text) + len(part.line)
        self._sizes[stream] = self._sizes.get(stream, 0) + size
        self._size += size
        # A bound on bytes alone would not hold for parts without a text.
        given_up = self.take(stream) if len(parts) > MAX_PARTS else []
        while self._size > MAX_PENDING or len(self._pending) > MAX_STREAMS:
            given_up += self.take(max(self._sizes, key=self._sizes.__getitem__))
        return given_up

    def take(self, stream: str) -> list[PendingPart]:
        """Return the parts of a stream and forget them."""
        self._size -= self._sizes.pop(stream, 0)
        return self._pending.pop(stream, [])

    def take_all(self) -> list[PendingPart]:
        """Return all parts, by their rows, and forget them."""
        parts = sorted((part for parts in self._pending.values() for part in parts), key=lambda part: part.row)
        self._pending.clear()
        self._sizes.clear()
        self._size = 0
        return parts
