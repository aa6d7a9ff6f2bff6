"""The whole loop without a screen: a draft, its list and its rules hide the same events."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AUDIT = "args:open-audit.sh or pargs:open-audit.sh"
Verb = Callable[..., "subprocess.CompletedProcess[str]"]


def read_json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module", params=["standalone", "overlay"])
def draft(
    request: pytest.FixtureRequest, server_log: Path, tmp_path_factory: pytest.TempPathFactory, tetratui: Verb
) -> tuple[dict[str, Any], Path]:
    out = tmp_path_factory.mktemp("out")
    arguments = ("--where", AUDIT, "--mode", request.param, "--out", out, "--json")
    return read_json(tetratui("draft", server_log, *arguments)), out


def dropped_rows(tetratui: Verb, out: Path, log: Path) -> list[int]:
    return list(read_json(tetratui("impact", out / "export-denylist", log, "--rows", "--json"))["dropped"])


def suppressed_rows(tetratui: Verb, out: Path, log: Path) -> list[int]:
    arguments = ("wazuh", "match", out / "0011-tetratui.xml", "--events", log, "--agent", "--rows", "--json")
    return [row for row, _, level in read_json(tetratui(*arguments))["matches"] if level == 0]


def test_query_finds_the_events_of_the_audit(server_log: Path, tetratui: Verb) -> None:
    document = read_json(tetratui("stats", server_log, "--where", AUDIT, "--json"))
    assert {kind: count for kind, count in document["kinds"].items() if count} == {"exec": 2684, "exit": 3414}


def test_draft_covers_all_events_of_the_query(draft: tuple[dict[str, Any], Path]) -> None:
    document, _ = draft
    assert document["refused"] == []
    assert document["impact"]["dropped"] == 2684 + 3414


def test_the_list_drops_as_many_events_as_the_draft_and_the_rules_silence_the_same(
    draft: tuple[dict[str, Any], Path], server_log: Path, tetratui: Verb
) -> None:
    document, out = draft
    dropped = dropped_rows(tetratui, out, server_log)
    assert len(dropped) == document["impact"]["dropped"]
    assert suppressed_rows(tetratui, out, server_log) == dropped
    assert document["wazuh"]["match"] is True


def test_written_list_and_rules_pass_their_checks(draft: tuple[dict[str, Any], Path], tetratui: Verb) -> None:
    _, out = draft
    verdict = read_json(tetratui("check", out / "export-denylist", "--attack-samples", "--json"))
    assert verdict["accepted"] is True
    assert [lint for lint in verdict["lints"] if lint["severity"] == "error"] == []
    rules = read_json(tetratui("wazuh", "check", out / "0011-tetratui.xml", "--json"))
    assert (rules["loads"], rules["errors"], rules["warnings"], rules["api_refuses"]) == (True, [], [], None)
