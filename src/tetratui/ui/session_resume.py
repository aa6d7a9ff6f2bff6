"""Note where the operator is for the session (the panes' queries, order and position), and restore it later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tetratui.core.query.errors import QueryError
from tetratui.core.query.query import parse
from tetratui.core.session.session_file import PanePlace, Session
from tetratui.ui.screens.live.panes import LivePanes
from tetratui.ui.widgets.live_pane import PANES, Pane


def note(screen: LivePanes, session: Session) -> bool:
    """Note the panes that differ from how they start; return whether that changed the session.

    As long as none differs, the notes of the previous session stay: the operator may still resume it.
    """
    panes: dict[str, PanePlace] = {}
    for named in PANES:
        pane = screen.query_one(f"#{named.id}", Pane)
        if pane.bar.applied != named.query or pane.view.sort:
            panes[named.id] = PanePlace(pane.bar.applied, pane.view.sort, pane.table.follow)
    event = None if screen.following else screen.pane.table.event
    if not panes and event is None:
        return False
    time = -1 if event is None else event.time
    before = replace(session)
    session.panes, session.pane, session.screen, session.time = panes, screen.active, screen.MODE, time
    return (before.panes, before.pane, before.time) != (session.panes, session.pane, session.time)


def resume(screen: LivePanes, session: Session) -> None:
    """Restore the panes of a session; a query that is no longer valid is skipped."""
    for name, state in session.panes.items():
        if name not in {named.id for named in PANES}:
            continue
        try:
            parse(state.query)
        except QueryError:
            continue
        pane = screen.query_one(f"#{name}", Pane)
        pane.view.sort_by(state.sort)
        pane.bar.put(state.query, apply=True)
        pane.table.follow = state.follow
    if session.pane in {named.id for named in PANES}:
        screen.show_pane(session.pane)
    table = screen.workspace.still()
    if session.time >= 0 and len(table):
        later = np.flatnonzero(table.time >= session.time)
        screen.pane.table.go_to(table.first + int(later[0]) if len(later) else table.stop - 1)
