"""Label selectors are accepted and refused as by Kubernetes (apimachinery, pkg/labels/selector.go)."""

from __future__ import annotations

import pytest

from tetratui.core.tetragon import FilterError
from tetratui.core.tetragon.match.labels import parse_selector, selects


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
    assert selects(parse_selector(selector), labels) is selected


@pytest.mark.parametrize(
    "selector",
    [
        "a=b=c",
        "a=b,",
        ",a",
        "a in b",
        "a in (b",
        "a in (b c)",
        "=b",
        "a>x",
        "-a",
        "a=b c",
        "A/b/c",
        "!",
        "a=-b",
        "a in (b,,)",
        "a in (,,)",
        "a>-5",
        "a<+5",
        "a in (=)",
    ],
)
def test_what_kubernetes_refuses_is_refused(selector: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_selector(selector)
    assert caught.value.stage == "build"
