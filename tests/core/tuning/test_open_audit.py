"""One script started in six ways: what the two published entries hide, and what a draft of each way does."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tetratui.core.query import parse
from tetratui.core.table import EventTable, build_table, load
from tetratui.core.tetragon import FilterList, build_filter
from tetratui.core.tetragon.match.filter_list import read
from tetratui.core.tuning.draft_request import DraftRequest, draft_events
from tetratui.core.tuning.tuning_context import TuningContext

ROOT = Path(__file__).parents[3]
WAYS = ("usr-bin-bash", "path-bash", "bin-bash", "shebang", "relative", "sh-c")
"""As the capture announces them, each by an `echo MARK`."""


def published_list() -> FilterList:
    """Return the two entries of the article, as the vectors have them."""
    rows = gzip.decompress((ROOT / "tests" / "data" / "tetragon" / "verdicts.jsonl.gz").read_bytes()).splitlines()
    case = next(case for case in map(json.loads, rows) if case["name"] == "000.json")
    return read(base64.b64decode(case["text"]))


@pytest.fixture(scope="module")
def capture() -> EventTable:
    return load([ROOT / "tests" / "data" / "captures" / "six-ways.log.gz"])


@pytest.fixture(scope="module")
def runs(capture: EventTable) -> dict[str, NDArray[np.int64]]:
    """Return the rows of each run: those of the script, its children and its grandchildren."""
    begins = np.flatnonzero(parse("args:MARK kind:exec").mask(capture))
    own = parse("args:open-audit.sh or pargs:open-audit.sh").mask(capture)
    own |= parse('bin=/usr/bin/dpkg-query args:"--status" parent=/usr/bin/dpkg').mask(capture)
    names = [str(capture.event(int(row)).arguments).removeprefix("MARK ") for row in begins]
    found = {name: np.flatnonzero(own[a:b]) + a for name, a, b in zip(names, begins, begins[1:], strict=False)}
    assert tuple(found) == WAYS
    return found


def documented() -> dict[str, list[int]]:
    """Read the table of docs/drafts.md: for each way the events, and what the published entries and a draft hide."""
    page = (ROOT / "docs" / "drafts.md").read_text("utf-8")
    lines = page.partition("## The open-audit script")[2].partition("\n## ")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    return {way: [int(number) for number in row[1:5]] for way, row in zip(WAYS, cells, strict=True)}


@pytest.mark.parametrize("way", WAYS)
def test_a_draft_of_each_way_hides_the_run_but_its_grandchildren(
    way: str, capture: EventTable, runs: dict[str, NDArray[np.int64]]
) -> None:
    rows = runs[way]
    mask = np.zeros(len(capture), dtype=np.bool_)
    mask[rows] = True
    grandchildren = mask & parse("parent=/usr/bin/dpkg").mask(capture)
    published = published_list().first_matches(capture) >= 0
    drafts = draft_events(TuningContext(capture), np.flatnonzero(mask & ~grandchildren), DraftRequest("caller")).drafts
    exclusions = [exclusion for draft in drafts for exclusion in draft.exclusions]
    hidden = FilterList.of([build_filter(one) for one in exclusions]).first_matches(capture) >= 0
    assert not (mask & ~grandchildren & ~hidden).any()
    assert not (hidden & grandchildren).any()
    others = np.concatenate([runs[other] for other in WAYS])
    assert np.isin(np.flatnonzero(hidden), others).all()
    figures = [len(rows), int((published & mask).sum()), len(exclusions), int((hidden & mask).sum())]
    assert figures == documented()[way]


def test_the_published_entries_hide_an_attack_that_names_the_script_and_a_draft_does_not(
    capture: EventTable, runs: dict[str, NDArray[np.int64]]
) -> None:
    process = {"binary": "/bin/bash", "arguments": '-c "id # /usr/share/socfortress/scripts/open-audit.sh"'}
    body = {"process": process, "parent": {"binary": "/usr/sbin/php-fpm8.2"}}
    attack = build_table([json.dumps({"process_exec": body, "time": "2026-01-01T00:00:00Z"}).encode()])
    assert (published_list().first_matches(attack) >= 0).all()
    for way in WAYS:
        drafts = draft_events(TuningContext(capture), runs[way], DraftRequest("caller")).drafts
        filters = FilterList.of([build_filter(exclusion) for draft in drafts for exclusion in draft.exclusions])
        assert not (filters.first_matches(attack) >= 0).any()
