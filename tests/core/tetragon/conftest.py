"""The recorded verdicts of Tetragon's own code: 304 events, 178 lists, two versions, two sets of options."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tetratui.core.table import EventTable, build_table
from tetratui.core.tetragon import EnabledFeatures, Version

DATA = Path(__file__).parents[2] / "data" / "tetragon"


def setting_of(name: str) -> tuple[Version, EnabledFeatures]:
    """Return version and options of a column of verdicts: `1.7` or `1.7-full`."""
    number, _, full = name.partition("-")
    return Version.parse(f"{number}.0"), EnabledFeatures.parse("process-cred,pid-set-filter,ancestors" if full else "")


@pytest.fixture(scope="session")
def lines() -> list[bytes]:
    return gzip.decompress((DATA / "events.jsonl.gz").read_bytes()).split(b"\n")[:-1]


@pytest.fixture(scope="session")
def events(lines: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def table(lines: list[bytes]) -> EventTable:
    return build_table(lines)


@pytest.fixture(scope="session")
def recorded() -> list[dict[str, Any]]:
    rows = gzip.decompress((DATA / "verdicts.jsonl.gz").read_bytes()).decode().splitlines()
    cases = [json.loads(row) for row in rows]
    for case in cases:
        case["text"] = base64.b64decode(case["text"])
    return cases


@pytest.fixture(scope="session")
def agent() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "agent.jsonl").read_text("utf-8").splitlines()]
