"""Exec ids are split into the same parts together and alone, and joined again unchanged."""

from __future__ import annotations

import base64
from unittest.mock import patch

import pytest
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
def exec_id_texts(draw: st.DrawFn) -> str:
    text = f"{draw(NODES)}:{draw(NUMBERS)}:{draw(NUMBERS)}".encode()
    return base64.b64encode(
        draw(st.sampled_from([text, text[:-1], text.replace(b":", b"", 1), b"\xff" + text]))
    ).decode()


@st.composite
def damaged_texts(draw: st.DrawFn) -> str:
    text = draw(exec_id_texts())
    at = draw(st.integers(0, len(text)))
    return (
        text[:at]
        + draw(st.sampled_from(["=", "A", "f==", "=A", "\n", "é", "-"]))
        + text[at + draw(st.integers(0, 3)) :]
    )


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.lists(exec_id_texts(), max_size=40),
        st.lists(st.one_of(exec_id_texts(), exec_id_texts(), damaged_texts(), st.text(max_size=8)), max_size=40),
    )
)
def test_many_ids_are_split_as_each_alone(texts: list[str]) -> None:
    # Use the arrays even for a few ids.
    with patch.object(exec_id, "MIN_BATCH", 1):
        many = exec_id.split_all(texts)
    together = [
        None if node < 0 else (many.names[node], ktime, pid)
        for node, ktime, pid in zip(many.nodes.tolist(), many.ktimes.tolist(), many.pids.tolist(), strict=True)
    ]
    assert together == [exec_id.split(text) for text in texts]


def test_ids_as_tetragon_writes_them_are_split_and_joined_unchanged() -> None:
    texts = [exec_id.join(f"host{number % 5}", 10**9 + number * 10**7, number) for number in range(1, 400)]
    many = exec_id.split_all(texts)
    assert [many.names[node] for node in many.nodes.tolist()] == [f"host{number % 5}" for number in range(1, 400)]
    assert many.pids.tolist() == list(range(1, 400))
    assert [
        exec_id.join(many.names[a], b, c) for a, b, c in zip(*(column.tolist() for column in many[:3]), strict=True)
    ] == texts


@given(st.text(max_size=20), st.integers(0, 2**63 - 1), st.integers(0, 2**31 - 1))
def test_a_joined_id_is_split_into_the_same_parts(node: str, ktime: int, pid: int) -> None:
    assert exec_id.split(exec_id.join(node, ktime, pid)) == (node, ktime, pid)


@given(st.one_of(st.text(), st.binary().map(lambda data: base64.b64encode(data).decode())))
def test_an_id_is_split_only_if_it_can_be_restored(text: str) -> None:
    split = exec_id.split(text)
    assert split is None or exec_id.join(*split) == text


@pytest.mark.parametrize("inside", ["server01:01:1", "server01:1", "server01:-1:1", "server01:1:1 ", "n:1:99999999999"])
def test_an_id_of_another_form_is_not_split(inside: str) -> None:
    unusual = base64.b64encode(inside.encode()).decode()
    assert exec_id.split(unusual) is None
