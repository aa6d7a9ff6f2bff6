"""The two lines on top: where we are and how the export file does, then the screens and panes to go to."""

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
from tetratui.ui.widgets.cached_static import CachedStatic

SCREENS = (("1", "live", "Live"), ("2", "noise", "Noise"), ("4", "rules", "Rules"), ("5", "review", "Review"))


class StatusLine(Horizontal):
    """Host, sensor, follow or pause, rate, unreadable lines, losses, marks and drafts; the time, sent alone."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(id="status")
        self.workspace = workspace
        self._where = CachedStatic("", id="where", markup=False)
        self._clock = CachedStatic("", id="clock", markup=False)
        self._losses: tuple[int, Losses] | None = None
        """What the agent left out, and the version of the table it was summed for."""
        self._again: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the two."""
        yield self._where
        yield self._clock

    def on_resize(self) -> None:
        """Put the clock into the corner."""
        if self._again is not None:
            self._again()

    def say(self, *, follow: bool, waiting: int, rate: float, now: datetime) -> None:
        """Draw the line; `waiting` events have arrived since the pause."""
        self._again = partial(self.say, follow=follow, waiting=waiting, rate=rate, now=now)
        at = f" {now:%H:%M:%S} "
        room = self.size.width - len(at) - 1
        parts = self._parts(follow=follow, waiting=waiting, rate=rate)
        # What has no room leaves as a whole: half a word says less than none.
        for gone in ("product", "sensor", "history", "host"):
            if sum(cell_len(text) + 2 for _, text, _ in parts) - 2 <= room:
                break
            parts = [part for part in parts if part[0] != gone]
        text = Content("  ").join([Content.styled(text, style) for _, text, style in parts])
        self._where.update(Content.assemble(" ", text.truncate(room, ellipsis=True)), layout=False)
        self._clock.update(at, layout=False)

    def _parts(self, *, follow: bool, waiting: int, rate: float) -> list[tuple[str, str, str]]:
        """Name, text and style of each part, as it stands from left to right."""
        work, unreadable = self.workspace, self.workspace.table.unreadable.count
        state = ("state", f"{'FOLLOW' if follow else 'HERE'} {rate:.0f}/s", "bold $success" if follow else "$warning")
        if work.paused:
            state = ("state", f"PAUSED, {waiting:,} new events wait", "bold $warning")
        elif work.ended and not work.history:
            state = ("state", "ENDED", "bold $warning")
        parts = [
            ("product", "tetratui", "bold $primary"),
            ("host", visible(work.node)[:24], "bold"),
            ("sensor", f"tetragon {work.tetragon}" if work.tetragon else "", ""),
            state,
            ("under way", work.under_way, "bold $accent"),
            ("unreadable", f"bad {unreadable:,}{' (B lists)' if unreadable else ''}", "$warning" if unreadable else ""),
            ("lost", self._lost(), "bold $error" if work.lost else ""),
            ("left out", self._left_out(), "bold $error"),
            ("bench", self._bench(), "$accent"),
            ("history", self._history(), "$text-muted"),
        ]
        return [part for part in parts if part[1]]

    def _lost(self) -> str:
        # What stood in a file that is gone unread cannot be known.
        lost = self.workspace.lost
        return f"lost {format_count(lost, 'file')}" if lost else "lost 0"

    def _left_out(self) -> str:
        """Say what the agent left out of the events held, by its own events."""
        table = self.workspace.still()
        if self._losses is None or self._losses[0] != table.version:
            self._losses = table.version, losses_of(table)
        losses = self._losses[1]
        parts = [f"rate limit lost {format_count(losses.rate_limited, 'event')}"] if losses.rate_limited else []
        parts += [f"throttled {format_count(len(losses.throttled), 'cgroup')}"] if losses.throttled else []
        return "  ".join(parts)

    def _history(self) -> str:
        work = self.workspace
        if not work.history:
            return ""
        return "reading history…" if work.history_read is None else f"history {work.history_read:.0%}"

    def _bench(self) -> str:
        marks, drafts = len(self.workspace.marks), len(self.workspace.drafts)
        return f"marks {marks:,} drafts {drafts:,}" if marks or drafts else ""


class Navigation(CachedStatic):
    """The screens with their keys and, on Live, its panes; the present ones stand out, a click goes there."""

    @dataclass
    class PaneClicked(Message):
        """The mouse was on a pane's name."""

        title: str

    def __init__(self, mode: str) -> None:
        super().__init__("", id="places", markup=False)
        self.mode = mode
        self._ends: list[tuple[int, str, str]] = []
        """Where each name ends, with its mode or its pane."""

    def on_mount(self) -> None:
        """Draw once; the Live screen draws again when the pane changes."""
        self.say()

    async def on_click(self, event: events.Click) -> None:
        """Go where the mouse is."""
        for end, mode, title in self._ends:
            if event.x < end:
                if mode:
                    await self.app.run_action(f"go('{mode}')")
                elif title:
                    self.post_message(self.PaneClicked(title))
                return

    def say(self, panes: Sequence[str] = (), active: Sequence[str] = ()) -> None:
        """Draw the places; `active` panes are on the screen."""
        parts: list[tuple[str, str]] = []
        self._ends = []

        def add(mode: str, title: str, *texts: tuple[str, str]) -> None:
            parts.extend(texts)
            self._ends.append((sum(len(text) for text, _ in parts), mode, title))

        for key, mode, title in SCREENS:
            here = mode == self.mode
            name = (f" [{title}] " if here else f" {title} ", "bold" if here else "$text-muted")
            add(mode, "", (f" {key}", "$footer-key-foreground"), name)
        if panes:
            add("", "", (" |", "$text-muted"))
        for title in panes:
            here = title in active
            add("", title, (f" [{title}]" if here else f" {title} ", "bold $primary" if here else "$text-muted"))
        self.update(Content.assemble(*parts))
