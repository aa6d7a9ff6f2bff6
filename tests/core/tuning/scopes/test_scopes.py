from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.query import parse
from tetratui.core.table import EventTable, build_table
from tetratui.core.tuning.marks import Marks, Verdict
from tetratui.core.tuning.scopes.scopes import build_scopes, scopes_of
from tetratui.core.tuning.tuning_context import TuningContext

AUDIT = "args:open-audit.sh or pargs:open-audit.sh"


def rows_of(table: EventTable, query: str) -> Any:
    return np.flatnonzero(parse(query).mask(table)) + table.first


@pytest.mark.parametrize("query", [AUDIT, "bin=/usr/local/bin/tick.sh", "kind:kprobe bin:getent", "bin:dpkg"])
def test_no_scope_that_may_be_taken_lets_a_marked_event_out(
    capture: EventTable, context: TuningContext, query: str
) -> None:
    rows = rows_of(capture, query)
    made = build_scopes(context, rows)
    open_scopes = [scope for scope in made.scopes if scope.refused is None]
    assert open_scopes
    for scope in open_scopes:
        assert scope.missed == 0
        assert scope.impact.mask[rows].all()
        assert scope.impact.dropped >= len(rows)


def test_each_scope_of_a_side_counts_what_it_newly_hides(capture: EventTable, context: TuningContext) -> None:
    made = build_scopes(context, rows_of(capture, AUDIT))
    assert made.sides == (("exact", "command", "template", "binary"), ("caller", "subtree"))
    assert made.default == "exact"
    assert made["exact"].newly == made["exact"].impact.dropped
    assert made["command"].newly == made["command"].impact.dropped - made["exact"].impact.dropped
    assert made["subtree"].again == 0
    assert made.broader("command") == "template"
    assert made.broader("template") is None
    assert made.narrower("command") == "exact"
    assert made.other_side("template") == "caller"


def test_the_exact_scope_hides_what_was_marked_and_nothing_else(capture: EventTable, context: TuningContext) -> None:
    rows = rows_of(capture, AUDIT)
    assert np.array_equal(np.flatnonzero(build_scopes(context, rows)["exact"].impact.mask), rows)


def test_exec_and_exit_stand_together_and_hooks_only_when_marked(capture: EventTable, context: TuningContext) -> None:
    rows = rows_of(capture, "bin=/usr/bin/curl parent=/usr/local/bin/metrics-agent.sh kind=exec")
    made = build_scopes(context, rows)
    assert {one.kinds for one in made["exact"].exclusions} == {(Kind.EXEC, Kind.EXIT)}
    assert made.summary.endswith("; 208 hook events of these processes stay")
    assert made.summary.startswith(f"{len(rows)} events: {len(rows)} starts, 0 exits;")


def test_forks_that_never_executed_are_counted(capture: EventTable, context: TuningContext) -> None:
    made = build_scopes(context, rows_of(capture, "kind=exit bin=/opt/lab/pyfork.py parent=/opt/lab/pyfork.py"))
    assert made.summary.startswith("1,959 events: 0 starts, 1,959 exits (1,959 plain forks)")


def test_a_shell_alone_needs_a_typed_reason(capture: EventTable, context: TuningContext, lines: Any) -> None:
    rows = rows_of(capture, "bin=/bin/bash pargs:open-audit.sh")
    refused = build_scopes(context, rows)["binary"].refused
    assert refused == "/bin/bash is a shell: needs a typed reason"
    table = build_table([lines.event(binary="/bin/zsh", parent={"binary": "/x"})])
    assert scopes_of(table, [0], attack_samples=())["binary"].refused is not None
    assert scopes_of(table, [0], attack_samples=(), reason="the lab's own shell")["binary"].refused is None


def test_a_scope_that_hides_a_keep_is_refused_even_when_the_event_is_gone(lines: Any) -> None:
    kept = build_table([lines.event(arguments="--check", parent={"binary": "/bin/cron"})])
    marks = Marks().with_rows(Verdict.KEEP, kept, [0])
    table = build_table([lines.event(arguments=f"--job {n}", pid=n, parent={"binary": "/bin/cron"}) for n in range(5)])
    made = scopes_of(table, range(5), marks, attack_samples=())
    assert made["subtree"].refused == "would hide 1 event marked keep or threat"
    assert (made["exact"].refused, made["template"].refused) == (None, None)


def test_a_scope_that_hides_an_attack_sample_is_refused_by_its_technique(
    capture: EventTable, context: TuningContext
) -> None:
    made = build_scopes(context, rows_of(capture, 'bin=/usr/bin/cat args="/etc/shadow"'))
    assert made.default is None
    assert "T1003.008" in str(made["exact"].refused)


def test_a_threat_is_an_attack_sample_of_the_operators_own(lines: Any) -> None:
    table = build_table([lines.event(arguments="-x", pid=1), lines.event(arguments="-y", pid=2)])
    marks = Marks().with_rows(Verdict.THREAT, table, [1])
    made = scopes_of(table, [0], marks, attack_samples=(), reason="test")
    assert made["command"].refused is None
    assert "keep or threat" in str(made["binary"].refused)


def test_hooks_with_a_socket_have_scopes_of_their_own(lines: Any) -> None:
    destinations = [("203.0.113.9", 443), ("203.0.113.10", 443), ("198.51.100.7", 443)]
    events = [
        lines.connect(address, port, arguments="-s x", pid=n) for n, (address, port) in enumerate(destinations, 1)
    ]
    table = build_table([*events, lines.connect("192.0.2.1", 443, arguments="-s x", pid=9)])
    made = scopes_of(table, [0, 1], attack_samples=())
    assert made.sides == (("destination", "network", "policy"),)
    assert [made[name].impact.dropped for name in ("destination", "network", "policy")] == [2, 2, 4]
    assert made["policy"].note == "hides all 4 destinations seen"
    wider = scopes_of(table, [0, 1, 2], attack_samples=())
    assert wider["network"].exclusions[0].socket.ports == (443,)
    assert wider["network"].impact.dropped == 4


def test_an_address_that_cel_cannot_compare_is_refused_by_name(lines: Any) -> None:
    table = build_table([lines.connect("::ffff:192.0.2.1", 443, arguments="-s x")])
    made = scopes_of(table, [0], attack_samples=())
    assert "IPv4-mapped" in str(made["destination"].refused)
    assert made["policy"].refused is None
