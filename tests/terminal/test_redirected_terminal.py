"""The screens are drawn on the terminal that is left where the standard error, and the output, lead elsewhere."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_terminal.terminals import COMMAND, Screen

pytestmark = pytest.mark.terminal


@pytest.fixture
def redirected(
    request: pytest.FixtureRequest, export: Path, environment: dict[str, str], tmp_path: Path
) -> Iterator[Screen]:
    line = request.param.format(command=shlex.quote(str(COMMAND)), file=shlex.quote(str(export)))
    screen = Screen(["-c", f"cd {shlex.quote(str(tmp_path))}; {line}"], environment, 100, 30, command="/bin/sh")
    yield screen
    screen.child.close(force=True)


@pytest.mark.parametrize(
    "redirected",
    ["{command} {file} 2>err", "{command} {file} >out 2>err", "{command} {file} >out", "cat {file} | {command} 2>err"],
    indirect=True,
)
def test_the_screens_run_and_nothing_of_them_lands_in_the_file(redirected: Screen, tmp_path: Path) -> None:
    redirected.shows("of 4,000")
    assert "Process" in redirected.text()
    redirected.type("4")
    redirected.shows("[Rules]")
    redirected.type("q", "q")
    assert redirected.end() == 0
    for name in ("err", "out"):
        path = tmp_path / name
        assert not path.exists() or b"\x1b" not in path.read_bytes()


def test_without_any_terminal_it_says_so(export: Path, environment: dict[str, str], tmp_path: Path) -> None:
    line = f"{shlex.quote(str(COMMAND))} {shlex.quote(str(export))} >{tmp_path}/out 2>{tmp_path}/err </dev/null"
    screen = Screen(["-c", line], environment, command="/bin/sh")
    assert screen.end() == 2
    assert "need a terminal" in (tmp_path / "err").read_text()
