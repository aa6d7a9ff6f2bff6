"""`tetratui completion`: a script that the shell accepts, and the completions that it gets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tetratui.cli.completion import complete_event_fields
from tetratui.cli.verbs import VERBS, run

TETRATUI = Path(sys.executable).with_name("tetratui")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not run(["completion", shell])
    assert "_TETRATUI_COMPLETE" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_takes_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    run(["completion", "bash"])
    script = capsys.readouterr().out
    subprocess.run(["bash", "-n"], input=script, text=True, check=True, timeout=30)


@pytest.mark.skipif(not TETRATUI.exists(), reason="the command is not installed beside this interpreter")
@pytest.mark.parametrize(
    ("words", "offers"),
    [
        ("tetratui ", set(VERBS)),
        ("tetratui st", {"stats"}),
        ("tetratui config --", {"--json", "--docs"}),
        ("tetratui --", {"--version", "--theme", "--low-bandwidth"}),
        ("tetratui x.log --low", {"--low-bandwidth"}),
        ("tetratui demo --theme te", {"tetra-dark", "tetra-light"}),
    ],
)
def test_bash_is_offered_verbs_options_and_themes(words: str, offers: set[str]) -> None:
    request = {"_TETRATUI_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [TETRATUI], env={**os.environ, **request}, capture_output=True, text=True, timeout=60, check=False
    )
    plain = {line.partition(",")[2] for line in done.stdout.splitlines() if line.startswith("plain,")}
    assert offers <= plain
    assert "file," not in done.stdout


def complete(shell: str, words: str, folder: Path) -> list[str]:
    """Ask a real shell what it would offer."""
    script = f'eval "$(tetratui completion {shell})"\n'
    if shell == "bash":
        script += f"COMP_WORDS=({words} ''); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
        script = script.replace(" '')", ")") if not words.endswith(" ") else script
        script += 'compopt() { echo "$@"; }; _tetratui_completion tetratui; printf \'%s\\n\' "${COMPREPLY[@]}"'
        call = ["bash", "--norc", "-c", script]
    else:
        call = ["fish", "--no-config", "-c", f"tetratui completion fish | source; complete -C '{words}'"]
    environment = {**os.environ, "PATH": f"{TETRATUI.parent}:{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(call, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


@pytest.mark.skipif(not TETRATUI.exists(), reason="the command is not installed beside this interpreter")
@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_a_real_shell_offers_verbs_options_and_files(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "studies.log").touch()
    assert [line.split("\t")[0] for line in complete(shell, "tetratui sta", tmp_path)] == ["stats", "status"]
    assert any(line.startswith("--attack-samples") for line in complete(shell, "tetratui check --at", tmp_path))
    # For files bash is told to look by itself.
    files = complete(shell, "tetratui stats stu", tmp_path)
    assert "-o default" in files if shell == "bash" else "studies.log" in files


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_takes_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    run(["completion", "zsh"])
    script = capsys.readouterr().out
    subprocess.run(["zsh", "-n"], input=script, text=True, check=True, timeout=30)


def test_the_last_of_several_fields_is_completed() -> None:
    context = click.Context(click.Command("events"))
    option = click.Option(["--fields"])
    assert complete_event_fields(context, option, "time,dp") == ["time,dport"]
    assert complete_event_fields(context, option, "bi") == ["bin"]
