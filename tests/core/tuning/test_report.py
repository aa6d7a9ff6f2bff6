from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.events.markdown import cell, code

HOSTILE = st.text(st.sampled_from("`|*_[]<>#\\ ab\n\x1b\u202e"), max_size=30)


@given(HOSTILE)
def test_event_text_cannot_leave_its_code_span(text: str) -> None:
    shown = code(text, in_table=True)
    ticks = re.match("`+", shown)
    assert ticks is not None
    fence = ticks.group()
    inside = shown[len(fence) : -len(fence)]
    assert shown.endswith(fence)
    assert fence not in re.findall("`+", inside)
    assert not re.search(r"(?<!\\)\||[\n\x1b\u202e]", inside)


@given(HOSTILE)
def test_event_text_in_a_sentence_is_no_markup(text: str) -> None:
    assert not re.search(r"[\n\x1b\u202e]", cell(text))
    assert not re.search(r"[`*_\[\]<>|#]", re.sub(r"\\.", "", cell(text)))


def test_a_long_line_is_cut_and_says_so() -> None:
    assert code("x" * 200).endswith("… (40 more characters)`")
