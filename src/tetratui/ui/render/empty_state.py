"""What an empty list of events says: why nothing is there, and what to do about it."""

from __future__ import annotations

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.workspace.workspace import Workspace

READING = "Reading…"
NO_MATCH = "No event matches this query. Backspace gives the pane's own query back."
ELSEWHERE = "{events} held, none of them of this pane's kind. Tab goes to the other panes; All shows every event."
NONE_YET = "No events yet. New ones appear here as Tetragon writes them. Try in another terminal: cat /etc/passwd"
ALL_BAD = "None of the {bad:,} lines read is an event: B lists them with the reason. Is it what Tetragon exports?"
WAITING = (
    "{trouble}. Tetragon makes it with its first event. Does it run, and which file does it write? tetratui doctor"
)
ENDED = "{source} ended without an event. q leaves; tetratui demo shows what there is to see."


def words(workspace: Workspace, *, own_query: bool = False) -> str:
    """Say why no event is in sight; one paragraph. `own_query`: the pane asks what it began with."""
    table = workspace.table
    if table.stop > table.first:
        return ELSEWHERE.format(events=format_count(len(table), "event")) if own_query else NO_MATCH
    if table.unreadable.count:
        return ALL_BAD.format(unreadable=table.unreadable.count)
    if workspace.trouble:
        missing = workspace.trouble.endswith("waiting for it")
        return WAITING.format(trouble=workspace.trouble) if missing else workspace.trouble
    if workspace.history:
        return READING
    if workspace.ended:
        return ENDED.format(source=visible(", ".join(map(str, workspace.sources))) or "The source")
    return NONE_YET
