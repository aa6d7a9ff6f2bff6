from __future__ import annotations

from tetratui.core.noise.roots import roots
from tetratui.core.table import EventTable, build_table


def test_the_noise_of_the_capture_descends_from_its_loops(capture: EventTable) -> None:
    causes = roots(capture)
    assert causes[0].binary == "/usr/local/bin/audit-loop.sh"
    assert {root.binary for root in causes} >= {"/opt/lab/pyfork.py", "/usr/local/bin/tick.sh"}
    assert all(root.events == sum(generation.events for generation in root.generations) for root in causes)


def test_a_root_that_starts_all_itself_needs_one_filter(capture: EventTable) -> None:
    fork = next(root for root in roots(capture) if root.binary == "/opt/lab/pyfork.py")
    assert [(generation.events, generation.filters) for generation in fork.generations] == [(fork.events, 1)]


def test_an_empty_table_has_no_roots() -> None:
    assert roots(build_table([])) == []
