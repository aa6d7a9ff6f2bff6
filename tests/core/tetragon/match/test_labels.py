"""Selectors as Kubernetes' own parser takes them."""

from __future__ import annotations

import pytest

from tetratui.core.tetragon import FilterError
from tetratui.core.tetragon.match.labels import parse, selects


@pytest.mark.parametrize(
    ("selector", "labels", "selected"),
    [
        ("", {}, True),
        ("a=b", {"a": "b"}, True),
        ("a == b", {"a": "c"}, False),
        ("a!=b", {}, True),
        ("a=", {"a": ""}, True),
        ("a,!b", {"a": "1"}, True),
        ("! b", {"b": "1"}, False),
        ("x in (1,2 , 3)", {"x": "3"}, True),
        ("x notin (1)", {}, True),
        ("x in (,1)", {"x": ""}, True),
        ("k8s.io/app in (web),tier>3", {"k8s.io/app": "web", "tier": "4"}, True),
        ("tier<3", {"tier": "x"}, False),
        ("tier<3", {}, False),
        ("a=b,c=d", {"a": "b"}, False),
    ],
)
def test_a_selector_selects(selector: str, labels: dict[str, str], selected: bool) -> None:
    assert selects(parse(selector), labels) is selected


@pytest.mark.parametrize(
    "selector",
    ["a=b=c", "a=b,", ",a", "a in b", "a in (b", "a in (b c)", "=b", "a>x", "-a", "a=b c", "A/b/c", "!", "a=-b"],
)
def test_what_kubernetes_refuses_is_refused(selector: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(selector)
    assert caught.value.stage == "build"
