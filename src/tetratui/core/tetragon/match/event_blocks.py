"""View a decoded event as the filters of one version see it: its kind, and the blocks that fields compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.tetragon.format.versions import TYPE_OF_KIND, Features

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventView:
    """What Tetragon's accessors return for an event; None where they return nil."""

    kind: Kind
    """UNKNOWN for a kind that this version does not have."""
    key: str
    """JSON key of the kind, empty for UNKNOWN."""
    body: Block
    """The message under the key."""
    process: Block | None
    parent: Block | None
    ancestors: tuple[Block, ...]

    @property
    def type_number(self) -> int:
        """The number that `event_set` compares."""
        return int(TYPE_OF_KIND[self.kind])


def view_event(event: Mapping[str, Any], features: Features) -> EventView:
    """Return a decoded line as a version sees it."""
    for key, value in event.items():
        kind = features.kind_of_key.get(key)
        if kind is not None and isinstance(value, Mapping):
            return _view_kind(kind, key, value, features)
    return EventView(Kind.UNKNOWN, "", {}, None, None, ())


def _view_kind(kind: Kind, key: str, body: Block, features: Features) -> EventView:
    if kind not in WITH_PROCESS:
        return EventView(kind, key, body, None, None, ())
    parent = _block(body, "parent") if kind in features.kinds_with_parent else None
    blocks = body.get("ancestors") if kind in features.kinds_with_ancestors else None
    ancestors = tuple(block for block in blocks if isinstance(block, Mapping)) if isinstance(blocks, list) else ()
    return EventView(kind, key, body, _block(body, "process"), parent, ancestors)


def _block(body: Block, name: str) -> Block | None:
    block = body.get(name)
    return block if isinstance(block, Mapping) else None


def read_text(block: Block | None, name: str) -> str:
    """Return a text of a block, empty if it is absent: Tetragon tells no difference."""
    value = block.get(name) if block is not None else None
    return value if isinstance(value, str) else ""


def pod(process: Block | None) -> Block | None:
    """Return the pod of a process, None outside of Kubernetes."""
    return _block(process, "pod") if process is not None else None


def container(process: Block | None) -> Block | None:
    """Return the container of a process's pod, None outside of Kubernetes."""
    block = pod(process)
    return _block(block, "container") if block is not None else None


def process_id(process: Block | None) -> int:
    """Return the pid of a process, 0 if it is absent."""
    value = process.get("pid") if process is not None else None
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
