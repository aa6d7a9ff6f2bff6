"""The groups of a board do not depend on how the events came."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.noise.groups import Board, group_events
from tetratui.core.table import LineBatch, build_table

from .events import event

EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from(["process_exec", "process_exit"]),
        st.one_of(st.integers(0, 40).map("-n {}".format), st.sampled_from(["", "-v", "a b", "/etc/x", "café"])),
        st.one_of(st.just(""), st.integers(0, 9).map("/opt/job-{}.sh".format)),
        st.integers(0, 3),
        st.sampled_from(["one", "two"]),
        st.integers(0, 59),
    ),
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=12))
def test_batches_at_both_ends_give_the_groups_of_all_events_at_once(
    lines: list[bytes], batches: list[tuple[int, bool]]
) -> None:
    current, table, board = list(lines), build_table([]), Board()
    for size, above in batches * 12:
        batch = current[-size:] if above else current[:size]
        current = current[:-size] if above else current[size:]
        (table.prepend if above else table.append)(LineBatch(batch, range(len(batch))))
        board.update(table)
        listed = board.groups()
        assert sum(group.events for group in listed) == board.events == len(table)
    board.settle()
    listed = board.groups()
    assert listed == group_events(table)
    for group in listed:
        rows = board.rows(group) - table.first
        members = [table.event(int(row) + table.first) for row in rows]
        assert len(members) == group.events
        assert {(member.kind, member.binary) for member in members} == {(group.kind, group.binary)}
        assert len({member.arguments or "" for member in members}) == group.commands
        assert len({member.uid for member in members}) == group.users
        assert len({member.node for member in members}) == group.hosts
        assert sum(member.size for member in members) == group.bytes
        times = [member.time for member in members]
        assert (min(times), max(times)) == (group.first, group.last)
