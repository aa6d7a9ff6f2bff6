"""The Hosts screen and the column of the host: what is known of each host, drawn safely."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests_ui import drawn, hostile

from conftest import real_lines
from tetratui.core.hosts.host_state import HostCondition, HostFacts, HostState
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.host_activity import HostActivity
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.app import Tetratui
from tetratui.ui.commands import list_commands
from tetratui.ui.screens.hosts.render import count_hosts, list_hosts
from tetratui.ui.screens.hosts.screen import HostsScreen
from tetratui.ui.screens.live.screen import LiveScreen

SECOND = 1_000_000_000


def make_state(name: str, condition: HostCondition, detail: str = "", facts: HostFacts | None = None) -> HostState:
    return HostState(name, f"ssh://{name}", condition, detail, since=0.0, facts=facts, path="/var/log/tetragon/t.log")


def test_a_row_says_what_is_known_and_what_is_not() -> None:
    activity = HostActivity()
    activity.add(500, 2, 3_600 * SECOND, new=True, now=100.0)
    following = make_state("web1", HostCondition.FOLLOWING, facts=HostFacts("/x", "1.7.0", "0123456789ab"))
    following.delay, following.missed_files = 0.012, 1
    lost = make_state("web2", HostCondition.LOST, "it does not answer")
    rows = list_hosts([following, lost], {"web1": activity}, here=True, zone=None, now=105.0)
    assert [row.name for row in rows] == ["web2", "web1", "here"]
    assert rows[1].cells[1:6] == ("following", "12 ms", "1.7.0", "50.0", "500")
    assert rows[1].cells[7:] == ("2", "1", "0123456789ab")
    assert rows[0].cells == ("web2", "lost", "", "?", "0.0", "0", "–", "0", "0", "?")
    assert "it does not answer" in rows[0].details[1]
    assert count_hosts([following, lost]) == "2 hosts, 1 lost"


def test_only_new_events_of_the_last_seconds_count_for_the_rate() -> None:
    activity = HostActivity()
    activity.add(1000, 0, -1, new=False, now=100.0)
    for second in range(100, 130):
        activity.add(20, 0, -1, new=True, now=float(second))
    assert (activity.events, activity.rate(now=130.0), activity.rate(now=200.0)) == (1600, 20.0, 0.0)


async def test_hosts_are_listed_with_what_comes_from_them(tmp_path: Path, wait: Callable) -> None:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"\n".join(real_lines()[:20]) + b"\n")
    sources = [path, "ssh://web1:1/x.log"]
    feed = Feed(sources)
    app = Tetratui(Workspace(feed.table, sources), feed)
    async with app.run_test(size=(160, 40)) as pilot:
        await wait(pilot, lambda: len(feed.table) == 20)
        assert any("here" in line for line in drawn.lines(app))
        command = next(command for command in list_commands(app, app.screen) if command.title == "hosts")
        command.callback()
        await wait(pilot, lambda: isinstance(app.screen, HostsScreen))
        await wait(pilot, lambda: any("web1" in line and "lost" in line for line in drawn.lines(app)))
        await wait(pilot, lambda: any("this machine" in line and " 20 " in line for line in drawn.lines(app)))
        await wait(pilot, lambda: "1 lost" in app.workspace.hosts)
        await pilot.press("escape")
        assert isinstance(app.screen, LiveScreen)
        feed.stop()
        await drawn.worked(app)


async def test_hostile_texts_of_hosts_are_drawn_safely(app_of: Callable[..., Tetratui], wait: Callable) -> None:
    app = app_of(real_lines()[:5])

    class HostileFeed:
        hosts = [  # noqa: RUF012 - never changed
            make_state(text, HostCondition.LOST, text, HostFacts(text, text, text)) for text in hostile.TEXTS
        ]
        activity: dict[str, HostActivity] = {}  # noqa: RUF012

    async with app.run_test(size=(120, 30)) as pilot:
        app.push_screen(HostsScreen(app.workspace, HostileFeed()))  # type: ignore[arg-type]
        await wait(pilot, lambda: isinstance(app.screen, HostsScreen))
        for _ in hostile.TEXTS:
            await pilot.pause()
            drawn.assert_safe(app)
            await pilot.press("down")
