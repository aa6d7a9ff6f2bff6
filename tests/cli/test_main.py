"""The command `tetratui`: verbs, sources, help, and exit codes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from tetratui.cli.output import ExitCode, run_guarded
from tetratui.cli.verbs import VERBS, run
from tetratui.core.errors import RefusedError, SourceError, TargetError, TetratuiError, UsageError


def tetratui(*args: str, **keywords: str) -> subprocess.CompletedProcess[str]:
    code = "from tetratui.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, timeout=60, check=False, **keywords
    )


def test_version_is_one_line() -> None:
    done = tetratui("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "tetratui 0.1.0\n", "")


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_help_lists_every_verb_and_imports_none(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not run([word])
    shown = capsys.readouterr().out
    assert all(verb in shown for verb in VERBS)


def test_mistyped_verb_is_named_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stast"]) == ExitCode.USAGE
    assert "did you mean 'stats'" in capsys.readouterr().err


def test_file_named_like_a_mistyped_verb_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stat").write_text("")
    sources: list[str] = []
    open_verb = click.Command(
        "open", params=[click.Argument(["source"])], callback=lambda source: sources.append(source)
    )
    monkeypatch.setitem(sys.modules, "tetratui.cli.open", SimpleNamespace(command=open_verb))
    assert not run(["stat"])
    assert sources == ["stat"]


def test_unknown_option_of_a_verb_names_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "--nope"]) == ExitCode.USAGE
    assert capsys.readouterr().err.endswith("try: tetratui config --help\n")


def test_verb_that_is_not_installed_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(VERBS, "absent", "a verb whose module is not there")
    assert run(["absent"]) == ExitCode.USAGE
    assert "not part of this installation" in capsys.readouterr().err


def raising(error: BaseException) -> Callable[[], int | None]:
    def verb() -> int | None:
        raise error

    return verb


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("m"), 2),
        (SourceError("m"), 3),
        (TargetError("m"), 3),
        (RefusedError("m"), 1),
        (TetratuiError("m"), 1),
        (KeyboardInterrupt(), 130),
        (PermissionError(13, "Permission denied", "/etc/shadow"), 3),
        (ZeroDivisionError("x"), 70),
    ],
)
def test_each_error_gives_its_exit_code_and_one_sentence(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_guarded(raising(error)) == code
    message = capsys.readouterr().err
    assert message.startswith("tetratui: ")
    assert "Traceback" not in message


def test_error_text_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run_guarded(raising(SourceError("\x1b]0;pwned\x07")))
    assert "\x1b" not in capsys.readouterr().err


def test_reader_that_leaves_is_not_an_error() -> None:
    code = "from tetratui.cli.main import main; main()"
    command = f"{sys.executable} -c '{code}' config --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_terminal_of_another_encoding_gets_escapes() -> None:
    code = "from tetratui.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "demoo…"],
        capture_output=True,
        env={"PYTHONIOENCODING": "latin-1", "PATH": "/usr/bin:/bin"},
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"\\u2026" in done.stderr
