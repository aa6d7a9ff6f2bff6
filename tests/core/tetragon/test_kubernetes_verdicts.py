"""Tetragon's own verdicts about namespaces, pods, labels, containers and probes: 258 events, 20 lists, all agree."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tetratui.core.table import EventTable, build_table
from tetratui.core.tetragon import EnabledFeatures, Version

from .test_verdicts import by_table, disagreements, one_by_one

DATA = Path(__file__).parents[2] / "data" / "kubernetes"
SETTINGS = ("1.3", "1.7", "main", "1.3-full", "1.7-full", "main-full")
VERSIONS = {"1.3": "1.3.0", "1.7": "1.7.0", "main": "1.8.0"}


def setting_of(name: str) -> tuple[Version, EnabledFeatures]:
    number, _, full = name.partition("-")
    features = "process-cred,pid-set-filter,ancestors" if full else ""
    return Version.parse(VERSIONS[number]), EnabledFeatures.parse(features)


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return gzip.decompress((DATA / "events.jsonl.gz").read_bytes()).split(b"\n")[:-1]


@pytest.fixture(scope="module")
def pod_events(lines: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def pod_table(lines: list[bytes]) -> EventTable:
    return build_table(lines)


@pytest.fixture(scope="module")
def pod_lists() -> list[dict[str, Any]]:
    rows = gzip.decompress((DATA / "verdicts.jsonl.gz").read_bytes()).decode().splitlines()
    cases = [json.loads(row) for row in rows]
    for case in cases:
        case["text"] = base64.b64decode(case["text"])
        case["verdicts"] = {name.replace("head", "main"): verdict for name, verdict in case["verdicts"].items()}
    return cases


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_event_gets_tetragons_verdict(
    setting: str,
    pod_lists: list[dict[str, Any]],
    pod_events: list[dict[str, Any]],
    pod_table: EventTable,
    report_agreement: Callable[[str], None],
) -> None:
    alone = disagreements(pod_lists, pod_events, setting, lambda list_: one_by_one(list_, pod_events), setting_of)
    masks = disagreements(pod_lists, pod_events, setting, lambda list_: by_table(list_, pod_table), setting_of)
    agree = len(pod_lists) - len({*alone, *masks})
    report_agreement(f"tetragon on Kubernetes, {setting}: {agree}/{len(pod_lists)} lists agree")
    assert (alone, masks) == ([], [])
