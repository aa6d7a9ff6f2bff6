"""`tetratui stats` counts the events of sources and names what could not be read."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

CAPTURES = Path(__file__).parents[1] / "data" / "captures"


Verb = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def stats(tetratui: Verb) -> Verb:
    """The verb in a process of its own: `stats(path, "--json")`."""
    return partial(tetratui, "stats")


def read_json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_it_counts_a_capture(stats: Verb) -> None:
    content = gzip.decompress((CAPTURES / "disk-full.log.gz").read_bytes())
    document = read_json(stats(CAPTURES / "disk-full.log.gz", "--json"))
    assert (document["events"], document["unreadable"], document["bytes"]) == (499, 1, len(content))
    assert sum(document["kinds"].values()) == 499
    assert document["kinds"]["exec"] == 257
    assert sum(count for _, count in document["binaries"]) == 499
    assert document["first_time"] < document["last_time"] < "2026-11-24"
    assert document["hosts"] == [["server01", 499]]


def test_a_query_counts_only_what_matches(stats: Verb) -> None:
    document = read_json(stats(CAPTURES / "server.log.gz", "--where", "kind:kprobe", "--json"))
    assert list(document["kinds"]) == ["kprobe"]
    assert document["events"] == document["kinds"]["kprobe"] > 0
    assert stats(CAPTURES / "server.log.gz", "--where", "kind:(").returncode == 2


def test_a_term_that_selects_nothing_says_why(stats: Verb) -> None:
    done = stats(CAPTURES / "disk-full.log.gz", "--where", "bin=curl user=root", "--json")
    assert done.returncode == 0
    assert "--where: bin=curl selects nothing: binary holds full paths: bin:curl" in done.stderr
    assert "--where: user=root selects nothing: no event here has a user name. Write uid=0" in done.stderr


def test_an_operator_of_another_language_is_refused_with_ours(stats: Verb) -> None:
    done = stats(CAPTURES / "disk-full.log.gz", "--where", "exit!=0")
    assert done.returncode == 2
    assert "write -status=0" in done.stderr


def test_a_pipe_is_a_source(stats: Verb) -> None:
    lines = gzip.decompress((CAPTURES / "every-kind.log.gz").read_bytes())
    assert read_json(stats("-", "--json", stdin=lines))["events"] == lines.count(b"\n")


def test_an_empty_file_is_not_an_error(tmp_path: Path, stats: Verb) -> None:
    (tmp_path / "tetragon.log").touch()
    document = read_json(stats(tmp_path / "tetragon.log", "--json"))
    assert (document["events"], document["unreadable"], document["first_time"], document["last_time"]) == (
        0,
        0,
        None,
        None,
    )


def test_a_binary_file_is_counted_as_unreadable_lines(tmp_path: Path, stats: Verb) -> None:
    (tmp_path / "tetragon.log").write_bytes(b"\x7fELF\x00\x01\n\x1b[2J\n\xff\xfe")
    done = stats(tmp_path / "tetragon.log", "--json")
    document = json.loads(done.stdout)
    assert (document["events"], document["unreadable"]) == (0, 3)
    assert (done.returncode, done.stderr.count("\x1b")) == (1, 0)
    assert "no line is an event" in done.stderr


def test_a_truncated_gzip_is_counted_as_far_as_it_goes_and_then_fails(tmp_path: Path, stats: Verb) -> None:
    packed = (CAPTURES / "server.log.gz").read_bytes()
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) // 2])
    done = stats(tmp_path / "cut.gz", "--json")
    assert done.returncode == 3
    assert 0 < json.loads(done.stdout)["events"] < 4000
    assert "cut.gz" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_source_is_one_clear_line(tmp_path: Path, stats: Verb) -> None:
    done = stats(tmp_path / "none.log")
    assert (done.returncode, done.stdout) == (3, "")
    assert "none.log" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_source_is_one_clear_line(tmp_path: Path, stats: Verb) -> None:
    (tmp_path / "tetragon.log").touch(mode=0)
    done = stats(tmp_path / "tetragon.log")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_hostile_texts_never_reach_the_terminal(tmp_path: Path, stats: Verb) -> None:
    event = {
        "process_exec": {"process": {"binary": "/tmp/\x1b]0;pwned\x07[bold]x[/nope]\u202e"}},
        "node_name": "\x1b[2J",
    }
    (tmp_path / "tetragon.log").write_bytes(orjson.dumps(event) + b"\n")
    done = stats(tmp_path / "tetragon.log")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert r"[bold]x[/nope]\u202e" in done.stdout


def test_events_that_the_rate_limit_kept_out_are_summed(stats: Verb) -> None:
    lines = [
        b'{"rate_limit_info":{"number_of_dropped_process_events":"40"}}',
        b'{"rate_limit_info":{"number_of_dropped_process_events":2}}',
        b'{"process_throttle":{"type":"THROTTLE_START","cgroup":"/a"}}',
        b'{"process_throttle":{"type":"THROTTLE_STOP","cgroup":"/a"}}',
    ]
    document = read_json(stats("-", "--json", stdin=b"\n".join(lines)))
    assert (document["rate_limited"], document["throttled"]) == (42, [["/a", 1]])
    assert "rate limit kept out 42 events" in stats("-", stdin=b"\n".join(lines)).stdout
