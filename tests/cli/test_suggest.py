"""`tetratui suggest` reaches a share with few filters and hides nothing rare."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
NOISY = Path(str(resources.files("tetratui.core.demo") / "capture.log.gz"))


def ran(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from tetratui.cli.main import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=120, check=False)


def told(*words: str | Path, code: int = 0) -> dict[str, Any]:
    ended = ran(*words, "--json")
    assert ended.returncode == code, ended.stderr
    document: dict[str, Any] = orjson.loads(ended.stdout)
    return document


def test_eighty_percent_of_the_capture(tmp_path: Path) -> None:
    found = told("suggest", NOISY, "--cover", "0.8", "--max-scope", "subtree", "--out", tmp_path)
    assert found["cover"] >= 0.8
    assert len(found["drafts"]) <= 25
    assert found["expressions"] <= 60
    assert found["attack_samples"]["visible"] == found["attack_samples"]["recorded"] >= 60
    assert 0 < found["attack_samples"]["in_context_visible"] < found["attack_samples"]["in_context"]
    assert all(set(one) >= {"filter", "scope", "events", "commands", "risk"} for one in found["drafts"])
    checked = told("check", tmp_path / "export-denylist", "--attack-samples")
    assert (checked["accepted"], checked["filters"], checked["attack_samples"]) == (True, len(found["drafts"]), [])
    assert told("impact", tmp_path / "export-denylist", NOISY)["dropped_count"] == found["dropped"]
    assert found["wazuh"]["extra"] == 0
    assert found["wazuh"]["match"] or found["notes"]


def test_a_cover_that_no_safe_draft_reaches_is_said_and_no_error() -> None:
    ended = ran("suggest", CAPTURES / "server.log.gz", "--cover", "1.0", "--max-scope", "exact")
    assert ended.returncode == 0
    assert b"100% not reached" in ended.stderr


def test_two_calls_say_the_same() -> None:
    words = ("suggest", CAPTURES / "server.log.gz", "--cover", "0.5")
    assert ran(*words).stdout == ran(*words).stdout


def test_an_empty_source_gets_no_drafts(tmp_path: Path) -> None:
    (tmp_path / "empty.log").write_bytes(b"")
    assert told("suggest", tmp_path / "empty.log")["drafts"] == []


def test_a_selection_is_covered_whole_and_nothing_else_hidden() -> None:
    query = "pargs:open-audit.sh kind:exec,exit"
    found = told("suggest", NOISY, "--where", query, "--max-scope", "subtree")
    assert found["missed"] == 0
    assert found["dropped"] == 6056
    assert len(found["drafts"]) <= 3
    assert {one["collateral"] for one in found["drafts"]} == {0}


def test_collateral_is_bounded_and_told() -> None:
    query = "bin=/usr/bin/true parent=/opt/lab/pyfork.py kind:exec"
    strict = told("suggest", NOISY, "--where", query)
    assert (strict["drafts"], strict["missed"]) == ([], 857)
    assert any("not marked" in other["why"] for other in strict["alternatives"])
    lax = told("suggest", NOISY, "--where", query, "--collateral", "857")
    assert (lax["missed"], [one["collateral"] for one in lax["drafts"]]) == (0, [857])


def test_the_report_holds_what_a_colleague_needs_to_approve() -> None:
    words = ("--reason", "nightly | inventory", "--owner", "ops", "--expires", "2027-01-31")
    ended = ran("suggest", NOISY, "--where", "parent=/usr/local/bin/tick.sh kind:exec,exit", *words)
    report = ended.stdout.decode()
    assert "Hides 2,310 of 21,300 events (10.8%)" in report
    assert "- reason: nightly \\| inventory; owner: ops; until: 2027-01-31" in report
    assert "- evidence: 2,310 events, " in report
    assert "- collateral: none" in report
    assert " of 111 test attacks run from here would be hidden" in report
    assert "rarest command lines it hides" in report
    assert "111 of 111 recorded attack samples stay visible" in report
    found = told("suggest", NOISY, "--where", "parent=/usr/local/bin/tick.sh kind:exec,exit", *words)
    assert {(one["reason"], one["owner"], one["expires"]) for one in found["drafts"]} == {
        ("nightly | inventory", "ops", "2027-01-31")
    }


def test_what_stays_visible_is_told_with_its_reason_and_what_would_include_it() -> None:
    found = told("suggest", CAPTURES / "docker.log.gz", "--cover", "0.8")
    assert found["drafts"] == []
    assert [one["events"] for one in found["left"]] == sorted((one["events"] for one in found["left"]), reverse=True)
    assert all(one["group"] and one["reason"] and one["include"] for one in found["left"])
    ended = ran("suggest", CAPTURES / "docker.log.gz", "--cover", "0.8")
    assert ended.stderr.count(b"left visible: ") == 5
    assert b"3 are needed" in ended.stdout


def test_fewer_runs_may_be_asked_for() -> None:
    script = CAPTURES / "six-ways.log.gz"
    usual, more = (
        told("suggest", script, "--cover", "1"),
        told("suggest", script, "--cover", "1", "--runs", "7"),
    )
    assert usual["cover"] > 0.9 > more["cover"]
    assert ran("suggest", script, "--runs", "1").returncode == 2


def test_one_script_started_six_ways_is_covered_by_few_filters() -> None:
    found = told("suggest", CAPTURES / "six-ways.log.gz", "--cover", "0.8")
    assert found["cover"] >= 0.8
    assert len(found["drafts"]) <= 10
    assert found["wazuh"]["match"]


def test_both_halves_are_told() -> None:
    words = ("suggest", NOISY, "--cover", "0.8", "--max-scope", "subtree")
    halves = told(*words)["halves"]
    assert set(halves) == {"first", "second"}
    assert halves["second"] >= 0.9 * halves["first"] > 0.6
    ended = ran(*words)
    told_twice = f"the first half teaches hides {halves['first']:.1%} of it and {halves['second']:.1%} of the second"
    assert told_twice in ended.stderr.decode()
    assert told_twice in ended.stdout.decode()


def test_a_selection_leaves_out_what_mentions_it() -> None:
    words = ("suggest", CAPTURES / "attack-in-query.jsonl", "--where", "args:inventory.sh or pargs:inventory.sh")
    found = told(*words, code=1)
    assert (found["dropped"], sum(group["events"] for group in found["left_out"])) == (2, 4)
    assert told(*words, "--include", "all", "--collateral", "9")["left_out"] == []
    refused = ran("suggest", NOISY, "--include", "all")
    assert refused.returncode == 2
    assert b"--where" in refused.stderr
