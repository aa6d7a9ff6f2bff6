"""Draw the Noise screen: its head, a row for each root cause and command, and the portrait of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from rich.text import Text
from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.exclusion import Pattern
from tetratui.core.noise.fold import NoiseRow
from tetratui.core.noise.roots import Root
from tetratui.core.workspace.noise_board import NoiseView, Portrait
from tetratui.ui.render.bars import bar, draw_counts, size, strip
from tetratui.ui.render.block_bars import block_bar, rest_bar
from tetratui.ui.render.cells import NANO, lasted, moment
from tetratui.ui.screens.noise.entries import Entry, Order, state_of
from tetratui.ui.widgets.event_grid import fit_text

_BAR = 10
_STRIP = 60
"""Cells of the strip over time in the portrait."""
_LEAST = 16
"""Cells of a command, whatever the width is."""
_WIDTHS = {"events": 9, "%": 5, "": _BAR, "over time": 20, "size": 9, "every": 7, "commands": 8, "users": 5, "hosts": 5}
_FROM = {"": 60, "over time": 96, "size": 112, "every": 124, "commands": 134, "users": 134, "hosts": 134}
"""Cells of the list from which a column has room."""
_STATE = 14
"""Cells of the drafts that hide a row, at most."""


@dataclass(frozen=True, slots=True)
class NoiseRows:
    """What is to be drawn, and the room for it."""

    view: NoiseView
    width: int
    accent: Style
    """Of the bars."""
    searched: str = ""
    """A part of the texts that is searched for, in lower case."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have room and tell something: one in which all rows say the same is left out."""
        tells = {"every": any(self.view.periods.values()), "users": False, "hosts": False}
        for row in self.view.rows:
            tells["users"] |= row.users > 1
            tells["hosts"] |= row.hosts > 1
        named = [name for name in _WIDTHS if self.width >= _FROM.get(name, 0) and tells.get(name, True)]
        return (*named, "command ← parent", "state")

    def widths(self) -> dict[str, int]:
        """Return the cells of each column; the command takes what the others leave."""
        columns = self.columns
        longest = max((len(state_of([row], row.events)) for row in self.view.rows), default=1)
        widths = {name: _WIDTHS.get(name, min(_STATE, max(5, longest))) for name in columns}
        # A cell has a blank on either side.
        rest = self.width - 2 * len(columns) - sum(widths.values()) + widths["command ← parent"]
        return widths | {"command ← parent": max(_LEAST, rest)}

    def cells(self, entry: Entry) -> list[Text]:
        """Draw one row."""
        widths = self.widths()
        texts = (
            _root_texts(entry, self.view) if entry.row is None else _row_texts(entry.row, self.view, entry.root >= 0)
        )
        cells = []
        for name in self.columns:
            text = fit_text(texts.get(name, ""), widths[name]) if name != "over time" else texts.get(name, "")
            right = name not in {"", "over time", "command ← parent", "state"}
            drawn = Text(text.strip() if right else text, justify="right" if right else "left")
            if name in {"", "over time"}:
                drawn.stylize(self.accent)
            if name == "state" and "✓" in text:
                drawn.stylize("bold")
            if name == "command ← parent":
                self._stylize_command(drawn, entry)
            cells.append(drawn)
        return cells

    def _stylize_command(self, drawn: Text, entry: Entry) -> None:
        if entry.row is None:
            drawn.stylize("bold")
        if self.searched and matches(entry, self.view, self.searched):
            drawn.stylize("underline")


def _row_texts(row: NoiseRow, view: NoiseView, under_root: bool) -> dict[str, str]:
    spans = _spans([row], view)
    indent = "    " if under_root else "  "
    return {
        "events": f"{row.events:,}",
        "%": f"{_share(row.events, view.events):.1%}",
        "": block_bar(row.events / _most(view), _BAR),
        "over time": draw_counts(spans) if spans is not None else "",
        "size": size(row.bytes),
        "every": next(filter(None, (view.periods.get(group.key, "") for group in row.groups)), ""),
        "commands": f"{row.commands:,}",
        "users": f"{row.users:,}",
        "hosts": f"{row.hosts:,}",
        "command ← parent": f"{indent}{row_text(row)}",
        "state": state_of([row], row.events),
    }


def _root_texts(entry: Entry, view: NoiseView) -> dict[str, str]:
    root = view.roots[entry.root]
    rows = [row for row in view.rows if row.root == entry.root]
    spans = _spans(rows, view)
    filters = sum(generation.filters for generation in root.generations)
    name = brief_command(root.binary, root.template)
    return {
        "events": f"{root.events:,}",
        "%": f"{root.share:.1%}",
        "": block_bar(root.events / _most(view), _BAR),
        "over time": draw_counts(spans) if spans is not None else "",
        "size": size(sum(row.bytes for row in rows)),
        "command ← parent": f"{'▾' if entry.unfolded else '▸'} {name}  starts {format_count(len(rows), 'command')},"
        f" {format_count(filters, 'filter')}",
        "state": state_of(rows, root.events),
    }


def _spans(rows: list[NoiseRow], view: NoiseView) -> NDArray[np.int64] | None:
    """Return the events of rows in each span of time; None where no time is known."""
    spans: Mapping[tuple[str, ...], NDArray[np.int64]] = view.spans
    counts = [spans[group.key] for row in rows for group in row.groups if group.key in spans]
    return sum(counts[1:], counts[0]) if counts else None


def _most(view: NoiseView) -> int:
    """Return the events of the biggest row: its bar is full."""
    return max(max((row.events for row in view.rows), default=1), max((root.events for root in view.roots), default=1))


def row_text(row: NoiseRow) -> str:
    """Write a command by the bare names of its program and its parent; a hook with its kind."""
    parent = f"  ← {row.parent.rsplit('/', 1)[-1]}" if row.parent else ""
    kind = "" if row.kinds.startswith(("exec", "exit")) else f"[{row.kinds}] "
    return f"{kind}{brief_command(row.binary, row.template)}{parent}"


def brief_command(binary: str, template: Pattern) -> str:
    """Write a command by the bare name of its program; a script whose path its arguments repeat, once."""
    arguments = template.display_text
    if arguments == binary or arguments.startswith(f"{binary} "):
        arguments = arguments.removeprefix(binary).lstrip()
    return f"{binary.rsplit('/', 1)[-1]} {arguments}".rstrip()


def matches(entry: Entry, view: NoiseView, searched: str) -> bool:
    """Return whether a text, in lower case, stands in a row: in its paths, arguments, parent or state."""
    if entry.row is None:
        root = view.roots[entry.root]
        return searched in command_text(root.binary, root.template).lower()
    row = entry.row
    texts = (command_text(row.binary, row.template), command_text(row.parent, row.parent_template))
    return any(searched in text.lower() for text in (*texts, row.kinds, state_of([row], row.events)))


def command_text(binary: str, template: Pattern) -> str:
    """Write a command as it is read, its varying parts as classes: `/usr/bin/awk {print $[0-9]+}`."""
    return f"{binary} {template.display_text}".rstrip()


def root_text(root: Root) -> str:
    """Write the command of a root cause."""
    return command_text(root.binary, root.template)[:300]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def head_line(view: NoiseView) -> Content:
    """Sum up the events, and what the drafts hide and leave of them."""
    if not view.events:
        return Content("No events yet: the groups appear as events are read.")
    listed = len(view.groups)
    groups = f"{view.events:,} events in {format_count(view.count, 'group')}"
    if listed < view.count:
        share = _share(sum(group.events for group in view.groups), view.events)
        groups += f", the biggest {listed} listed: {share:.0%}"
    if not view.drafts:
        return Content(f"{groups} · no drafts yet, still exported: 100.0%")
    filled, rest = rest_bar(view.hidden_share, _BAR)
    verb = "hides" if view.drafts == 1 else "hide"
    return Content.assemble(
        f"{groups} · {format_count(view.drafts, 'draft')} {verb} {view.hidden_share:.1%} ",
        (filled, "$accent"),
        (rest, "$text-muted"),
        f" still exported: {1 - view.hidden_share:.1%}",
    )


def order_text(order: Order) -> str:
    """Name the order in the title of the list."""
    return f"Noise by {order.value}"


def root_lines(root: Root) -> list[Content]:
    """Describe a root cause: the events of each generation below it, and the filters that it takes to hide them."""
    lines = [Content.styled(visible(root_text(root)), "bold")]
    lines.append(Content(f"{root.events:,} events descend from it; if hidden, still exported: {1 - root.share:.1%}"))
    for number, generation in enumerate(root.generations, 1):
        needs = format_count(generation.filters, "more filter") if generation.filters else "no more filter"
        share = bar(_share(generation.events, root.events), _BAR)
        lines.append(Content(f"generation {number:>2} {share} {generation.events:>9,} events, needs {needs}"))
    return lines


def portrait_lines(portrait: Portrait, zone: tzinfo | None, width: int) -> list[Content]:
    """Describe one command."""
    row = portrait.row
    lines = [Content.styled(visible(command_text(row.binary, row.template)), "bold")]
    parent = command_text(row.parent, row.parent_template)
    lines.append(Content(visible(f"started by {parent}" if parent else "parent not reported")))
    counts = ", ".join(f"{group.events:,} {group.kind.word}" for group in row.groups)
    if row.namespace:
        lines.append(Content(visible(f"in {row.workload} of {row.namespace}, on any node")))
    period = f", {portrait.period}" if portrait.period else ""
    lines.append(Content(f"{counts}; {moment(row.first, zone)} to {moment(row.last, zone)}{period}"))
    lines.append(Content(_facts(portrait)))
    lines.append(Content.assemble("over time  ", (strip(portrait.times, max(10, min(_STRIP, width - 12))), "$accent")))
    lines.append(Content.styled("rarest command lines", "bold"))
    return lines + [Content(f"{count:>8,}  {visible(text)}") for text, count in portrait.rarest]


def _facts(portrait: Portrait) -> str:
    row, lifetime = portrait.row, portrait.lifetime
    facts = [f"{portrait.per_hour:,.0f}/h", size(row.bytes)]
    counts = ((row.commands, "command"), (row.users, "user"), (row.hosts, "host"))
    facts += [format_count(count, word) for count, word in counts]
    if lifetime is not None:
        facts.append(f"median lifetime {_duration(lifetime.median)}, max {_duration(lifetime.most)}")
    return ", ".join(facts)


def _duration(milliseconds: float) -> str:
    return lasted(int(milliseconds * NANO / 1000))
