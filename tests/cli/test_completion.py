"""`tetratui completion`: a script the shell takes, and the answers it asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
    [("tetratui ", set(VERBS)), ("tetratui st", {"stats"}), ("tetratui config --", {"--json", "--docs"})],
)
def test_shell_is_offered(words: str, offers: set[str]) -> None:
    asked = {"_TETRATUI_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [TETRATUI], env={**os.environ, **asked}, capture_output=True, text=True, timeout=60, check=False
    )
    plain = {line.partition(",")[2] for line in done.stdout.splitlines() if line.startswith("plain,")}
    assert offers <= plain
    assert ("file," in done.stdout) == ("--" not in words)
