"""Undo and redo over states."""

from __future__ import annotations

from tetratui.core.tuning.history import History


def test_a_history_is_taken_up_where_it_was_left() -> None:
    history = History("a")
    history.put("b")
    history.put("c")
    history.undo()
    past, state, future = history.steps()
    again = History(state, past, future)
    assert again.redo()
    assert again.state == "c"
    assert not again.redo()
    assert again.undo()
    assert again.undo()
    assert again.state == "a"
    assert not again.undo()
