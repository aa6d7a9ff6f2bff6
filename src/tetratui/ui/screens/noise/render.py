"""Draw the Noise screen: its head, a row for each group, and the portrait of one group."""

from __future__ import annotations

from datetime import tzinfo

from rich.text import Text
from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.exclusion import Pattern
from tetratui.core.noise.groups import Group
from tetratui.core.noise.roots import Root
from tetratui.core.workspace.noise_board import SPANS, NoiseView, Portrait
from tetratui.ui.render.bars import bar, draw_counts, size, strip
from tetratui.ui.render.cells import NANO, lasted, moment
from tetratui.ui.widgets.event_grid import fit_text

_STRIP = 60
"""Cells of the strip over time in the portrait."""
_LONGEST = 160
"""Cells of a group's command in the list; the portrait shows all of it."""
_WIDE, _WIDER = 110, 160
"""Columns from which size, users and hosts of a group have room, and from which rate and strip have."""


def column_names(width: int) -> tuple[str, ...]:
    """Return the columns that fit into this many cells."""
    wide = ("size", "cmds", "usr", "host") if width >= _WIDE else ()
    wider = ("per hour", "over time") if width >= _WIDER else ()
    return ("events", "%", "share", *wide, *wider, "every", "type", "command ← parent")


def group_cells(group: Group, view: NoiseView, width: int) -> list[Text]:
    """Draw one group; the bar of the biggest group is full."""
    most = view.groups[0].events
    texts = [f"{group.events:,}", f"{_share(group.events, view.events):.1%}", bar(group.events / most, 10)]
    if width >= _WIDE:
        texts += [size(group.bytes), f"{group.commands:,}", f"{group.users:,}", f"{group.hosts:,}"]
    if width >= _WIDER:
        rate = group.events * 3600 / view.seconds if view.seconds else 0.0
        spans = view.spans.get(group.key)
        texts += [f"{rate:,.0f}", draw_counts(spans) if spans is not None else " " * SPANS]
    texts.append(view.periods.get(group.key, ""))
    command = fit_text(_group_text(group)[:_LONGEST], _LONGEST).rstrip()
    return [*(Text(text, justify="right") for text in texts), Text(group.kind.word), Text(command)]


def command_text(binary: str, template: Pattern) -> str:
    """Write a command as it is read, its varying parts as classes: `/usr/bin/awk {print $[0-9]+}`."""
    return f"{binary} {template.display_text}".rstrip()


def _group_text(group: Group) -> str:
    """Write a group by the bare names of its program and its parent."""
    parent = f" ← {group.parent.rsplit('/', 1)[-1]}" if group.parent else ""
    where = f"  in {group.namespace}/{group.workload}" if group.namespace else ""
    return command_text(group.binary.rsplit("/", 1)[-1], group.template) + parent + where


def root_text(root: Root) -> str:
    """Write the command of a root cause."""
    return command_text(root.binary, root.template)[:300]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def head_lines(view: NoiseView) -> list[Content]:
    """Sum up the groups, what the drafts leave of the events, and the biggest root cause."""
    if not view.events:
        return [Content("No events yet: the groups appear as events are read.")]
    listed = len(view.groups)
    groups = f"{view.count:,} groups of {view.events:,} events"
    if listed < view.count:
        share = _share(sum(group.events for group in view.groups), view.events)
        groups = f"{listed} of {view.count:,} groups: {share:.0%} of {view.events:,} events"
    drafts = format_count(view.drafts, "draft") if view.drafts else "no drafts yet"
    exported = 1 - view.hidden_share
    lines = [f"{groups}; {drafts}, still exported: {exported:.1%} {bar(exported, 8)}"]
    lines += [f"root cause of {root.share:.1%}: {root_text(root)}" for root in view.roots[:1]]
    return [Content(visible(line)) for line in lines]


def portrait_lines(portrait: Portrait, zone: tzinfo | None) -> list[Content]:
    """Describe one group."""
    group = portrait.group
    lines = [Content.styled(visible(command_text(group.binary, group.template)), "bold")]
    parent = command_text(group.parent, group.parent_template)
    lines.append(Content(visible(f"started by {parent}" if parent else "parent not reported")))
    if group.namespace:
        lines.append(Content(visible(f"in {group.workload_kind} {group.workload} of {group.namespace}, on any node")))
    period = f", {portrait.period}" if portrait.period else ""
    lines.append(Content(f"{moment(group.first, zone)} to {moment(group.last, zone)}{period}"))
    lines.append(Content(_facts(portrait)))
    lines.append(Content(f"over time  {strip(portrait.times, _STRIP)}"))
    lines.append(Content.styled("rarest command lines", "bold"))
    return lines + [Content(f"{count:>8,}  {visible(text)}") for text, count in portrait.rarest]


def _facts(portrait: Portrait) -> str:
    group, lifetime = portrait.group, portrait.lifetime
    facts = [f"{portrait.per_hour:,.0f}/h", size(group.bytes)]
    counts = ((group.commands, "command"), (group.users, "user"), (group.hosts, "host"))
    facts += [format_count(count, word) for count, word in counts]
    if lifetime is not None:
        facts.append(f"median lifetime {_duration(lifetime.median)}, max {_duration(lifetime.most)}")
    return ", ".join(facts)


def _duration(milliseconds: float) -> str:
    return lasted(int(milliseconds * NANO / 1000))
