"""The rows of the Noise list in the chosen order: root causes with what they started, or commands alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from tetratui.core.noise.fold import NoiseRow
from tetratui.core.noise.roots import Root
from tetratui.core.workspace.noise_board import NoiseView


class Order(Enum):
    """How the list is sorted; the value is what the screen calls it."""

    ROOT = "root cause"
    EVENTS = "events"
    SIZE = "size"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the list: a root cause, or a command."""

    root: int = -1
    """The number of the root cause that it is or stands under; -1 for none."""
    row: NoiseRow | None = None
    """The command; None for a root cause."""
    unfolded: bool = False
    """Of a root cause: whether what it started is listed."""

    @property
    def key(self) -> tuple[str, ...]:
        """What stays the same of it from one counting to the next."""
        return self.row.key if self.row is not None else ("root", str(self.root))


def list_entries(view: NoiseView, order: Order, folded: Collection[str]) -> list[Entry]:
    """Return the rows of the list; `folded` holds the keys of the root causes that show one row only."""
    if order is not Order.ROOT:
        return [Entry(row=row) for row in _sorted_rows(view.rows, order)]
    children: dict[int, list[NoiseRow]] = {}
    for row in view.rows:
        children.setdefault(row.root, []).append(row)
    top: list[tuple[int, Entry]] = [(row.events, Entry(row=row)) for row in children.pop(-1, [])]
    top += [
        (view.roots[number].events, Entry(root=number, unfolded=root_key(view.roots[number]) not in folded))
        for number in children
    ]
    entries = []
    for _, entry in sorted(top, key=lambda item: -item[0]):
        entries.append(entry)
        if entry.unfolded:
            entries += [Entry(root=entry.root, row=row) for row in children[entry.root]]
    return entries


def _sorted_rows(rows: Iterable[NoiseRow], order: Order) -> list[NoiseRow]:
    if order is Order.SIZE:
        return sorted(rows, key=lambda row: -row.bytes)
    if order is Order.COMMAND:
        return sorted(rows, key=lambda row: (row.binary.rsplit("/", 1)[-1], row.template.display_text))
    return sorted(rows, key=lambda row: -row.events)


def root_key(root: Root) -> str:
    """Return what names a root cause, whatever its number is."""
    return f"{root.binary} {root.template.to_re2()}"


def state_of(rows: Iterable[NoiseRow], events: int) -> str:
    """Return which drafts hide these rows: `d1 ✓` all of them, `d1 40%` a part, `–` none."""
    hidden: dict[str, int] = {}
    for row in rows:
        for draft, count in row.hidden:
            hidden[draft] = hidden.get(draft, 0) + count
    if not hidden:
        return "–"
    texts = [f"{draft} {'✓' if count >= events else f'{count / events:.0%}'}" for draft, count in hidden.items()]
    return ", ".join(texts[:2]) + (" …" if len(texts) > 2 else "")
