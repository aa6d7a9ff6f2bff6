"""Draw the life of a process on a line of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.lineage import Child, ProcessLife
from tetratui.core.table import Event
from tetratui.ui.render import cells

_UNKNOWN = "···?"
"""What follows the last sign of a life whose end was not seen."""


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
    """Draw the life as `├━━x━━━━n━━━┤`, every event at its time; after the last sign of a life without an end, `···?`.

    Empty for a life of which a single moment is known: there is nothing to draw.
    """
    if life.end == life.start:
        return ""
    room = _room(life, width)
    bar = ["━"] * room
    bar[0] = "├"
    if life.exit is not None:
        bar[-1] = "┤"
    for event in life.events:
        if event.kind not in {Kind.EXEC, Kind.EXIT}:
            bar[_column(life, event.time, width)] = cells.letters(event)[0]
    return "".join(bar) + (_UNKNOWN if life.exit is None else "")


def draw_scale(life: ProcessLife, width: int) -> str:
    """Write the time that has passed at the beginning, the middle and the end of a life; empty where nothing passed."""
    nanoseconds = life.end - life.start
    if not nanoseconds:
        return ""
    room = _room(life, width)
    half, full = cells.lasted(nanoseconds // 2), cells.lasted(nanoseconds)
    middle = room // 2 - 1
    if room < 24:
        return f"{0:<{max(1, room - len(full))}}{full}"
    return f"{f'{0:<{middle}}{half}':<{room - len(full)}}{full}"


def _room(life: ProcessLife, width: int) -> int:
    """Return the cells of a life up to its last sign; the rest is for what is unknown."""
    return width if life.exit is not None else max(2, width - len(_UNKNOWN))


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
    lived = cells.lasted(child.end - child.start) if child.end is not None and child.end >= child.start else ""
    at = max(0, child.start - life.start)
    return LifeRow(at, "->", f"{lived:>6} {text}", "exec", _child_bar(life, child, width), child.row, process.exec_id)


def _child_bar(life: ProcessLife, child: Child, width: int) -> str:
    """Draw from its start to its end; one whose end was not seen, by a mark that claims no length."""
    first = _column(life, child.start, width)
    if child.end is None:
        return (" " * first + "├" + _UNKNOWN)[:width]
    last = _column(life, child.end, width)
    return " " * first + ("│" if first == last else "├" + "─" * (last - first - 1) + "┤")


def _column(life: ProcessLife, time: int, width: int) -> int:
    room, nanoseconds = _room(life, width), max(1, life.end - life.start)
    return min(room - 1, max(0, (time - life.start) * (room - 1) // nanoseconds))


def list_facts(life: ProcessLife) -> Iterator[str]:
    """Yield what the life was, each fact in a few words."""
    first = life.events[0]
    yield f"pid {first.pid}" if first.pid is not None else "pid unknown"
    yield f"user {cells.user(first) or '?'}"
    end = life.exit
    if end is None:
        passed = life.end - life.start
        yield f"end not seen; last seen {cells.lasted(passed)} after its start" if passed else "end not seen"
    else:
        yield f"ended by {end.signal}" if end.signal else f"exit status {end.status or 0}"
        yield f"lived {cells.lasted(life.end - life.start)}"
    yield format_count(len(life.events), "event")
    if life.children:
        yield f"started {format_count(len(life.children), 'process')}"
    if life.left_out:
        yield f"{life.left_out:,} more left out"
