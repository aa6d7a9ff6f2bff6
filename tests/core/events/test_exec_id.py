"""Exec ids taken apart together are those taken apart one by one."""

from __future__ import annotations

import base64
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events import exec_id

NODES = st.sampled_from(["", "n", "server01", "a:b", "knoten-é", "7", "n\0", "\N{SNOWMAN}" * 9])
NUMBERS = st.one_of(
    st.integers(-1, 2**64).map(str),
    st.sampled_from(
        ["", "0", "00", "007", "+1", " 1", "1 ", "1_0", "1\0", "\u0661", str(2**31 - 1), str(2**31), "9" * 19]
    ),
)


@st.composite
def written(draw: st.DrawFn) -> str:
    text = f"{draw(NODES)}:{draw(NUMBERS)}:{draw(NUMBERS)}".encode()
    return base64.b64encode(
        draw(st.sampled_from([text, text[:-1], text.replace(b":", b"", 1), b"\xff" + text]))
    ).decode()


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    text = draw(written())
    at = draw(st.integers(0, len(text)))
    return (
        text[:at]
        + draw(st.sampled_from(["=", "A", "f==", "=A", "\n", "é", "-"]))
        + text[at + draw(st.integers(0, 3)) :]
    )


def alone(text: str) -> tuple[str, int, int] | None:
    return exec_id.parts(text)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.lists(written(), max_size=40),
        st.lists(st.one_of(written(), written(), spoilt(), st.text(max_size=8)), max_size=40),
    )
)
def test_together_as_alone(texts: list[str]) -> None:
    # However few they are, as many are read.
    with patch.object(exec_id, "_FEW", 1):
        many = exec_id.parts_of_all(texts)
    together = [
        None if node < 0 else (many.names[node], ktime, pid)
        for node, ktime, pid in zip(many.nodes.tolist(), many.ktimes.tolist(), many.pids.tolist(), strict=True)
    ]
    assert together == [alone(text) for text in texts]


def test_most_of_what_tetragon_writes_is_read_together() -> None:
    texts = [exec_id.whole(f"host{number % 5}", 10**9 + number * 10**7, number) for number in range(1, 400)]
    many = exec_id.parts_of_all(texts)
    assert [many.names[node] for node in many.nodes.tolist()] == [f"host{number % 5}" for number in range(1, 400)]
    assert many.pids.tolist() == list(range(1, 400))
    assert [
        exec_id.whole(many.names[a], b, c) for a, b, c in zip(*(one.tolist() for one in many[:3]), strict=True)
    ] == texts
