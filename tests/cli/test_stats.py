"""`tetratui stats` counts what is there and says what is not."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

CAPTURES = Path(__file__).parents[1] / "data" / "captures"


def stats(*words: str | Path, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from tetratui.cli.main import main; main()", "stats", *map(str, words)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)


def format_count(*words: str | Path, stdin: bytes | None = None, code: int = 0) -> dict[str, Any]:
    ended = stats(*words, "--json", stdin=stdin)
    assert ended.returncode == code, ended.stderr
    document: dict[str, Any] = orjson.loads(ended.stdout)
    return document


def test_it_counts_a_capture() -> None:
    content = gzip.decompress((CAPTURES / "disk-full.log.gz").read_bytes())
    found = format_count(CAPTURES / "disk-full.log.gz")
    assert (found["events"], found["unreadable"], found["bytes"]) == (499, 1, len(content))
    assert sum(found["kinds"].values()) == 499
    assert found["kinds"]["exec"] == 257
    assert sum(count for _, count in found["binaries"]) == 499
    assert found["first_time"] < found["last_time"] < "2026-11-24"
    assert found["hosts"] == [["server01", 499]]


def test_a_query_counts_only_what_matches() -> None:
    found = format_count(CAPTURES / "server.log.gz", "--where", "kind:kprobe")
    assert list(found["kinds"]) == ["kprobe"]
    assert found["events"] == found["kinds"]["kprobe"] > 0
    assert stats(CAPTURES / "server.log.gz", "--where", "kind:(").returncode == 2


def test_a_pipe_is_a_source() -> None:
    lines = gzip.decompress((CAPTURES / "every-kind.log.gz").read_bytes())
    assert format_count("-", stdin=lines)["events"] == lines.count(b"\n")


def test_an_empty_file_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "tetragon.log").touch()
    found = format_count(tmp_path / "tetragon.log")
    assert (found["events"], found["unreadable"], found["first_time"], found["last_time"]) == (0, 0, None, None)


def test_a_binary_file_is_bad_lines(tmp_path: Path) -> None:
    (tmp_path / "tetragon.log").write_bytes(b"\x7fELF\x00\x01\n\x1b[2J\n\xff\xfe")
    found = format_count(tmp_path / "tetragon.log")
    assert (found["events"], found["unreadable"]) == (0, 3)


def test_a_truncated_gzip_gives_what_it_has_and_then_fails(tmp_path: Path) -> None:
    packed = (CAPTURES / "server.log.gz").read_bytes()
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) // 2])
    ended = stats(tmp_path / "cut.gz", "--json")
    assert ended.returncode == 3
    assert 0 < orjson.loads(ended.stdout)["events"] < 4000
    assert b"cut.gz" in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_missing_source_is_one_clear_line(tmp_path: Path) -> None:
    ended = stats(tmp_path / "none.log")
    assert (ended.returncode, ended.stdout) == (3, b"")
    assert b"none.log" in ended.stderr
    assert ended.stderr.count(b"\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_source_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "tetragon.log").touch(mode=0)
    ended = stats(tmp_path / "tetragon.log")
    assert ended.returncode == 3
    assert b"Traceback" not in ended.stderr


def test_hostile_texts_never_reach_the_terminal(tmp_path: Path) -> None:
    event = {
        "process_exec": {"process": {"binary": "/tmp/\x1b]0;pwned\x07[bold]x[/nope]\u202e"}},
        "node_name": "\x1b[2J",
    }
    (tmp_path / "tetragon.log").write_bytes(orjson.dumps(event) + b"\n")
    ended = stats(tmp_path / "tetragon.log")
    assert ended.returncode == 0
    assert b"\x1b" not in ended.stdout
    assert "\u202e".encode() not in ended.stdout
    assert rb"[bold]x[/nope]\u202e" in ended.stdout
