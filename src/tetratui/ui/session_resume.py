"""Where the operator was: the panes' queries, order and position, noted for the session and taken up again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tetratui.core.query.errors import QueryError
from tetratui.core.query.query import parse
from tetratui.core.session.session_file import PanePlace, Session
from tetratui.ui.screens.live.panes import LivePanes
from tetratui.ui.widgets.live_pane import PANES, Pane


def note(screen: LivePanes, session: Session) -> bool:
    """Note the panes that are not as they begin; gives whether the session says something else now.

    As long as all are as they begin, what a former session left stays noted: the offer may still be taken.
    """
    places: dict[str, PanePlace] = {}
    for named in PANES:
        pane = screen.query_one(f"#{named.id}", Pane)
        if pane.bar.applied != named.query or pane.view.sort:
            places[named.id] = PanePlace(pane.bar.applied, pane.view.sort, pane.table.follow)
    row = None if screen.following else screen.pane.table.row
    if not places and row is None:
        return False
    table = screen.workspace.table
    time = -1 if row is None else int(table.event(row).time)
    before = replace(session)
    session.panes, session.pane, session.screen, session.time = places, screen.active, screen.MODE, time
    return (before.panes, before.pane, before.time) != (session.panes, session.pane, session.time)


def take_up(screen: LivePanes, left: Session) -> None:
    """Give the panes what they had; a query that is no longer valid is left out."""
    for name, place in left.panes.items():
        if name not in {named.id for named in PANES}:
            continue
        try:
            parse(place.query)
        except QueryError:
            continue
        pane = screen.query_one(f"#{name}", Pane)
        pane.view.sort_by(place.sort)
        pane.bar.put(place.query, apply=True)
        pane.table.follow = place.follow
    if left.pane in {named.id for named in PANES}:
        screen.show_pane(left.pane)
    table = screen.workspace.still()
    if left.time >= 0 and len(table):
        later = np.flatnonzero(table.time >= left.time)
        screen.pane.table.go_to(table.first + int(later[0]) if len(later) else table.stop - 1)
