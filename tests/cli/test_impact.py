"""`tetratui impact`: rows over all sources, allowlist, crashes, lost rules."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tetratui.cli.impact import command

EVENTS = gzip.decompress((Path(__file__).parents[1] / "data/tetragon/events.jsonl.gz").read_bytes()).split(b"\n")[:-1]
PAST = [row for row, line in enumerate(EVENTS) if b'"rate_limit_info"' in line]
"""Rows that the agent writes without asking its lists."""
CURL = b'{"binary_regex":["/curl$"]}'


def write(tmp_path: Path, name: str, data: bytes) -> str:
    (tmp_path / name).write_bytes(data)
    return str(tmp_path / name)


def impact(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(command, [*arguments, "--json"], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value), json.loads(result.stdout)


def test_rows_count_every_chunk_of_every_source(tmp_path: Path) -> None:
    curl = b'{"process_exec":{"process":{"binary":"/usr/bin/curl"}}}'
    other = b'{"process_exec":{"process":{"binary":"/x"}}}'
    one = write(tmp_path, "a.log", b"\n".join([b"bad", curl, b"", other, b"[1]"]) + b"\n")
    two = write(tmp_path, "b.log", other + b"\n" + curl)
    code, found = impact(write(tmp_path, "deny", CURL), one, two, "--rows")
    assert (code, found["events"], found["unreadable"]) == (0, 4, 3)
    assert (found["dropped_count"], found["dropped"], found["first"]) == (2, [1, 6], [0, 0])
    assert (found["panics"], found["unknown"], found["lost_detections"], found["errors"]) == ([], [], [], [])


def test_rows_come_only_when_asked_for(tmp_path: Path) -> None:
    _, found = impact(write(tmp_path, "deny", CURL), write(tmp_path, "e.log", b"\n".join(EVENTS)))
    assert "dropped" not in found
    assert "first" not in found
    assert 0 < found["dropped_count"] < len(EVENTS)


def test_the_first_entry_that_drops_an_event_is_named(tmp_path: Path) -> None:
    deny = write(tmp_path, "deny", b'{"pid":[4294967295]}\n' + CURL + b"\n{}")
    _, found = impact(deny, write(tmp_path, "e.log", b"\n".join(EVENTS) + b"\n"), "--rows")
    assert found["dropped_count"] == len(EVENTS) - len(PAST)
    assert set(found["first"]) == {1, 2}


@pytest.mark.parametrize(
    ("denied", "allowed"),
    [(b'{"event_set":["RATE_LIMIT_INFO"]}', None), (b"{}", None), (b"", b'{"event_set":["PROCESS_THROTTLE"]}'),
     (b'{"health_check":[false]}', b'{"event_set":["RATE_LIMIT_INFO"]}')],
)  # fmt: skip
def test_rate_limit_events_go_past_both_lists(tmp_path: Path, denied: bytes, allowed: bytes | None) -> None:
    assert PAST
    lists = [write(tmp_path, "deny", denied), write(tmp_path, "e.log", b"\n".join(EVENTS) + b"\n"), "--rows"]
    _, found = impact(*lists, *([] if allowed is None else ["--allowlist", write(tmp_path, "allow", allowed)]))
    assert not set(found["dropped"]) & set(PAST)
    assert found["dropped_count"] == 0 or b"RATE_LIMIT" not in denied


def test_crashes_are_named_by_row(tmp_path: Path) -> None:
    events = write(tmp_path, "e.log", b'{"process_exec":{"process":{}}}\n{"process_throttle":{}}\n')
    _, found = impact(write(tmp_path, "deny", b'{"in_init_tree":true}'), events)
    assert (found["panics"], found["dropped_count"]) == ([1], 0)


def test_an_allowlist_keeps_out_what_it_does_not_match(tmp_path: Path) -> None:
    events = write(
        tmp_path, "e.log", b'{"process_exec":{"process":{"binary":"/a"}}}\n{"test":{}}\n{"process_exec":{}}\n'
    )
    allow = write(tmp_path, "allow", b'{"event_set":["PROCESS_EXEC"]}')
    deny = write(tmp_path, "deny", b'{"binary_regex":["a"]}')
    _, found = impact(deny, events, "--allowlist", allow, "--rows")
    assert (found["dropped"], found["first"]) == ([0, 1], [0, -1])
    empty = write(tmp_path, "empty", b"")
    assert impact(deny, events, "--allowlist", empty)[1]["dropped_count"] == 1


@pytest.mark.parametrize("which", ["deny", "allow"])
def test_a_refused_list_drops_nothing_and_ends_with_1(tmp_path: Path, which: str) -> None:
    texts = {"deny": b"", "allow": b"", which: b"[]"}
    paths = {name: write(tmp_path, name, text) for name, text in texts.items()}
    events = write(tmp_path, "e.log", b'{"process_exec":{}}\n')
    code, found = impact(paths["deny"], events, "--allowlist", paths["allow"])
    assert (code, found["accepted"], found["dropped_count"], found["events"]) == (1, False, 0, 1)
    assert found["errors"][0]["stage"] == "parse"


DEEP = b'{"cel_expression":["' + b"(" * 60 + b"process_exec.process.cwd == '/'" + b")" * 60 + b'"]}'


@pytest.mark.parametrize(
    ("as_allowlist", "said"),
    [(False, "the figures are a lower bound"), (True, "fewer events may be dropped than said")],
)
def test_what_cannot_be_answered_is_said_with_its_direction(tmp_path: Path, as_allowlist: bool, said: str) -> None:
    deep, none = write(tmp_path, "deep", DEEP), write(tmp_path, "none", b"")
    lists = [none, "--allowlist", deep] if as_allowlist else [deep]
    events = write(tmp_path, "e.log", b'{"process_exec":{"process":{"cwd":"/"}}}\n')
    result = CliRunner().invoke(command, [*lists, events, "--json"], standalone_mode=False)
    found = json.loads(result.stdout)
    role = "allowlist" if as_allowlist else "denylist"
    assert [(one["entry"], one["list"]) for one in found["unknown"]] == [(0, role)]
    assert (result.return_value, found["dropped_count"]) == (0, int(as_allowlist))
    assert said in result.stderr


def test_no_events_are_no_error(tmp_path: Path) -> None:
    code, found = impact(write(tmp_path, "deny", CURL), write(tmp_path, "e.log", b""), "--rows")
    assert (code, found["events"], found["dropped"]) == (0, 0, [])


def test_lost_rules_are_named(tmp_path: Path) -> None:
    rule = (
        '<group name="x,">\n<rule id="100200" level="10">\n<decoded_as>json</decoded_as>\n'
        '<field name="process_exec.process.binary" type="pcre2">curl</field>\n'
        "<description>d</description>\n</rule>\n</group>\n"
    )
    rules = write(tmp_path, "local_rules.xml", rule.encode())
    events = write(tmp_path, "e.log", b'{"process_exec":{"process":{"binary":"/usr/bin/curl"}},"node_name":"n"}\n')
    _, found = impact(write(tmp_path, "deny", CURL), events, "--rules", rules)
    assert found["lost_detections"] == [{"rule": 100200, "level": 10, "how": "seen"}]


def test_people_see_the_rarest_command_lines_made_safe(tmp_path: Path) -> None:
    event = b'{"process_exec":{"process":{"binary":"/usr/bin/curl","arguments":"\\u001b[2J"}}}'
    result = CliRunner().invoke(
        command, [write(tmp_path, "deny", CURL), write(tmp_path, "e.log", event)], standalone_mode=False
    )
    assert "1 of 1 events dropped" in result.stdout
    assert "\\x1b[2J" in result.stdout
    assert "\x1b" not in result.stdout


def test_an_entry_that_another_makes_needless_is_named(tmp_path: Path) -> None:
    deny = write(tmp_path, "deny", CURL + b'{"binary_regex":["^/usr/bin/curl$"]}')
    _, found = impact(deny, write(tmp_path, "e.log", b'{"process_exec":{"process":{"binary":"/usr/bin/curl"}}}'))
    assert [one["shadowed_by"] for one in found["entries"]] == [None, 0]
