"""The two lines on top: host, reading and losses, then the screens and panes to go to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.table import Losses, losses_of
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.render.time_display import NANO, age
from tetratui.ui.widgets.cached_static import CachedStatic

SEPARATOR = " · "
WIDE = 100
"""Columns from which on the clock names the year and the zone."""
QUIET = 300
"""Seconds without an event after which the line says for how long."""
_NO_UNREADABLE = "no unreadable", "0 unreadable", ""
_NO_LOST = "no lost", "0 files missed", ""
SCREENS = (("1", "live", "Live"), ("2", "noise", "Noise"), ("4", "rules", "Rules"), ("5", "review", "Review"))


def describe_state(work: Workspace, *, waiting: int, rate: float, now: datetime) -> tuple[str, str]:
    """Return the state of the reading in the same words on every screen, and their style."""
    if work.paused:
        return f"PAUSED · {waiting:,} new", "bold $warning"
    if work.ended and not work.history:
        return "ENDED", "bold $warning"
    if not work.following:
        return f"SCROLLED BACK {rate:.0f}/s", "bold $warning"
    quiet = now.timestamp() - work.newest / NANO
    if work.newest >= 0 and not rate and quiet >= QUIET:
        # A file that nobody writes to any more looks like one of a quiet host: only its age tells.
        return f"FOLLOWING, quiet for {age(quiet)}", "bold $success"
    return f"FOLLOWING {rate:.0f}/s", "bold $success"


class StatusLine(Horizontal):
    """Host, sensor, state, rate, losses, marks and drafts; the clock is a widget of its own, which is sent alone."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(id="status")
        self.workspace = workspace
        self._summary = CachedStatic("", id="summary", markup=False)
        self._clock = CachedStatic("", id="clock", markup=False)
        self._losses: tuple[int, Losses] | None = None
        """What the agent left out, and the version of the table it was summed for."""
        self._redraw: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the summary and the clock."""
        yield self._summary
        yield self._clock

    def on_resize(self) -> None:
        """Draw again, with the clock in the corner."""
        if self._redraw is not None:
            self._redraw()

    def say(self, *, waiting: int, rate: float, now: datetime) -> None:
        """Draw the line; `waiting` events have arrived since the pause."""
        self._redraw = partial(self.say, waiting=waiting, rate=rate, now=now)
        clock = f" {now:%Y-%m-%d %H:%M:%S %Z} " if self.size.width >= WIDE else f" {now:%m-%d %H:%M:%S} "
        room = self.size.width - len(clock) - 1
        parts = self.parts(waiting=waiting, rate=rate, now=now)
        # A part without room is left out as a whole; half a word would say less than none.
        for name in ("product", "sensor", "envelope", "no unreadable", "no lost", "host"):
            if sum(cell_len(text) + len(SEPARATOR) for _, text, _ in parts) - len(SEPARATOR) <= room:
                break
            parts = [part for part in parts if part[0] != name]
        text = Content(SEPARATOR).join([Content.styled(text, style) for _, text, style in parts])
        self._summary.update(Content.assemble(" ", text.truncate(room, ellipsis=True)), layout=False)
        self._clock.styles.width = len(clock)
        self._clock.update(clock, layout=False)

    def parts(self, *, waiting: int, rate: float, now: datetime) -> list[tuple[str, str, str]]:
        """Return name, text and style of each part, from left to right."""
        work = self.workspace
        parts = [
            ("product", "tetratui", "bold $primary"),
            ("host", work.hosts or visible(work.node)[:24], "bold $error" if "lost" in work.hosts else "bold"),
            ("source", visible(work.source_name)[-32:], "bold"),
            ("sensor", f"tetragon {work.tetragon}" if work.tetragon else "", ""),
            ("envelope", self._envelope(), "$text-muted"),
            ("state", *describe_state(work, waiting=waiting, rate=rate, now=now)),
            self._unreadable(),
            self._lost(),
            ("left out", self._left_out(), "bold $error"),
            ("bench", self._bench(), "$accent"),
            ("unsaved", "NOT SAVED" if work.unsaved else "", "bold $warning"),
        ]
        return [part for part in parts if part[1]]

    def _envelope(self) -> str:
        """Return what is taken off the lines."""
        names = [name for name, _ in self.workspace.table.envelopes.most_common(1)]
        return f"unwrapped: {visible(names[0])}" if names else ""

    def _unreadable(self) -> tuple[str, str, str]:
        count = self.workspace.table.unreadable.count
        return ("unreadable", f"{count:,} unreadable (B lists)", "$warning") if count else _NO_UNREADABLE

    def _lost(self) -> tuple[str, str, str]:
        # Files, not events: how many events a deleted file held cannot be known.
        lost = self.workspace.lost
        return ("lost", f"{format_count(lost, 'file')} missed", "bold $error") if lost else _NO_LOST

    def _left_out(self) -> str:
        """Return what the agent left out, by its own events among those held."""
        table = self.workspace.still()
        if self._losses is None or self._losses[0] != table.version:
            self._losses = table.version, losses_of(table)
        losses = self._losses[1]
        parts = [f"rate limit dropped {format_count(losses.rate_limited, 'event')}"] if losses.rate_limited else []
        parts += [f"throttled {format_count(len(losses.throttled), 'cgroup')}"] if losses.throttled else []
        return SEPARATOR.join(parts)

    def _bench(self) -> str:
        marks, drafts = len(self.workspace.marks), len(self.workspace.drafts)
        return f"marks {marks:,} drafts {drafts:,}" if marks or drafts else ""


class Navigation(CachedStatic):
    """The screens with their keys and, on Live, its panes; the current ones stand out, a click goes to another."""

    @dataclass
    class PaneClicked(Message):
        """The name of a pane was clicked."""

        title: str

    def __init__(self, mode: str) -> None:
        super().__init__("", id="places", markup=False)
        self.mode = mode
        self._ends: list[tuple[int, str, str]] = []
        """The column at which each name ends, with its mode or its pane."""

    def on_mount(self) -> None:
        """Draw once; the Live screen draws again when the pane changes."""
        self.say()

    async def on_click(self, event: events.Click) -> None:
        """Go to the screen or pane that was clicked."""
        for end, mode, title in self._ends:
            if event.x < end:
                if mode:
                    await self.app.run_action(f"go('{mode}')")
                elif title:
                    self.post_message(self.PaneClicked(title))
                return

    def say(self, panes: Sequence[str] = (), active: Sequence[str] = ()) -> None:
        """Draw the names; `active` panes are on the screen."""
        parts: list[tuple[str, str]] = []
        self._ends = []

        def add(mode: str, title: str, *texts: tuple[str, str]) -> None:
            parts.extend(texts)
            self._ends.append((sum(len(text) for text, _ in parts), mode, title))

        for key, mode, title in SCREENS:
            current = mode == self.mode
            name = (f" [{title}] " if current else f" {title} ", "bold" if current else "$text-muted")
            add(mode, "", (f" {key}", "$footer-key-foreground"), name)
        if panes:
            add("", "", (" |", "$text-muted"))
        for title in panes:
            current = title in active
            add("", title, (f" [{title}]" if current else f" {title} ", "bold $primary" if current else "$text-muted"))
        self.update(Content.assemble(*parts))
