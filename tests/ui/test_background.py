"""No work away from the event loop fails without a word: each is made to fail, and tried again."""

from __future__ import annotations

import ast
import asyncio
import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests_ui import drawn, looks
from textual.pilot import Pilot
from textual.worker import get_current_worker

import tetratui.ui
from conftest import Wait, real_lines
from tetratui.core.config import Config, Time
from tetratui.core.errors import SourceError
from tetratui.core.session.session_file import Session
from tetratui.core.sources import SourceRegistry
from tetratui.core.table import build_table
from tetratui.core.tuning.marks import Verdict
from tetratui.core.workspace.feed import Feed
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui import run
from tetratui.ui.app import Tetratui
from tetratui.ui.background import JOBS, Job
from tetratui.ui.screens.draft.screen import DraftScreen
from tetratui.ui.screens.live.screen import LiveScreen
from tetratui.ui.screens.noise.screen import NoiseScreen
from tetratui.ui.screens.suggest.screen import SuggestScreen
from tetratui.ui.screens.unreadable.screen import UnreadableScreen

SOURCES = Path(tetratui.ui.__file__).parent
for module in pkgutil.walk_packages([str(SOURCES)], "tetratui.ui."):
    importlib.import_module(module.name)

Recipe = Callable[[Pilot], Awaitable[None]]


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in SOURCES.rglob("*.py"):
        yield str(path.relative_to(SOURCES)), ast.parse(path.read_text("utf-8"))


def test_work_is_begun_nowhere_else() -> None:
    """Textual's own ways let a failure pass in silence or end the program."""
    begun = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and "work" in {alias.name for alias in node.names})
        or (isinstance(node, ast.Attribute) and node.attr in {"run_worker", "_new_worker"})
    }
    assert begun == {"background.py"}


def test_each_is_named_once_and_for_an_operator() -> None:
    assert len({job.group for job in JOBS}) == len(JOBS) == len({job.doing for job in JOBS})
    named = [
        node
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "job"
    ]
    assert len(named) == len(JOBS)


ELSEWHERE = {
    "link": "tetratui.ui.terminal.terminal_app.offer_low_bandwidth",
    "feed": "tetratui.core.workspace.feed.Feed._read",
    "sensor": "tetratui.core.tetragon.agent.agent_version.installed_version",
    "session": "tetratui.ui.session_saver.save",
    "hints": "tetratui.ui.widgets.hint_line.forget_hints",
    "complete": "tetratui.ui.widgets.query_bar.complete",
}
"""What is no `asyncio.to_thread`: the work itself runs in a thread, or asks for one only over SSH."""


@contextmanager
def broken(group: str, error: Exception) -> Iterator[None]:
    """Let what this work does in a thread fail, until the end of the block."""
    to_thread, failing = asyncio.to_thread, True

    async def fail(function: Callable[..., Any], *given: Any, **options: Any) -> Any:
        if failing and get_current_worker().group == group:
            raise error
        return await to_thread(function, *given, **options)

    patch = pytest.MonkeyPatch()
    patch.setattr(asyncio, "to_thread", fail)
    if group in ELSEWHERE:
        real = pkgutil.resolve_name(ELSEWHERE[group])

        def fail_here(*given: Any) -> Any:
            if failing:
                raise error
            return real(*given)

        async def fail_soon(*given: Any) -> None:
            await fail_here(*given)

        patch.setattr(ELSEWHERE[group], fail_soon if asyncio.iscoroutinefunction(real) else fail_here)
    try:
        yield
    finally:
        failing = False
        patch.undo()


async def go_on(pilot: Pilot) -> None:
    await pilot.pause()
    await drawn.worked(pilot.app)
    await pilot.pause()


def keys(*pressed: str) -> Recipe:
    async def press(pilot: Pilot) -> None:
        await go_on(pilot)
        for key in pressed:
            await pilot.press(key)
            await go_on(pilot)

    return press


def called(method: str, *given: Any, before: tuple[str, ...] = ()) -> Recipe:
    """Do what a key would do with something that only a longer way would bring about."""

    async def call(pilot: Pilot) -> None:
        await keys(*before)(pilot)
        node = pilot.app if hasattr(pilot.app, method) else pilot.app.screen
        getattr(node, method)(*given)

    return call


async def with_list(pilot: Pilot) -> None:
    await go_on(pilot)
    pilot.app.workspace.bench.import_denylist(looks.DENYLIST)


async def open_review(pilot: Pilot) -> None:
    await with_list(pilot)
    await pilot.press("5")


async def open_a_draft_again(pilot: Pilot) -> None:
    await go_on(pilot)
    await looks.review(pilot)
    await pilot.press("enter")


async def change_a_proposal(pilot: Pilot) -> None:
    await keys("2", "c")(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, SuggestScreen)
    screen._judge(screen.proposed[0].draft)


async def write_files(pilot: Pilot) -> None:
    await open_review(pilot)
    await keys("w", "y")(pilot)


async def open_rules(pilot: Pilot) -> None:
    await with_list(pilot)
    await pilot.press("4")


async def open_draft(pilot: Pilot) -> None:
    await go_on(pilot)
    looks.mark_five(pilot.app)
    await pilot.press("d")
    await go_on(pilot)
    assert isinstance(pilot.app.screen, DraftScreen)


async def draft_root(pilot: Pilot) -> None:
    await keys("2")(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, NoiseScreen)
    assert screen.view is not None
    screen.draft_root(screen.view.roots[0])


async def split(pilot: Pilot) -> None:
    await open_draft(pilot)
    await pilot.press("space")


async def unreadable(pilot: Pilot) -> None:
    await go_on(pilot)
    table = build_table([b"{", b"["])
    registry = SourceRegistry()
    registry.add(Path("/nowhere/tetragon.log"), b"{")
    await pilot.app.push_screen(UnreadableScreen(table, registry, lambda *_: None))


async def hidden_hint(pilot: Pilot) -> None:
    await go_on(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, LiveScreen)
    screen.hint.dismiss()


RECIPES: dict[str, Recipe] = {
    "link": keys(),
    "hints": hidden_hint,
    "open": called("open_list", "/etc/hostname", before=("4",)),
    "feed": keys(),
    "sensor": called("_name_sensor"),
    "session": keys("m"),
    "clipboard": called("copy", b"x" * 100_000, "it"),
    "marking": keys("m"),
    "marks": keys("m"),
    "look": keys(),
    "complete": keys("slash", "b"),
    "detail": keys("up", "enter"),
    "top-binaries": keys(),
    "copy": keys("y"),
    "same": called("action_same_process", 1),
    "judge": keys("M"),
    "marked": keys("d"),
    "count": keys("2"),
    "portrait": keys("2", "j"),
    "rows": keys("2", "j", "d"),
    "root": draft_root,
    "suggest": keys("2", "c"),
    "judge-changed": change_a_proposal,
    "open-draft": open_a_draft_again,
    "life": keys("up", "L"),
    "review": open_review,
    "write": write_files,
    "installed": keys("4"),
    "rules": open_rules,
    "scopes": open_draft,
    "preview": open_draft,
    "split": split,
    "unreadable": unreadable,
}
IN_PLACE = {
    "look",
    "detail",
    "top-binaries",
    "count",
    "portrait",
    "suggest",
    "life",
    "review",
    "rules",
    "scopes",
    "preview",
    "unreadable",
}
"""Where something is shown that would else wait for ever."""


def app_with_everything(tmp_path: Path, *, fed: bool = False) -> Tetratui:
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"".join(line + b"\n" for line in real_lines()))
    workspace = Workspace(build_table(real_lines()), [path], Config(time=Time("utc")))
    session = Session(str(path), workspace.bench)
    return Tetratui(workspace, Feed([path]) if fed else None, now=lambda: 1_764_000_000.0, session=session)


def notices(app: Tetratui, begins: str) -> list[Any]:
    return [notice for notice in drawn.notices(app) if notice.message.startswith(begins)]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.group)
async def test_each_failure_is_told_and_can_be_tried_again(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait: Wait
) -> None:
    monkeypatch.setattr("tetratui.ui.mark_column.MOST_MARKS", 0)
    # A reader that goes on would never be done.
    monkeypatch.setattr(Feed, "_read", lambda *_: None)
    app = app_with_everything(tmp_path, fed=job.group in {"feed", "sensor"})
    begins = f"{job.doing} failed"
    fault = broken(job.group, ValueError("broken\non purpose"))
    # Before the start: some of it begins with the program.
    fault.__enter__()
    async with app.run_test(size=(170, 50)) as pilot:
        try:
            await RECIPES[job.group](pilot)
            await wait(pilot, lambda: bool(notices(app, begins)))
            await go_on(pilot)
        finally:
            fault.__exit__(None, None, None)
        (notice,) = notices(app, begins)
        assert notice.severity == "error"
        assert "a fault of tetratui itself: ValueError: broken; TETRATUI_TRACEBACK=1 shows more" in notice.message
        assert ("f5 tries again" in notice.message) is job.repeatable
        assert any("ValueError: broken" in text for text in app.failures.tracebacks)
        app.clear_notifications()
        if job.group in IN_PLACE:
            await wait(pilot, lambda: begins in "".join(drawn.lines(app)))
        if job.repeatable:
            await pilot.press("f5")
            await go_on(pilot)
            assert notices(app, f"{job.doing}: trying again")
            assert not notices(app, begins)
            app.clear_notifications()
            await go_on(pilot)
            assert begins not in "".join(drawn.lines(app))
        assert app.return_code is None


async def test_what_an_operator_can_act_on_comes_with_its_remedy(tmp_path: Path, wait: Wait) -> None:
    app = app_with_everything(tmp_path)
    async with app.run_test(size=(170, 50)) as pilot:
        with broken("count", SourceError("/x/y is gone\x1b[2J", "put it back")):
            await RECIPES["count"](pilot)
            await wait(pilot, lambda: bool(notices(app, "counting")))
        (notice,) = notices(app, "counting")
        assert notice.message.startswith("counting the noise groups failed: /x/y is gone")
        assert "put it back; f5 tries again" in notice.message
        assert "\x1b" not in notice.message
        assert app.failures.tracebacks == []


async def test_the_same_failure_is_told_once_until_it_is_tried_again(tmp_path: Path, wait: Wait) -> None:
    app = app_with_everything(tmp_path)
    async with app.run_test(size=(170, 50)) as pilot:
        await go_on(pilot)
        with broken("top-binaries", ValueError("broken")):
            for _ in range(5):
                screen = app.screen
                assert isinstance(screen, LiveScreen)
                screen.below.show_busiest(screen.pane)
                await go_on(pilot)
            assert len(notices(app, "counting the busiest")) == 1
            await pilot.press("f5")
            await wait(
                pilot, lambda: len([notice for notice in app.notices.past if "binaries failed" in notice.message]) == 2
            )
            assert len(notices(app, "counting the busiest binaries failed")) == 1
        await pilot.press("f5")
        await go_on(pilot)
        await pilot.press("f5")
        assert notices(app, "Nothing has failed")


async def test_a_counting_that_failed_is_not_begun_again_by_itself(tmp_path: Path, wait: Wait) -> None:
    app = app_with_everything(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        with broken("count", ValueError("broken")):
            await RECIPES["count"](pilot)
            screen = app.screen
            assert isinstance(screen, NoiseScreen)
            await wait(pilot, lambda: screen.failed)
            screen.recount()
            await go_on(pilot)
            assert not screen.counting
        await pilot.press("f5")
        await wait(pilot, lambda: screen.view is not None)
        assert "failed" not in "".join(drawn.lines(app)[:4])


async def test_no_draft_is_accepted_without_its_preview(tmp_path: Path, wait: Wait) -> None:
    app = app_with_everything(tmp_path)
    async with app.run_test(size=(170, 50)) as pilot:
        with broken("preview", ValueError("broken")):
            await open_draft(pilot)
            await pilot.press("enter")
            await go_on(pilot)
            assert isinstance(app.screen, DraftScreen)
        await pilot.press("f5")
        await go_on(pilot)
        await pilot.press("enter")
        await go_on(pilot)
        assert len(app.workspace.drafts) == 1 or isinstance(app.screen, DraftScreen)


async def test_a_reader_that_fails_is_not_shown_as_following(tmp_path: Path, wait: Wait) -> None:
    app = app_with_everything(tmp_path, fed=True)
    with broken("feed", ValueError("broken")):
        async with app.run_test(size=(170, 50)) as pilot:
            await wait(pilot, lambda: app.workspace.ended)
            app.screen.say_status()
            await pilot.pause()
            assert "ENDED" in drawn.lines(app)[0]
            assert "reading the export file failed" in app.workspace.trouble


def test_the_traceback_is_written_at_the_end_for_who_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = app_with_everything(tmp_path)
    app.failures.tracebacks.append("Traceback of it")
    run.finish(app)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("TETRATUI_TRACEBACK", "1")
    run.finish(app)
    assert "Traceback of it\n" in capsys.readouterr().err


def test_marks_that_could_not_be_kept_are_told_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = app_with_everything(tmp_path)
    app.workspace.bench.mark(Verdict.NOISE, app.workspace.table, [0])
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/nowhere")
    run.finish(app)
    assert "marks and drafts could not be saved: " in capsys.readouterr().err


async def test_of_several_savings_at_once_the_last_state_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow writing of an older state must not replace a newer one."""
    kept: list[int] = []
    monkeypatch.setattr("tetratui.ui.session_saver.save", lambda session: kept.append(len(session.workbench.marks)))
    app = app_with_everything(tmp_path)
    async with app.run_test() as pilot:
        await go_on(pilot)
        await pilot.press("home")
        for _ in range(8):
            await pilot.press("m")
        await go_on(pilot)
    assert kept == sorted(kept)
    assert kept[-1] == 8
