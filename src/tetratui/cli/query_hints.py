"""Tell on stderr which terms of a query select nothing for a known reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tetratui.cli.output import say

if TYPE_CHECKING:
    from tetratui.core.table import EventTable


def tell_hints(option: str, query: str | None, table: EventTable) -> None:
    """Tell what is known of the terms of a valid query that select none of the events; None tells nothing."""
    if query is None:
        return
    # Queries bring the expression engine, which `--help` does not need.
    from tetratui.core.query import find_hints

    for hint in find_hints(query, table):
        say(f"tetratui: {option}: {hint}")
