"""What the manager's API refuses, against facts from its own functions."""

from __future__ import annotations

import pytest

from tetratui.core.wazuh.engine.load.api_check import api_changes, api_refuses


def file(pattern: str, before: str = "") -> bytes:
    return (
        f'{before}<group name="tetragon,">\n  <rule id="700000" level="3">\n    <field name="x">{pattern}</field>\n'
        "    <description>d</description>\n  </rule>\n</group>\n"
    ).encode()


@pytest.mark.parametrize(
    "text",
    [
        file("^/usr/bin/cat$"),
        file("a&amp;b"),
        file("a>b"),
        file(r"\A\x2fusr\z"),
        file("x", "<!-- a comment -->\n"),
        file("x") + file("y"),
        file("é"),
    ],
)
def test_what_it_takes(text: bytes) -> None:
    assert api_refuses(text) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        file("a&b"),
        file("a<b"),
        file(r"a\<b>c"),
        file("a&lt;b&gt;c"),
        file("x", "<!-- a -- b -->\n"),
        file("x", '<?xml version="1.0"?>\n'),
        file("x").replace(b"</group>", b""),
        file("caf") + b"\xe9",
    ],
)
def test_what_it_refuses(text: bytes) -> None:
    assert api_refuses(text)


def test_a_text_that_looks_like_a_formula_is_changed_on_its_way() -> None:
    assert api_changes(file('-c "x"') + file("-c x") + file('"-c"')) == ['-c "x"']
    assert api_changes(file("a&b")) == []


@pytest.mark.parametrize("pattern", [r'-c "\d+"', r"='\1'", r'@"\g<0>"'.replace("<", "").replace(">", "")])
def test_a_formula_with_a_backslash_breaks_the_upload(pattern: str) -> None:
    assert "formula" in str(api_refuses(file(pattern)))
