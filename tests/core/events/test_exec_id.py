"""Exec ids are split into their parts and joined again unchanged."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.events import exec_id


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
