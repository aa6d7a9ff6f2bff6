"""What the Noise screen draws: its head, a row a group, and the portrait of one group."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray
from rich.text import Text
from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.noise.groups import Group
from tetratui.core.noise.lifetimes import Lifetime
from tetratui.core.noise.roots import Root
from tetratui.ui.render.bars import bar, drawn, size, strip
from tetratui.ui.render.cells import NANO, lasted, moment
from tetratui.ui.screens.noise.group_words import command_of, name_of, words_of
from tetratui.ui.widgets.event_grid import fitted

SPANS = 20
"""Cells of a group's strip over time on the board."""
_STRIP = 60
"""Cells of the strip in the portrait."""
_LONGEST = 160
"""Cells of a group's words on the board; all of them stand below it."""
_WIDE, _WIDER = 110, 160
"""Columns from which a group's size, users and hosts have room; and from which rate and strip have, too."""


@dataclass(frozen=True, slots=True)
class NoiseView:
    """The board at one moment."""

    groups: list[Group]
    count: int
    """Groups in all; those listed are the biggest."""
    events: int
    covered: float
    """Share of the events that the drafts on the bench hide."""
    drafts: int
    roots: tuple[Root, ...]
    """The commands from which most descends, as of the last time they were looked for."""
    seconds: float = 0.0
    """From the first event to the last."""
    spans: dict[tuple[str, ...], NDArray[np.int64]] = field(default_factory=dict)
    """Events of each group in equal spans of time."""
    periods: dict[tuple[str, ...], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is shown of one group."""

    group: Group
    every: str
    life: Lifetime | None
    rarest: list[tuple[str, int]]
    times: NDArray[np.int64]
    per_hour: float


def columns(width: int) -> tuple[str, ...]:
    """Name the columns that this many cells have room for."""
    wide = ("size", "cmds", "usr", "host") if width >= _WIDE else ()
    wider = ("per hour", "over time") if width >= _WIDER else ()
    return ("events", "%", "share", *wide, *wider, "every", "k", "group  < started by")


def cells(group: Group, picture: NoiseView, width: int) -> list[Text]:
    """Draw one group; the bar of the biggest is full."""
    most = picture.groups[0].events
    texts = [f"{group.events:,}", f"{_share(group.events, picture.events):.1%}", bar(group.events / most, 10)]
    if width >= _WIDE:
        texts += [size(group.bytes), f"{group.commands:,}", f"{group.users:,}", f"{group.hosts:,}"]
    if width >= _WIDER:
        rate = group.events * 3600 / picture.seconds if picture.seconds else 0.0
        spans = picture.spans.get(group.key)
        texts += [f"{rate:,.0f}", drawn(spans) if spans is not None else " " * SPANS]
    texts.append(picture.periods.get(group.key, ""))
    name = fitted(words_of(group)[:_LONGEST], _LONGEST).rstrip()
    return [*(Text(text, justify="right") for text in texts), Text(group.kind.word), Text(name)]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def head_lines(picture: NoiseView) -> list[Content]:
    """Say what the board holds, what the drafts leave of it, and what most of it descends from."""
    if not picture.events:
        return [Content("No events yet: the groups appear as events are read.")]
    shown = sum(group.events for group in picture.groups)
    listed = len(picture.groups)
    told = f"{picture.count:,} groups of {picture.events:,} events"
    if listed < picture.count:
        told = f"{listed} of {picture.count:,} groups: {_share(shown, picture.events):.0%} of {picture.events:,} events"
    some = format_count(picture.drafts, "draft") if picture.drafts else "no drafts yet"
    left = 1 - picture.covered
    lines = [f"{told}; {some}, left {left:.1%} {bar(left, 8)}"]
    lines += [f"root cause of {root.share:.1%}: {name_of(root)}" for root in picture.roots[:1]]
    return [Content(visible(line)) for line in lines]


def portrait_lines(portrait: Portrait, zone: tzinfo | None) -> list[Content]:
    """Say all that is known of one group."""
    group = portrait.group
    lines = [Content.styled(visible(command_of(group.binary, group.template)), "bold")]
    parent = command_of(group.parent, group.parent_template)
    lines.append(Content(visible(f"started by {parent}" if parent else "no parent block")))
    every = f", {portrait.every}" if portrait.every else ""
    lines.append(Content(f"{moment(group.first, zone)} to {moment(group.last, zone)}{every}"))
    lines.append(Content(_facts(portrait)))
    lines.append(Content(f"over time  {strip(portrait.times, _STRIP)}"))
    lines.append(Content.styled("rarest command lines", "bold"))
    return lines + [Content(f"{count:>8,}  {visible(text)}") for text, count in portrait.rarest]


def _facts(portrait: Portrait) -> str:
    group, life = portrait.group, portrait.life
    facts = [f"{portrait.per_hour:,.0f}/h", size(group.bytes)]
    counts = ((group.commands, "command"), (group.users, "user"), (group.hosts, "host"))
    facts += [format_count(count, word) for count, word in counts]
    if life is not None:
        facts.append(f"live {_lasted(life.median)}, at most {_lasted(life.most)}")
    return ", ".join(facts)


def _lasted(milliseconds: float) -> str:
    return lasted(int(milliseconds * NANO / 1000))
