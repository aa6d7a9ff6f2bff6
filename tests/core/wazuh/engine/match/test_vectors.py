"""Verdicts of a real analysisd 4.14.7 on rule files and events; the number of agreements is printed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tetratui.core.wazuh.engine.load.api_check import api_refuses
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

DATA = Path(__file__).parents[4] / "data" / "wazuh"


def unpack(name: str) -> bytes:
    return gzip.decompress((DATA / name).read_bytes())


EVENTS = unpack("events.jsonl.gz").splitlines()
RULES = {name: text.encode("latin-1") for name, text in json.loads(unpack("rules.json.gz")).items()}
VERDICTS: list[dict[str, Any]] = [json.loads(line) for line in unpack("verdicts.jsonl.gz").splitlines()]


def differences(verdict: dict[str, Any]) -> list[str]:
    name = Path(verdict["rules"]).name
    ruleset = Ruleset.of({name: RULES[name]})
    matches, alerted = [], []
    if ruleset.loads:
        session = ruleset.session()
        for row, line in enumerate(EVENTS):
            answer = session.match(line)
            if answer.rule is not None:
                matches.append([row, answer.rule, answer.level])
            if answer.alert:
                alerted.append(row)
    is_refused = api_refuses(RULES[name]) is not None
    ours = {
        "load_error": "; ".join(ruleset.errors) or None,
        "load_warnings": ruleset.warnings,
        "matches": matches,
        "alerted": alerted,
    }
    differing = [key for key, value in ours.items() if value != verdict[key]]
    return differing + (["api_upload_error"] if is_refused != (verdict["api_upload_error"] is not None) else [])


def test_every_rule_file_gets_the_verdicts_of_the_real_manager(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {verdict["rules"]: differing for verdict in VERDICTS if (differing := differences(verdict))}
    with capsys.disabled():
        agreed = len(VERDICTS) - len(wrong)
        print(f"\nwazuh verdicts: {agreed} of {len(VERDICTS)} rule files agree, {len(EVENTS)} events each")
    assert len(VERDICTS) >= 129
    assert wrong == {}


def test_every_load_case_gets_the_exit_code_and_the_messages_of_the_real_manager(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cases = json.loads(unpack("load_cases.json.gz"))
    files = {name: text.encode("latin-1") for name, text in json.loads(unpack("load_files.json.gz")).items()}
    wrong = {}
    for name, expected in cases.items():
        ruleset = Ruleset.of({f"{name}.xml": files[f"{name}.xml"]}, beside_stock=True)
        messages = [line for notice in ruleset.notices for line in notice.message.split("\n")]
        if (expected["rc"] == 0, expected["msgs"]) != (ruleset.loads, messages):
            wrong[name] = messages
    with capsys.disabled():
        print(f"\nwazuh load cases: {len(cases) - len(wrong)} of {len(cases)} agree")
    assert len(cases) >= 87
    assert wrong == {}
