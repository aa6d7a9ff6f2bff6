"""Draw the life of a process on a line of time; ASCII without colour, so that it looks the same in every terminal."""

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
    """One row of the list: something that happened in the life."""

    at: int
    """Nanoseconds after the beginning."""
    word: str
    """The kind's letters, or `->` for a process that was started."""
    text: str
    """As the event has it: hostile."""
    style: str
    """The theme's colour: the part after `event-`."""
    bar: str
    """Its position in the life, drawn."""
    row: int
    """The event's row."""
    exec_id: str = ""
    """Of a process that was started."""


def list_rows(life: ProcessLife, width: int) -> list[LifeRow]:
    """Return the events of a life and the processes it started, by time."""
    own = (_event_row(life, event, width) for event in life.events)
    return sorted((*own, *(_child_row(life, child, width) for child in life.children)), key=lambda row: row.at)


def draw_life(life: ProcessLife, width: int) -> str:
    """Draw the life as `[==x====n===]`: every event at its time; an end that was not seen as `>`."""
    bar = ["="] * width
    bar[0], bar[-1] = "[", "]" if life.exit is not None else ">"
    for event in life.events:
        if event.kind not in {Kind.EXEC, Kind.EXIT}:
            bar[_column(life, event.time, width)] = cells.letters(event)[0]
    return "".join(bar)


def draw_scale(life: ProcessLife, width: int) -> str:
    """Write the time that has passed at the beginning, the middle and the end of a life."""
    nanoseconds = life.end - life.start
    half, full = cells.lasted(nanoseconds // 2), cells.lasted(nanoseconds)
    middle = width // 2 - 1
    if width < 24:
        return f"{0:<{max(1, width - len(full))}}{full}"
    return f"{f'{0:<{middle}}{half}':<{width - len(full)}}{full}"


def _event_row(life: ProcessLife, event: Event, width: int) -> LifeRow:
    text = event.binary or "" if event.kind == Kind.EXEC else cells.summarize(event)
    text = f"{text} {event.arguments or ''}".rstrip() if event.kind == Kind.EXEC else text
    column = _column(life, event.time, width)
    letters = cells.letters(event)
    bar = " " * column + (letters[1] if event.kind in {Kind.EXEC, Kind.EXIT} else letters[0])
    return LifeRow(max(0, event.time - life.start), cells.letters(event), text, cells.style_of(event), bar, event.row)


def _child_row(life: ProcessLife, child: Child, width: int) -> LifeRow:
    process = child.process
    text = f"{process.pid or '?'} {process.binary or '?'} {process.arguments or ''}".rstrip()
    if child.end is not None and child.end >= child.start:
        text = f"{cells.lasted(child.end - child.start):>6} {text}"
    else:
        text = f"{'':>6} {text}"
    first, last = _column(life, child.start, width), _column(life, child.end or life.end, width)
    bar = " " * first + ("|" if first == last else "[" + "-" * (last - first - 1) + ("]" if child.end else ">"))
    return LifeRow(max(0, child.start - life.start), "->", text, "exec", bar, child.row, process.exec_id)


def _column(life: ProcessLife, time: int, width: int) -> int:
    nanoseconds = max(1, life.end - life.start)
    return min(width - 1, max(0, (time - life.start) * (width - 1) // nanoseconds))


def list_facts(life: ProcessLife) -> Iterator[str]:
    """Yield what the life was, each fact in a few words."""
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
