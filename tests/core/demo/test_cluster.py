"""The cluster's events: three nodes, a routine that comes back as other processes, and one attack."""

from __future__ import annotations

import base64
from collections import Counter
from datetime import UTC, datetime, timedelta

import orjson

from tetratui.core.demo.capture import read_time
from tetratui.core.demo.cluster import MINUTES_AFTER, MINUTES_BEFORE, make_cluster_events, read_story
from tetratui.core.demo.replay import Replay
from tetratui.core.sources import expand, read_all
from tetratui.core.table import build_table


def bodies(lines):
    for line in lines:
        event = orjson.loads(line)
        yield event, next((value for key, value in event.items() if key.startswith("process_")), {})


def test_every_line_is_an_event_and_the_story_is_told_once():
    lines, history = make_cluster_events()
    assert len(build_table(lines)) == len(lines)
    assert [line for line in lines[:history] if line in set(read_story())] == read_story()
    assert len({event["node_name"] for event, _ in bodies(lines)}) == 3


def test_the_routine_comes_back_as_other_processes():
    lines, _ = make_cluster_events()
    execs = Counter(body["process"]["exec_id"] for event, body in bodies(lines) if "process_exec" in event)
    assert set(execs.values()) == {1}
    probes = sum(
        (body.get("process", {}).get("pod") or {}).get("container", {}).get("maybe_exec_probe", False)
        for event, body in bodies(lines)
        if "process_exec" in event
    )
    assert probes > 20 * (MINUTES_BEFORE + MINUTES_AFTER)
    for _, body in bodies(lines):
        process = body.get("process") or {}
        if "exec_id" in process and "start_time" in process and "pid" in process:
            assert base64.b64decode(process["exec_id"]).decode().rsplit(":", 1)[1] == str(process["pid"])


def test_only_one_minute_holds_the_attack():
    lines, _ = make_cluster_events()
    attack = [line for line in lines if b"/tmp/.k" in line]
    assert attack == [line for line in read_story() if b"/tmp/.k" in line] != []


def test_history_ends_now_and_the_rest_is_replayed():
    lines, history = make_cluster_events()
    with Replay(history, lines=lines) as replay:
        written = [line for chunk in read_all(expand([replay.source])) for line in chunk.lines]
        newest = max(time for line in written if (time := read_time(line)) is not None)
    assert len(written) >= history
    assert abs(datetime.now(UTC) - newest) < timedelta(seconds=10)
