"""Descriptions as the real manager expanded them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tetratui.core.wazuh.engine.match.description import LIMIT, describe

DATA = Path(__file__).parents[4] / "data" / "wazuh"
TEMPLATE = (
    b"Exec $(process_exec.process.binary) [$(process_exec.process.arguments)] by $(process_exec.parent.binary) in "
    b"$(process_exec.process.pod.pod_labels.app.kubernetes.io/name) missing=$(nope) $(unclosed"
)


def test_descriptions_expand_as_the_manager_expands_them() -> None:
    events = gzip.decompress((DATA / "events.jsonl.gz").read_bytes()).splitlines()
    expected = json.loads((DATA / "descriptions.json").read_bytes())
    assert {row: describe(TEMPLATE, events[int(row)]).decode() for row in expected} == expected


def test_a_description_that_grows_too_long_is_shown_unexpanded() -> None:
    line = b'{"a":"' + b"x" * LIMIT + b'"}'
    assert describe(b"$(a)", line) == b"$(a)"
    assert describe(b"b $(a)", line.replace(b"x", b"", LIMIT - 10)) == b"b " + b"x" * 10


def test_static_fields_have_their_own_names() -> None:
    assert describe(b"$(system_name) $(srcip) $(A)", b'{"systemname":"s","srcip":"1","a":"2"}') == b"s 1 2"
