"""What the reading thread reports, brought into the workspace and onto the screens."""

from __future__ import annotations

from tetratui.core.sources import SourceStatusKind
from tetratui.core.workspace.event_rates import Moment
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.feed_events import EventsRead, FeedEvent, HistoryEnded, SourceReported
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.messages import Change
from tetratui.ui.operator_app import OperatorApp
from tetratui.ui.screens.hosts.render import count_hosts


class FeedReports:
    """Takes the reports of the feed one by one, on the event loop."""

    def __init__(self, app: OperatorApp) -> None:
        self._app = app

    def take(self, report: FeedEvent) -> None:
        """Take one report."""
        match report:
            case EventsRead():
                self._count_batch(report)
            case HistoryEnded():
                self._app.workspace.history = False
                self._app.change(Change.SOURCE)
            case SourceReported():
                self._show_status(report)

    def fail(self, text: str) -> None:
        """Show that reading has ended with an error: without its reader the table stays as it is."""
        self._app.workspace.trouble, self._app.workspace.ended = text, True
        self._app.change(Change.SOURCE)

    def _count_batch(self, batch: EventsRead) -> None:
        app, workspace = self._app, self._app.workspace
        workspace.trouble = ""
        app.rates.count_events(workspace.table.part(batch.rows.start, batch.rows.stop))
        if not batch.history:
            app.rates.count_arrivals(len(batch.rows))
        if workspace.paused and not batch.history:
            app.waiting += len(batch.rows)
        workspace.name_node()
        app.change(Change.EVENTS)

    def _show_status(self, status: SourceReported) -> None:
        """Show what happened to the export file."""
        app, workspace = self._app, self._app.workspace
        workspace.trouble = "" if status.severity == "information" else status.text
        workspace.ended = workspace.ended or status.kind is SourceStatusKind.ENDED
        if status.kind is SourceStatusKind.ROTATED:
            app.rates.note(Moment.ROTATED)
        app.tell(status.text, status.severity)
        app.change(Change.SOURCE)


def note_hosts(workspace: Workspace, feed: Feed) -> None:
    """Count the hosts, and take the oldest version of their Tetragons, unless one is configured."""
    # Reading versions needs the agent's options; the first screen does not.
    from tetratui.core.tetragon.agent.agent_version import find_oldest

    states = feed.hosts
    workspace.hosts = count_hosts(states)
    if states and workspace.config.tetragon.version is None:
        versions = [state.facts.version for state in states if state.facts is not None]
        workspace.tetragon = find_oldest(versions) or workspace.tetragon
