"""The bar above a pane: its query, whether the query is valid, how much it shows, and what could export it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tetratui.core.events.visible import visible
from tetratui.core.query.badges import Badges
from tetratui.core.query.completion import Completion, complete
from tetratui.core.query.errors import QueryError
from tetratui.core.query.hints import find_hints
from tetratui.core.query.query import Query, parse
from tetratui.core.table import EventTable
from tetratui.ui.background import background, job
from tetratui.ui.keys import bindings
from tetratui.ui.widgets.cached_static import CachedStatic

COMPLETE = job("complete", "finding completions", thread=True)

_MOST_HINTS = 2
LONGEST = 2000
"""Characters of a query."""
ROOM = 30
"""Cells that the counts leave for title and query, or they become shorter."""
PRINTABLE = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
"""What may be typed or pasted into the bar: no character that acts on a terminal."""


def describe_exports(badges: Badges) -> str:
    """Return which exports can keep the events of a query out: `denylist ✓ Wazuh ✓`."""
    if badges.view_only:
        return "view only"
    names = {"denylist": badges.denylist, "CEL": badges.cel and not badges.denylist}
    names |= {"policy": badges.policy and not badges.denylist, "Wazuh": badges.wazuh}
    return " ".join(f"{name} ✓" for name, can in names.items() if can)


class QueryInput(Input):
    """The input of the bar."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("bar")]

    @dataclass
    class Moved(Message):
        """Another part of a long query is in sight."""

    @dataclass
    class Left(Message):
        """The operator leaves the bar without applying its text."""

    @dataclass
    class Take(Message):
        """The operator takes the highlighted completion."""

    @dataclass
    class Choose(Message):
        """The operator goes to another completion."""

        step: int

    def on_blur(self) -> None:
        """Show the beginning of the query, which tells most about it."""
        self.cursor_position = 0

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Report that another part is in sight."""
        super().watch_scroll_x(old_value, new_value)
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Report that another part is in sight."""
        self.post_message(self.Moved())

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_take(self) -> None:
        self.post_message(self.Take())

    def action_choose(self, step: int) -> None:
        self.post_message(self.Choose(step))


class QueryBar(Widget):
    """Title, query, counts and badge in one line, below it the error or the completions."""

    heading = query_one("#title", CachedStatic)
    entry = query_one("#entry", QueryInput)
    offers = query_one("#offers", OptionList)
    more = query_one("#more", CachedStatic)
    counts = query_one("#counts", CachedStatic)
    error = query_one("#error", CachedStatic)

    @dataclass
    class Applied(Message):
        """The operator applies a valid query."""

        text: str

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.title = title
        self._titled = True
        self.applied = text
        """The query in force; the input may already hold another."""
        self.table: EventTable | None = None
        """The events whose values are offered as completions."""
        self._offered: list[Completion] = []
        self._hints: list[str] = []
        """Why terms of the text in the input select nothing, as far as that is known."""

    def compose(self) -> ComposeResult:
        """Lay out the line and what may open below it."""
        with Horizontal(id="line"):
            yield CachedStatic(f" {self.title} /", id="title", markup=False)
            yield QueryInput(
                self.applied,
                placeholder="all events",
                compact=True,
                select_on_focus=False,
                restrict=PRINTABLE,
                max_length=LONGEST,
                id="entry",
            )
            yield CachedStatic("", id="more", markup=False)
            yield CachedStatic("", id="counts", markup=False)
        yield CachedStatic("", id="error", markup=False)
        yield OptionList(id="offers", markup=False, compact=True)

    def on_mount(self) -> None:
        """Hide the completions and the error."""
        self.offers.display = False
        self.offers.can_focus = False
        self.error.display = False

    def name_pane(self, *, shown: bool) -> None:
        """Show the title in front of the query, unless a frame around it says so."""
        if shown != self._titled:
            self._titled = shown
            self._mark_rest()

    def show_counts(self, shown: int, total: int, *, looking: bool = False) -> None:
        """Show how many of the held events are shown, and what could export the query."""
        exports = ""
        with suppress(QueryError):
            if self.applied:
                exports = f"  {describe_exports(parse(self.applied).export_badges)}"
        more = "…" if looking else ""
        long = f"{shown:,}{more} of {total:,}{exports} "
        brief = f"{shown:,}{more}{exports} "
        room = ROOM if self._titled else ROOM - len(self.title) - 1
        self.counts.update(Content(long if self.size.width >= len(long) + room else brief))

    def put(self, text: str, *, apply: bool) -> None:
        """Write a query into the input, and apply it if `apply`."""
        self.entry.value = text
        self.entry.cursor_position = len(text) if self.entry.has_focus else 0
        if apply:
            self._apply(text)

    def restore(self) -> None:
        """Put the query in force back into the input."""
        self.entry.value = self.applied
        self._hints = []
        self._show_error(None)
        self._offer([])

    def _apply(self, text: str) -> None:
        text = text.strip()
        if self._check(text) is not None:
            self.applied = self.entry.value = text
            self._offer([])
            self.post_message(self.Applied(text))

    def _check(self, text: str) -> Query | None:
        try:
            query = parse(text)
        except QueryError as error:
            self._show_error(error)
            return None
        self._show_error(None)
        return query

    def refuse(self, error: QueryError) -> None:
        """Show an error that only looking through the events brought up: an expression that took too long."""
        self._show_error(error)

    def fail(self, text: str) -> None:
        """Show why the list could not be made, though the query may be valid; an empty text shows nothing."""
        if text:
            self.error.display = True
            self.error.update(Content.styled(text, "$error"))
        else:
            self._show_error(None)

    def _show_error(self, error: QueryError | None) -> None:
        self.entry.set_class(error is not None, "-wrong")
        self.entry.set_class(error is None and bool(self.entry.value), "-right")
        self.error.display = error is not None or bool(self._hints)
        if error is not None:
            remedy = f"; {error.remedy}" if error.remedy else ""
            self.error.update(Content(visible(f"column {error.column}: {error.message}{remedy}")))
        elif self._hints:
            hints = [Content.styled(visible(hint), "$warning") for hint in self._hints[:_MOST_HINTS]]
            self.error.update(Content("\n").join(hints))

    @on(QueryInput.Moved)
    def _mark_rest(self, event: QueryInput.Moved | None = None) -> None:
        """Show by `<` and `…` that a query goes on beyond what is in sight."""
        if event is not None:
            event.stop()
        left, right = self.entry.scroll_x > 0, cell_len(self.entry.value) - self.entry.scroll_x > self.entry.size.width
        self.heading.update(f" {f'{self.title} ' if self._titled else ''}{'<' if left else '/'}")
        self.more.update("…" if right else "")

    @on(Input.Changed, "#entry")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._hints = []
        self._check(event.value)
        self._mark_rest()
        if self.entry.has_focus:
            self._complete(event.value, self.entry.cursor_position)

    @on(Input.Submitted, "#entry")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._apply(event.value)

    @background(COMPLETE)
    def _complete(self, text: str, cursor: int) -> None:
        """Find completions and hints in a thread: values are counted over all held events."""
        completions = complete(text, cursor, self.table)[:8]
        self.post_message(self._Offered(text, completions, find_hints(text, self.table)))

    @dataclass
    class _Offered(Message):
        text: str
        completions: list[Completion]
        hints: list[str]

        bubble = False

    @on(_Offered)
    def _show_offers(self, event: _Offered) -> None:
        self._offer(event.completions if self.entry.has_focus else [])
        # Enter may have come meanwhile: what the query can never select is told nevertheless.
        if event.text.strip() == self.entry.value.strip():
            self._hints = event.hints
            self._check(self.entry.value)

    def _offer(self, completions: list[Completion]) -> None:
        self._offered = completions
        self.offers.clear_options()
        self.offers.display = bool(completions)
        width = max((len(completion.text) for completion in completions), default=0)
        for completion in completions:
            note = completion.meaning if completion.count is None else f"{completion.count:,}"
            text = f" {completion.text[:60]:<{min(width, 60)}}  {note}"
            self.offers.add_option(Option(Content(visible(text))))
        if completions:
            self.offers.highlighted = 0

    @on(QueryInput.Choose)
    def _choose(self, event: QueryInput.Choose) -> None:
        event.stop()
        if self._offered:
            self.offers.highlighted = ((self.offers.highlighted or 0) + event.step) % len(self._offered)

    @on(QueryInput.Take)
    def _take(self, event: QueryInput.Take) -> None:
        event.stop()
        if self._offered:
            completion = self._offered[self.offers.highlighted or 0]
            value = self.entry.value
            self.entry.value = value[: completion.start] + completion.text + value[completion.end :]
            self.entry.cursor_position = completion.start + len(completion.text)
