"""`tetratui noise` lists the groups, biggest first."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
NOISY = Path(str(resources.files("tetratui.core.demo") / "capture.log.gz"))


Verb = Callable[..., "subprocess.CompletedProcess[str]"]


def read_json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_groups_hold_every_event(tetratui: Verb) -> None:
    document = read_json(tetratui("noise", NOISY, "--json"))
    sizes = [group["events"] for group in document["groups"]]
    assert sum(sizes) == document["events"] == 21300
    assert sizes == sorted(sizes, reverse=True)
    assert document["groups"][1] == {
        "kind": "exec",
        "binary": "/usr/bin/true",
        "template": "^--worker [0-9]+$",
        "parent": "/opt/lab/pyfork.py",
        "parent_template": "^/opt/lab/pyfork\\.py$",
        "namespace": None,
        "workload": None,
        "workload_kind": None,
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


def test_top_limits_the_groups(tetratui: Verb) -> None:
    assert len(read_json(tetratui("noise", NOISY, "--top", "3", "--json"))["groups"]) == 3


def test_the_printed_table_names_root_commands(tetratui: Verb) -> None:
    done = tetratui("noise", CAPTURES / "server.log.gz", "--top", "4")
    assert done.returncode == 0
    assert "most of it descends from:" in done.stdout


def test_an_empty_source_has_no_groups(tmp_path: Path, tetratui: Verb) -> None:
    (tmp_path / "empty.log").write_bytes(b"")
    assert read_json(tetratui("noise", tmp_path / "empty.log", "--json"))["groups"] == []


def test_a_missing_source_is_one_clear_line(tmp_path: Path, tetratui: Verb) -> None:
    done = tetratui("noise", tmp_path / "no.log")
    assert done.returncode == 3
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
