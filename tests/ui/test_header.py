"""The top line says what the agent left out."""

from __future__ import annotations

from tetratui.core.table import build_table
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.widgets.header import StatusLine

LIMITED = b'{"rate_limit_info":{"number_of_dropped_process_events":"42"}}'
THROTTLED = b'{"process_throttle":{"type":"THROTTLE_START","cgroup":"/a"}}'
EXEC = b'{"process_exec":{"process":{"binary":"/x"}}}'


def parts(*lines: bytes) -> dict[str, str]:
    line = StatusLine(Workspace(build_table(lines), history=False))
    return {name: text for name, text, _ in line._parts(follow=True, waiting=0, rate=0)}


def test_losses_of_the_rate_limit_are_named() -> None:
    assert parts(LIMITED, EXEC)["left out"] == "rate limit lost 42 events"
    assert parts(LIMITED, THROTTLED, THROTTLED)["left out"] == "rate limit lost 42 events  throttled 1 cgroup"


def test_nothing_is_said_where_nothing_was_left_out() -> None:
    assert "left out" not in parts(EXEC)
