"""Arbitrary events over every scope: both of Wazuh's readers take the files, which silence what is dropped."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tetratui.core.export.file_set import Choices, files
from tetratui.core.table import EventTable, build_table
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.scopes.scopes import scopes_of
from tetratui.core.wazuh.engine.formats.agent_reader import reserialise
from tetratui.core.wazuh.engine.load.api_check import api_refuses
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

TEXTS = st.text(max_size=12) | st.sampled_from(
    ["", "-c 1", "-c 22", "a-->b", "<!-- !>", "&lt;", "\\d+\\", '"}{"', "$(id)", "\0x", "\n", "é\u2028", "x" * 300]
)
"""Any text that JSON can carry; a zero byte among them."""
HOSTS = st.sampled_from(["server01", "server02", 'h"<&>', "höst"])


@st.composite
def events(draw: st.DrawFn) -> list[bytes]:
    return [draw(lines(number)) for number in range(draw(st.integers(1, 6)))]


@st.composite
def lines(draw: st.DrawFn, number: int) -> bytes:
    def block(place: str) -> dict[str, Any]:
        made: dict[str, Any] = {"exec_id": f"c2VydmVyMDE6{place}{number}", "pid": number + 1, "uid": 0}
        made["binary"] = "/" + draw(TEXTS)
        if draw(st.booleans()):
            made["docker"] = draw(st.sampled_from(["b56d59ecdf5c904691b87c16b1abe5d", "x", ""]))
        arguments = draw(st.none() | TEXTS)
        return made if arguments is None else {**made, "arguments": arguments}

    key = draw(st.sampled_from(["process_exec", "process_exit", "process_kprobe", "process_lsm"]))
    body = {"process": block("a"), **({"parent": block("b")} if draw(st.booleans()) else {})}
    if key == "process_kprobe":
        sock = {"family": "AF_INET", "daddr": f"10.0.0.{draw(st.integers(1, 3))}", "dport": draw(st.integers(0, 3))}
        body |= {"function_name": "tcp_connect", "policy_name": draw(TEXTS), "args": [{"sock_arg": sock}]}
    time = f"2026-11-23T19:12:{number:02}.5Z"
    return orjson.dumps({key: body, "node_name": draw(HOSTS), "time": time})


@pytest.mark.parametrize("mode", ["standalone", "overlay"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events(), st.data())
def test_any_events_over_any_scope(mode: str, lines: list[bytes], data: st.DataObject) -> None:
    table = build_table(lines)
    if table.stop == table.first:
        return
    row = data.draw(st.integers(table.first, table.stop - 1))
    steps = scopes_of(table, [row], reason="a reason", attack_samples=())
    for scope in steps.scopes:
        if scope.exclusions:
            host = orjson.loads(table.line(row))["node_name"]
            draft = Draft("d", scope.exclusions, scope.name, data.draw(TEXTS), hosts=(host,))
            check(draft, mode, table)


def check(draft: Draft, mode: str, table: EventTable) -> None:
    made = files([draft], Choices(mode=mode), table)  # type: ignore[arg-type]
    text = made.files["0011-tetratui.xml"]
    loaded = Ruleset.of({"0011-tetratui.xml": text}, beside_stock=True)
    assert (loaded.loads, loaded.errors, loaded.warnings, loaded.unknown) == (True, [], [], [])
    assert not text or api_refuses(text) is None
    assert made.equivalence is not None
    assert made.equivalence.extra == ()
    session = loaded.session()
    suppressed = [
        row
        for row in range(table.first, table.stop)
        if session.match(reserialise(table.line(row)) or b"").rule in made.rules.suppression_rules
    ]
    missing = {one.row for one in made.equivalence.missing}
    assert len(suppressed) + len(missing) == made.equivalence.dropped
    assert not missing & set(suppressed)
