"""What counts as a reason: a sentence."""

from __future__ import annotations

import pytest

from tetratui.core.tuning.reason import fault_of_reason


@pytest.mark.parametrize(
    "text", ["", " ", "ok", "nightly", "ok fine", "known known", "ok ok ok ok ok", "1 2 3 4 5 6", "a b c d e f"]
)
def test_less_than_a_sentence_is_refused(text: str) -> None:
    assert fault_of_reason(text) is not None


@pytest.mark.parametrize(
    "text", ["same job", "runs every night", "inventory of ops, see ticket 4711", "sauvegarde chaque nuit"]
)
def test_a_sentence_is_taken(text: str) -> None:
    assert fault_of_reason(text) is None
