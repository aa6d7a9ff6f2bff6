"""`tetratui stats` counts the events of sources and names what could not be read."""

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


def read_json(*words: str | Path, stdin: bytes | None = None, code: int = 0) -> dict[str, Any]:
    done = stats(*words, "--json", stdin=stdin)
    assert done.returncode == code, done.stderr
    document: dict[str, Any] = orjson.loads(done.stdout)
    return document


def test_it_counts_a_capture() -> None:
    content = gzip.decompress((CAPTURES / "disk-full.log.gz").read_bytes())
    document = read_json(CAPTURES / "disk-full.log.gz")
    assert (document["events"], document["unreadable"], document["bytes"]) == (499, 1, len(content))
    assert sum(document["kinds"].values()) == 499
    assert document["kinds"]["exec"] == 257
    assert sum(count for _, count in document["binaries"]) == 499
    assert document["first_time"] < document["last_time"] < "2026-11-24"
    assert document["hosts"] == [["server01", 499]]


def test_a_query_counts_only_what_matches() -> None:
    document = read_json(CAPTURES / "server.log.gz", "--where", "kind:kprobe")
    assert list(document["kinds"]) == ["kprobe"]
    assert document["events"] == document["kinds"]["kprobe"] > 0
    assert stats(CAPTURES / "server.log.gz", "--where", "kind:(").returncode == 2


def test_a_pipe_is_a_source() -> None:
    lines = gzip.decompress((CAPTURES / "every-kind.log.gz").read_bytes())
    assert read_json("-", stdin=lines)["events"] == lines.count(b"\n")


def test_an_empty_file_is_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "tetragon.log").touch()
    document = read_json(tmp_path / "tetragon.log")
    assert (document["events"], document["unreadable"], document["first_time"], document["last_time"]) == (
        0,
        0,
        None,
        None,
    )


def test_a_binary_file_is_counted_as_unreadable_lines(tmp_path: Path) -> None:
    (tmp_path / "tetragon.log").write_bytes(b"\x7fELF\x00\x01\n\x1b[2J\n\xff\xfe")
    document = read_json(tmp_path / "tetragon.log")
    assert (document["events"], document["unreadable"]) == (0, 3)


def test_a_truncated_gzip_is_counted_as_far_as_it_goes_and_then_fails(tmp_path: Path) -> None:
    packed = (CAPTURES / "server.log.gz").read_bytes()
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) // 2])
    done = stats(tmp_path / "cut.gz", "--json")
    assert done.returncode == 3
    assert 0 < orjson.loads(done.stdout)["events"] < 4000
    assert b"cut.gz" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_missing_source_is_one_clear_line(tmp_path: Path) -> None:
    done = stats(tmp_path / "none.log")
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"none.log" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_source_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "tetragon.log").touch(mode=0)
    done = stats(tmp_path / "tetragon.log")
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr


def test_hostile_texts_never_reach_the_terminal(tmp_path: Path) -> None:
    event = {
        "process_exec": {"process": {"binary": "/tmp/\x1b]0;pwned\x07[bold]x[/nope]\u202e"}},
        "node_name": "\x1b[2J",
    }
    (tmp_path / "tetragon.log").write_bytes(orjson.dumps(event) + b"\n")
    done = stats(tmp_path / "tetragon.log")
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert "\u202e".encode() not in done.stdout
    assert rb"[bold]x[/nope]\u202e" in done.stdout


def test_events_that_the_rate_limit_kept_out_are_summed() -> None:
    lines = [
        b'{"rate_limit_info":{"number_of_dropped_process_events":"40"}}',
        b'{"rate_limit_info":{"number_of_dropped_process_events":2}}',
        b'{"process_throttle":{"type":"THROTTLE_START","cgroup":"/a"}}',
        b'{"process_throttle":{"type":"THROTTLE_STOP","cgroup":"/a"}}',
    ]
    document = read_json("-", stdin=b"\n".join(lines))
    assert (document["rate_limited"], document["throttled"]) == (42, [["/a", 1]])
    assert b"rate limit kept out 42 events" in stats("-", stdin=b"\n".join(lines)).stdout
