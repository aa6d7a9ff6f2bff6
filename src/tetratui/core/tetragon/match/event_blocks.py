"""One event as the filters see it: its kind in this version, and the blocks they ask about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.tetragon.format.versions import TYPE_OF_KIND, Features

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What Tetragon's accessors give for one event; None where Go would have a nil."""

    kind: Kind
    """UNKNOWN for a kind that this version does not have."""
    key: str
    body: Block
    process: Block | None
    parent: Block | None
    ancestors: tuple[Block, ...]

    @property
    def type_number(self) -> int:
        """The number that `event_set` compares."""
        return int(TYPE_OF_KIND[self.kind])


def seen(event: Mapping[str, Any], features: Features) -> Seen:
    """Look at a decoded line as this version does."""
    for key, value in event.items():
        kind = features.kind_of_key.get(key)
        if kind is not None and isinstance(value, Mapping):
            return _seen(kind, key, value, features)
    return Seen(Kind.UNKNOWN, "", {}, None, None, ())


def _seen(kind: Kind, key: str, body: Block, features: Features) -> Seen:
    if kind not in WITH_PROCESS:
        return Seen(kind, key, body, None, None, ())
    parent = _block(body, "parent") if kind in features.kinds_with_parent else None
    found = body.get("ancestors") if kind in features.kinds_with_ancestors else None
    ancestors = tuple(one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else ()
    return Seen(kind, key, body, _block(body, "process"), parent, ancestors)


def _block(body: Block, name: str) -> Block | None:
    block = body.get(name)
    return block if isinstance(block, Mapping) else None


def text(block: Block | None, name: str) -> str:
    """Read a text of a block; absent and empty are the same to Tetragon."""
    value = block.get(name) if block is not None else None
    return value if isinstance(value, str) else ""


def pod(process: Block | None) -> Block | None:
    """Give the pod of a process."""
    return _block(process, "pod") if process is not None else None


def container(process: Block | None) -> Block | None:
    """Give the container of a process's pod."""
    found = pod(process)
    return _block(found, "container") if found is not None else None


def process_id(process: Block | None) -> int:
    """Give the pid of a process; absent counts as 0."""
    value = process.get("pid") if process is not None else None
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
