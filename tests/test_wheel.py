"""The wheel, installed where the checkout is not, holds all it needs: verbs, themes, the demo's capture."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and install it alone; its dependencies are lent by the environment of the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv/bin/python"
    site = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
    )
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    # A plain path in a .pth file lends the packages but not the editable install of tetratui beside them.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "venv/bin/tetratui"


def run(command: Path, *args: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        [str(command), *args], capture_output=True, text=True, env=environment, cwd=home, timeout=60, check=False
    )


def test_wheel_code_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    python = installed.with_name("python")
    where = subprocess.run(
        [python, "-c", "import tetratui; print(tetratui.__file__)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    ).stdout
    assert str(installed.parents[1]) in where


def test_wheel_answers_its_version(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "--version", home=tmp_path)
    assert (done.returncode, done.stdout) == (0, "tetratui 0.1.0\n")


def test_wheel_counts_a_source(installed: Path, tmp_path: Path) -> None:
    process = '{"pid":7,"binary":"/usr/bin/true"}'
    line = f'{{"process_exec":{{"process":{process}}},"node_name":"n","time":"2026-11-23T19:12:51Z"}}'
    (tmp_path / "tetragon.log").write_text(line + "\n")
    done = run(installed, "stats", "tetragon.log", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"exec": 1' in done.stdout


def test_wheel_ships_the_man_page(installed: Path) -> None:
    page = installed.parents[1] / "share/man/man1/tetratui.1"
    assert page.read_bytes() == (ROOT / "man/tetratui.1").read_bytes()


def test_wheel_ships_the_themes(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "themes", home=tmp_path)
    assert done.returncode == 0, done.stderr
    shipped = {path.stem for path in (ROOT / "themes").glob("*.toml")}
    assert shipped
    assert all(name in done.stdout for name in shipped)


@pytest.mark.terminal
def test_wheel_runs_the_demo_and_quits(installed: Path, tmp_path: Path) -> None:
    pexpect = pytest.importorskip("pexpect")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    child = pexpect.spawn(
        str(installed), ["demo", "--quit-after", "5"], env=environment, dimensions=(30, 100), timeout=60
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
