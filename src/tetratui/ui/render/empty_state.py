"""The text of an empty list of events: why it is empty, and what to do about it."""

from __future__ import annotations

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.workspace.workspace import Workspace

READING = "Reading…"
NO_MATCH = "No matches. Backspace resets the filter."
ELSEWHERE = "{events} read, none of this pane's kind. Tab goes to the other panes; All shows every event."
NONE_YET = "No events yet. New ones appear here as Tetragon writes them. Try in another terminal: cat /etc/passwd"
ALL_UNREADABLE = "{unreadable:,} lines read, none is a Tetragon event. B shows why."
WAITING = "{trouble}. Tetragon creates it at the first event. Check: tetratui doctor"
ENDED = "{source} ended without an event. To see tetratui with events: tetratui demo"


def explain_empty_list(workspace: Workspace, *, own_query: bool = False) -> str:
    """Return why no event is in sight, in one paragraph; `own_query`: the pane has the query it began with."""
    table = workspace.table
    if table.stop > table.first:
        return ELSEWHERE.format(events=format_count(len(table), "event")) if own_query else NO_MATCH
    if table.unreadable.count:
        return ALL_UNREADABLE.format(unreadable=table.unreadable.count)
    if workspace.trouble:
        missing = workspace.trouble.endswith("waiting for it")
        return WAITING.format(trouble=workspace.trouble) if missing else workspace.trouble
    if workspace.history:
        return READING
    if workspace.ended:
        return ENDED.format(source=visible(", ".join(map(str, workspace.sources))) or "The source")
    return NONE_YET
