"""A life drawn on one line of time: ASCII, so that it stands in every terminal and needs no colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.lineage import Child, ProcessLife
from tetratui.core.table import Event
from tetratui.ui.render import cells


@dataclass(frozen=True, slots=True)
class LifeRow:
    """One line of the list: something that happened in the life."""

    at: int
    """Nanoseconds after the beginning."""
    word: str
    """The kind's letters, or `->` for a process that was started."""
    text: str
    """As the event has it: hostile."""
    style: str
    """The theme's colour: the part after `event-`."""
    bar: str
    """Where it stands in the life."""
    row: int
    """The event's row."""
    exec_id: str = ""
    """Of a process that was started."""


def rows_of(life: ProcessLife, width: int) -> list[LifeRow]:
    """Tell a life from its beginning to its end, its own events and the processes it started by time."""
    own = (_own(life, event, width) for event in life.events)
    return sorted((*own, *(_child(life, child, width) for child in life.children)), key=lambda row: row.at)


def whole(life: ProcessLife, width: int) -> str:
    """Draw the life as `[==x====n===|`: every event in its place; an end that was not seen as `>`."""
    drawn = ["="] * width
    drawn[0], drawn[-1] = "[", "]" if life.exit is not None else ">"
    for event in life.events:
        if event.kind not in {Kind.EXEC, Kind.EXIT}:
            drawn[_place(life, event.time, width)] = cells.letters(event)[0]
    return "".join(drawn)


def scale(life: ProcessLife, width: int) -> str:
    """Write the time that has passed at the beginning, the middle and the end of a life."""
    long = life.end - life.start
    half, full = cells.lasted(long // 2), cells.lasted(long)
    middle = width // 2 - 1
    if width < 24:
        return f"{0:<{max(1, width - len(full))}}{full}"
    return f"{f'{0:<{middle}}{half}':<{width - len(full)}}{full}"


def _own(life: ProcessLife, event: Event, width: int) -> LifeRow:
    text = event.binary or "" if event.kind == Kind.EXEC else cells.said(event)
    text = f"{text} {event.arguments or ''}".rstrip() if event.kind == Kind.EXEC else text
    place = _place(life, event.time, width)
    letters = cells.letters(event)
    bar = " " * place + (letters[1] if event.kind in {Kind.EXEC, Kind.EXIT} else letters[0])
    return LifeRow(max(0, event.time - life.start), cells.letters(event), text, cells.style_of(event), bar, event.row)


def _child(life: ProcessLife, child: Child, width: int) -> LifeRow:
    process = child.process
    text = f"{process.pid or '?'} {process.binary or '?'} {process.arguments or ''}".rstrip()
    if child.end is not None and child.end >= child.start:
        text = f"{cells.lasted(child.end - child.start):>6} {text}"
    else:
        text = f"{'':>6} {text}"
    first, last = _place(life, child.start, width), _place(life, child.end or life.end, width)
    bar = " " * first + ("|" if first == last else "[" + "-" * (last - first - 1) + ("]" if child.end else ">"))
    return LifeRow(max(0, child.start - life.start), "->", text, "exec", bar, child.row, process.exec_id)


def _place(life: ProcessLife, time: int, width: int) -> int:
    long = max(1, life.end - life.start)
    return min(width - 1, max(0, (time - life.start) * (width - 1) // long))


def facts(life: ProcessLife) -> Iterator[str]:
    """Say in a few words what the life was."""
    first = life.events[0]
    yield f"pid {first.pid}" if first.pid is not None else "pid unknown"
    yield f"user {cells.user(first) or '?'}"
    end = life.exit
    if end is None:
        yield "no end seen"
    else:
        yield f"ended by {end.signal}" if end.signal else f"exit status {end.status or 0}"
        yield f"lived {cells.lasted(life.end - life.start)}"
    yield format_count(len(life.events), "event")
    if life.children:
        yield f"started {format_count(len(life.children), 'process')}"
    if life.left_out:
        yield f"{life.left_out:,} more left out"
