"""What the Live screen does with one process: go along its events, and show its life."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tetratui.ui.render.event_detail import next_of
from tetratui.ui.widgets.live_pane import Pane

if TYPE_CHECKING:
    from tetratui.ui.screens.live.screen import LiveScreen


def show_life(screen: LiveScreen) -> None:
    """Show the life of the process under the cursor; go to the event that it ends with."""
    from tetratui.ui.screens.life.screen import LifeScreen  # not before it is asked for

    row = screen.pane.table.row
    exec_id = None if row is None else screen.workspace.table.event(row).exec_id
    if not exec_id:
        screen.owner.tell("no event under the cursor" if row is None else "this event names no process")
        return
    life = LifeScreen(screen.workspace, screen.below.lineage, exec_id)
    screen.app.push_screen(life, lambda found: go_to_event(screen, found))


def go_to_event(screen: LiveScreen, row: int | None) -> None:
    """Put the cursor on an event: in this pane if it is shown there, else in the pane of all."""
    if row is None:
        return
    if row not in screen.pane.view.rows.ids:
        screen.show_pane("all", "" if screen.query_one("#all", Pane).bar.applied else None)
    screen.pane.go_to(row)


async def step(screen: LiveScreen, row: int, way: int) -> None:
    """Go to the next or previous event of a row's process."""
    exec_id = screen.workspace.table.event(row).exec_id
    if not exec_id:
        screen.owner.tell("this event names no process")
        return
    rows = await asyncio.to_thread(screen.below.lineage.events_of, exec_id)
    found = next_of(rows, row, way, screen.pane.view.rows.ids)
    if isinstance(found, int):
        screen.pane.table.go_to(found)
    else:
        screen.owner.tell(found)
