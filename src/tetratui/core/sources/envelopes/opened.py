"""What is found in a wrapped line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Names = tuple[str, ...]
"""The envelopes round something, the outermost first."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An event, unwrapped."""

    line: bytes
    """The event as one line, as Tetragon wrote it where the envelope keeps that."""
    names: Names
    lossy: bool = False
    """Whether the event was rebuilt from fields that do not hold all of it: no exclusion may be made from it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text that the envelope split."""

    stream: str
    """Which parts belong together."""
    text: bytes
    last: bool
    names: Names


@dataclass(frozen=True, slots=True)
class EmptyElement:
    """An element of a list in which no event was found, beside others that are events."""

    line: bytes


Item = Opened | Part | EmptyElement


@dataclass(frozen=True, slots=True)
class Layer:
    """A value in which to look for an event."""

    value: Any
    names: Names
    stream: str = ""
    """What is known of the stream that the value belongs to."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What is in a value: things found, and values in which to look further."""

    items: tuple[Item, ...] = ()
    nodes: tuple[Layer, ...] = ()
    every: bool = False
    """Whether all values count (a list of records); otherwise the first one with an event."""


NOTHING = Inside()
