"""The bar above a pane: what is asked, whether it makes sense, how much it shows, and whether it could be exported."""

from __future__ import annotations

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
from tetratui.core.query.completion import Completion, complete
from tetratui.core.query.errors import QueryError
from tetratui.core.query.query import Query, parse
from tetratui.core.table import EventTable
from tetratui.ui.background import background, job
from tetratui.ui.keys import bindings
from tetratui.ui.widgets.cached_static import CachedStatic

COMPLETE = job("complete", "finding completions", thread=True)

LONGEST = 2000
"""Characters of a query."""
PRINTABLE = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
"""What may be typed or pasted into the bar: nothing that acts on a terminal."""


class QueryInput(Input):
    """The line that is typed in; tab takes the completion that is offered."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("bar")]

    @dataclass
    class Moved(Message):
        """Another part of a long query is in sight."""

    @dataclass
    class Left(Message):
        """The operator thinks better of it."""

    @dataclass
    class Take(Message):
        """The completion is wanted."""

    @dataclass
    class Choose(Message):
        """Another completion is wanted."""

        step: int

    def on_blur(self) -> None:
        """Show the beginning: what a query is about stands there."""
        self.cursor_position = 0

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Tell what is in sight."""
        super().watch_scroll_x(old_value, new_value)
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Tell what has room."""
        self.post_message(self.Moved())

    def action_leave(self) -> None:
        """Leave the bar."""
        self.post_message(self.Left())

    def action_take(self) -> None:
        """Take the completion."""
        self.post_message(self.Take())

    def action_choose(self, step: int) -> None:
        """Go through the completions."""
        self.post_message(self.Choose(step))


class QueryBar(Widget):
    """Title, query, counts and badge in one line, the error or the completions below it."""

    heading = query_one("#title", CachedStatic)
    entry = query_one("#entry", QueryInput)
    offers = query_one("#offers", OptionList)
    more = query_one("#more", CachedStatic)
    counts = query_one("#counts", CachedStatic)
    wrong = query_one("#wrong", CachedStatic)

    @dataclass
    class Applied(Message):
        """A valid query is to be looked through."""

        text: str

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.title = title
        self.applied = text
        """The query in force; the line may already say another."""
        self.table: EventTable | None = None
        """Where completions come from."""
        self._offered: list[Completion] = []

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
        yield CachedStatic("", id="wrong", markup=False)
        yield OptionList(id="offers", markup=False, compact=True)

    def on_mount(self) -> None:
        """Nothing is offered before something is typed."""
        self.offers.display = False
        self.offers.can_focus = False
        self.wrong.display = False

    def count(self, shown: int, held: int, *, looking: bool = False) -> None:
        """Say how many of the held events are shown, and the export badge."""
        try:
            badge = str(parse(self.applied).export_badges) if self.applied else "-"
        except QueryError:
            badge = ""
        more = "…" if looking else ""
        long = f"{shown:,}{more} of {held:,}  {badge} "
        brief = f"{shown:,}{more}  {badge} "
        self.counts.update(Content(long if self.size.width >= len(long) + 40 else brief))

    def put(self, text: str, *, apply: bool) -> None:
        """Write a query into the line, and apply it when told to."""
        self.entry.value = text
        self.entry.cursor_position = len(text) if self.entry.has_focus else 0
        if apply:
            self._apply(text)

    def restore(self) -> None:
        """Give the line back the query in force."""
        self.entry.value = self.applied
        self._say(None)
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
            self._say(error)
            return None
        self._say(None)
        return query

    def refuse(self, error: QueryError) -> None:
        """Show what came of looking: an expression that took too long."""
        self._say(error)

    def fail(self, text: str) -> None:
        """Show why the list could not be made, though the query may be right; an empty text shows nothing."""
        self.wrong.display = bool(text)
        self.wrong.update(Content.styled(text, "$error"))

    def _say(self, error: QueryError | None) -> None:
        self.entry.set_class(error is not None, "-wrong")
        self.entry.set_class(error is None and bool(self.entry.value), "-right")
        self.wrong.display = error is not None
        if error is not None:
            remedy = f"; {error.remedy}" if error.remedy else ""
            self.wrong.update(Content(visible(f"column {error.column}: {error.message}{remedy}")))

    @on(QueryInput.Moved)
    def _mark_rest(self, event: QueryInput.Moved | None = None) -> None:
        """Say with `<` and `…` that a query goes on beyond what is in sight."""
        if event is not None:
            event.stop()
        left, right = self.entry.scroll_x > 0, cell_len(self.entry.value) - self.entry.scroll_x > self.entry.size.width
        self.heading.update(f" {self.title} {'<' if left else '/'}")
        self.more.update("…" if right else "")

    @on(Input.Changed, "#entry")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
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
        """Find completions away from the event loop: values are counted over all held events."""
        self.post_message(self._Offered(complete(text, cursor, self.table)[:8]))

    @dataclass
    class _Offered(Message):
        completions: list[Completion]

        bubble = False

    @on(_Offered)
    def _show_offers(self, event: _Offered) -> None:
        self._offer(event.completions if self.entry.has_focus else [])

    def _offer(self, completions: list[Completion]) -> None:
        self._offered = completions
        self.offers.clear_options()
        self.offers.display = bool(completions)
        width = max((len(one.text) for one in completions), default=0)
        for one in completions:
            note = one.meaning if one.count is None else f"{one.count:,}"
            self.offers.add_option(Option(Content(visible(f" {one.text[:60]:<{min(width, 60)}}  {note}"))))
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
            one = self._offered[self.offers.highlighted or 0]
            value = self.entry.value
            self.entry.value = value[: one.start] + one.text + value[one.end :]
            self.entry.cursor_position = one.start + len(one.text)
