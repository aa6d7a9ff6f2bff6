from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.query import parse
from tetratui.core.table import EventTable, table_of
from tetratui.core.tuning.ladder import Ground, ladder
from tetratui.core.tuning.marks import Marks, Verdict

AUDIT = "args:open-audit.sh or pargs:open-audit.sh"


def rows_of(table: EventTable, query: str) -> Any:
    return np.flatnonzero(parse(query).mask(table)) + table.first


@pytest.mark.parametrize("query", [AUDIT, "bin=/usr/local/bin/tick.sh", "kind:kprobe bin:getent", "bin:dpkg"])
def test_no_rung_that_may_be_taken_lets_a_marked_event_out(capture: EventTable, ground: Ground, query: str) -> None:
    rows = rows_of(capture, query)
    made = ground.ladder(rows)
    open_rungs = [rung for rung in made.rungs if rung.refused is None]
    assert open_rungs
    for rung in open_rungs:
        assert rung.missed == 0
        assert rung.impact.mask[rows].all()
        assert rung.impact.dropped >= len(rows)


def test_each_step_of_an_arm_says_what_it_newly_hides(capture: EventTable, ground: Ground) -> None:
    made = ground.ladder(rows_of(capture, AUDIT))
    assert made.arms == (("0", "1", "2", "5"), ("3", "4"))
    assert made.default == "0"
    assert made["0"].newly == made["0"].impact.dropped
    assert made["1"].newly == made["1"].impact.dropped - made["0"].impact.dropped
    assert made["4"].again == 0
    assert made.broader("1") == "2"
    assert made.broader("2") is None
    assert made.narrower("1") == "0"
    assert made.other_arm("2") == "3"


def test_the_exact_rung_hides_what_was_marked_and_nothing_else(capture: EventTable, ground: Ground) -> None:
    rows = rows_of(capture, AUDIT)
    assert np.array_equal(np.flatnonzero(ground.ladder(rows)["0"].impact.mask), rows)


def test_exec_and_exit_stand_together_and_hooks_only_when_marked(capture: EventTable, ground: Ground) -> None:
    rows = rows_of(capture, "bin=/usr/bin/curl parent=/usr/local/bin/metrics-agent.sh kind=exec")
    made = ground.ladder(rows)
    assert {one.kinds for one in made["0"].exclusions} == {(Kind.EXEC, Kind.EXIT)}
    assert made.summary.endswith("; 208 hook events of these processes stay")
    assert made.summary.startswith(f"exec {len(rows)}, exit 0, of which 0 are forks")


def test_forks_that_never_executed_are_counted(capture: EventTable, ground: Ground) -> None:
    made = ground.ladder(rows_of(capture, "kind=exit bin=/opt/lab/pyfork.py parent=/opt/lab/pyfork.py"))
    assert "exit 1959, of which 1959 are forks" in made.summary


def test_a_shell_alone_needs_a_typed_reason(capture: EventTable, ground: Ground, lines: Any) -> None:
    rows = rows_of(capture, "bin=/bin/bash pargs:open-audit.sh")
    refused = ground.ladder(rows)["5"].refused
    assert refused == "/bin/bash is a shell: needs a typed reason"
    table = table_of([lines.event(binary="/bin/zsh", parent={"binary": "/x"})])
    assert ladder(table, [0], needles=())["5"].refused is not None
    assert ladder(table, [0], needles=(), reason="the lab's own shell")["5"].refused is None


def test_a_rung_that_hides_a_keep_is_refused_even_when_the_event_is_gone(lines: Any) -> None:
    kept = table_of([lines.event(arguments="--check", parent={"binary": "/bin/cron"})])
    marks = Marks()
    marks.add(Verdict.KEEP, kept, [0])
    table = table_of([lines.event(arguments=f"--job {n}", pid=n, parent={"binary": "/bin/cron"}) for n in range(5)])
    made = ladder(table, range(5), marks, needles=())
    assert made["4"].refused == "would hide 1 event marked keep or threat"
    assert (made["0"].refused, made["2"].refused) == (None, None)


def test_a_rung_that_hides_a_needle_is_refused_by_its_technique(capture: EventTable, ground: Ground) -> None:
    made = ground.ladder(rows_of(capture, 'bin=/usr/bin/cat args="/etc/shadow"'))
    assert made.default is None
    assert "T1003.008" in str(made["0"].refused)


def test_a_threat_is_a_needle_of_the_operators_own(lines: Any) -> None:
    table = table_of([lines.event(arguments="-x", pid=1), lines.event(arguments="-y", pid=2)])
    marks = Marks()
    marks.add(Verdict.THREAT, table, [1])
    made = ladder(table, [0], marks, needles=(), reason="test")
    assert made["1"].refused is None
    assert "keep or threat" in str(made["5"].refused)


def test_sockets_have_a_ladder_of_their_own(lines: Any) -> None:
    told = [("203.0.113.9", 443), ("203.0.113.10", 443), ("198.51.100.7", 443)]
    events = [lines.connect(address, port, arguments="-s x", pid=n) for n, (address, port) in enumerate(told, 1)]
    table = table_of([*events, lines.connect("192.0.2.1", 443, arguments="-s x", pid=9)])
    made = ladder(table, [0, 1], needles=())
    assert made.arms == (("n0", "n1", "n2"),)
    assert [made[name].impact.dropped for name in ("n0", "n1", "n2")] == [2, 2, 4]
    assert made["n2"].note == "hides all 4 destinations seen"
    wider = ladder(table, [0, 1, 2], needles=())
    assert wider["n1"].exclusions[0].socket.ports == (443,)
    assert wider["n1"].impact.dropped == 4


def test_an_address_that_cel_cannot_compare_is_refused_by_name(lines: Any) -> None:
    table = table_of([lines.connect("::ffff:192.0.2.1", 443, arguments="-s x")])
    made = ladder(table, [0], needles=())
    assert "IPv4-mapped" in str(made["n0"].refused)
    assert made["n2"].refused is None
