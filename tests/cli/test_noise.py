"""`tetratui noise` lists the groups, biggest first."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
NOISY = Path(str(resources.files("tetratui.core.demo") / "capture.log.gz"))


def run(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from tetratui.cli.main import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=120, check=False)


def read_json(*words: str | Path, code: int = 0) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.returncode == code, done.stderr
    document: dict[str, Any] = orjson.loads(done.stdout)
    return document


def test_the_groups_hold_every_event() -> None:
    document = read_json("noise", NOISY)
    sizes = [group["events"] for group in document["groups"]]
    assert sum(sizes) == document["events"] == 21300
    assert sizes == sorted(sizes, reverse=True)
    assert document["groups"][1] == {
        "kind": "exec",
        "binary": "/usr/bin/true",
        "template": "^--worker [0-9]+$",
        "parent": "/opt/lab/pyfork.py",
        "parent_template": "^/opt/lab/pyfork\\.py$",
        "events": 857,
        "bytes": 628163,
        "commands": 857,
        "users": 1,
        "hosts": 1,
        "scope": "template",
        "first_time": "2026-11-23T19:17:21.042146934Z",
        "last_time": "2026-11-23T19:34:53.352513595Z",
        "per_hour": 2314.2,
        "period": None,
        "lives_ms": 161.3,
    }


def test_top_limits_the_groups() -> None:
    assert len(read_json("noise", NOISY, "--top", "3")["groups"]) == 3


def test_the_printed_table_names_root_commands() -> None:
    done = run("noise", CAPTURES / "server.log.gz", "--top", "4")
    assert done.returncode == 0
    assert b"most of it descends from:" in done.stdout


def test_an_empty_source_has_no_groups(tmp_path: Path) -> None:
    (tmp_path / "empty.log").write_bytes(b"")
    assert read_json("noise", tmp_path / "empty.log")["groups"] == []


def test_a_missing_source_is_one_clear_line(tmp_path: Path) -> None:
    done = run("noise", tmp_path / "no.log")
    assert done.returncode == 3
    assert done.stdout == b""
    assert len(done.stderr.splitlines()) == 1
