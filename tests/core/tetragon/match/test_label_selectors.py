"""Corners of Kubernetes' selector grammar (apimachinery, pkg/labels/selector.go)."""

from __future__ import annotations

import pytest

from tetratui.core.tetragon import FilterError
from tetratui.core.tetragon.match.labels import parse, selects


@pytest.mark.parametrize(
    ("selector", "labels", "selected"),
    [
        ("in", {"in": "x"}, True),
        ("!notin", {}, True),
        ("notin in (in,notin)", {"notin": "in"}, True),
        ("in notin (a)", {"in": "a"}, False),
        ("a=in", {"a": "in"}, True),
        ("a in ()", {"a": ""}, True),
        ("a in ()", {}, False),
        ("a notin ()", {}, True),
        ("a in (,)", {"a": ""}, True),
        ("a in (b,)", {"a": ""}, True),
        ("a in (b,,c)", {"a": ""}, True),
        ("a in (b,,,c)", {"a": "c"}, True),
        ("a in (b,,,)", {"a": ""}, True),
        ("a in (b,c)", {"a": ""}, False),
        ("a\0=\0b", {"a": "b"}, True),
        ("a>5", {"a": "9" * 5000}, False),
        ("a>5", {"a": "0" * 5000 + "6"}, True),
        ("a<5", {"a": "-6"}, True),
        ("a \0=c", {"a": "b"}, True),
    ],
)
def test_a_selector_selects(selector: str, labels: dict[str, str], selected: bool) -> None:
    assert selects(parse(selector), labels) is selected


@pytest.mark.parametrize("selector", ["a in (b,,)", "a in (,,)", "a>-5", "a<+5", "a in (=)", "a in (b", "a in (b c)"])
def test_what_kubernetes_refuses_is_refused(selector: str) -> None:
    with pytest.raises(FilterError):
        parse(selector)
