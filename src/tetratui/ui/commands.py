"""What the command palette offers: every key's action that works here, the panes, the themes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.screen import Screen

from tetratui.ui.resume import take_up
from tetratui.ui.screens.live import LiveScreen
from tetratui.ui.widgets.pane import PANES

if TYPE_CHECKING:
    from tetratui.ui.app import Tetratui

MOVING = {"Move"}
"""Groups of keys that make no sense as a command."""


def of(app: Tetratui, screen: Screen[Any]) -> Iterable[SystemCommand]:
    """List the commands of a screen: what its keys do, its panes, the themes."""
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.id and (binding.group is None or binding.group.description not in MOVING):
            yield SystemCommand(
                f"{binding.description} ({app.get_key_display(binding)})",
                binding.tooltip,
                _runner(app, active.node, binding.action),
            )
    if isinstance(screen, LiveScreen):
        for named in PANES:
            yield SystemCommand(f"pane {named.title}", named.query or "all events", _pane(screen, named.id))
    if isinstance(screen, LiveScreen) and app.keeper.left is not None:
        left = app.keeper.left
        yield SystemCommand(
            "resume", "Take up the queries and the place of the last session.", lambda: take_up(screen, left)
        )
    yield SystemCommand("theme", "Choose a theme; it is shown while you choose.", app.action_change_theme)


def _runner(app: Tetratui, node: Any, action: str) -> Callable[[], None]:
    async def run() -> None:
        await app.run_action(action, node)

    def soon() -> None:
        app.call_later(run)

    return soon


def _pane(screen: LiveScreen, name: str) -> Callable[[], None]:
    return lambda: screen.show_pane(name)
