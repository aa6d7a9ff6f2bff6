"""The commands of the palette: the action of every key that works here, the panes, the themes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from textual.app import SystemCommand
from textual.binding import ActiveBinding, Binding
from textual.screen import Screen

from tetratui.ui.keys import ORDER
from tetratui.ui.operator_app import OperatorApp
from tetratui.ui.screens.live.panes import LivePanes
from tetratui.ui.screens.messages.screen import show_messages
from tetratui.ui.session_resume import resume
from tetratui.ui.terminal.bandwidth_offer import switch_bandwidth
from tetratui.ui.widgets.live_pane import PANES

MOVING = {"Move"}
"""Groups of keys that are listed last: pressing the key is quicker."""


def list_commands(app: OperatorApp, screen: Screen[Any]) -> Iterable[SystemCommand]:
    """Yield the commands of a screen: what its keys do, its panes, the previous session, how to move."""
    bound = _bound(screen)
    yield from (_command(app, active, keys) for active, keys in bound if not _moves(active))
    if isinstance(screen, LivePanes):
        for named in PANES:
            yield SystemCommand(f"pane {named.title}", named.query or "all events", _pane(screen, named.id))
    if isinstance(screen, LivePanes) and app.left_session is not None:
        session = app.left_session
        yield SystemCommand(
            "Resume", "Restore the queries and the position of the previous session.", lambda: resume(screen, session)
        )
    if app.feed is not None and app.workspace.history:
        yield SystemCommand(
            "stop reading history", "Skip older events; new events are still read.", app.feed.stop_history
        )
    yield SystemCommand("hosts", "See the hosts that events are read from, and what comes from each.", _show_hosts(app))
    yield SystemCommand(
        "low bandwidth", "Send less to the terminal, or as much as before.", lambda: switch_bandwidth(app)
    )
    if app.notices.past:
        yield SystemCommand("messages", "Read the messages again, the newest first.", lambda: show_messages(app))
    yield SystemCommand("theme", "Choose a theme; it is shown while you choose.", app.action_change_theme)
    yield from (_command(app, active, keys) for active, keys in bound if _moves(active))


def _bound(screen: Screen[Any]) -> list[tuple[ActiveBinding, list[Binding]]]:
    """Return the bindings that work here, each once with all its keys, in the order of the table of keys."""
    bound: dict[str, tuple[ActiveBinding, list[Binding]]] = {}
    for active in screen.active_bindings.values():
        name = active.binding.id
        if name and active.enabled:
            bound.setdefault(name, (active, []))[1].append(active.binding)
    return [bound[name] for name in sorted(bound, key=lambda name: ORDER.get(name, len(ORDER)))]


def _moves(active: ActiveBinding) -> bool:
    group = active.binding.group
    return group is not None and group.description in MOVING


def _command(app: OperatorApp, active: ActiveBinding, bindings: list[Binding]) -> SystemCommand:
    keys = " ".join(app.get_key_display(binding) for binding in bindings)
    binding = active.binding
    return SystemCommand(f"{binding.description} ({keys})", binding.tooltip, _runner(app, active.node, binding.action))


def _runner(app: OperatorApp, node: Any, action: str) -> Callable[[], None]:
    async def run() -> None:
        await app.run_action(action, node)

    def soon() -> None:
        app.call_later(run)

    return soon


def _pane(screen: LivePanes, name: str) -> Callable[[], None]:
    return lambda: screen.show_pane(name)


def _show_hosts(app: OperatorApp) -> Callable[[], None]:
    def show() -> None:
        from tetratui.ui.screens.hosts.screen import HostsScreen  # rarely used; saves start time

        app.push_screen(HostsScreen(app.workspace, app.feed))

    return show
