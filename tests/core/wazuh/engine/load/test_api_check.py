"""Files that the manager's API accepts and refuses, compared with its own functions."""

from __future__ import annotations

import pytest

from tetratui.core.wazuh.engine.load.api_check import api_changes, api_refuses, session_refuses
from tetratui.core.wazuh.engine.load.ruleset import Ruleset


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
def test_files_that_the_api_accepts(text: bytes) -> None:
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
def test_files_that_the_api_refuses(text: bytes) -> None:
    assert api_refuses(text)


def test_a_text_that_looks_like_a_formula_is_changed_on_its_way() -> None:
    assert api_changes(file('-c "x"') + file("-c x") + file('"-c"')) == ['-c "x"']
    assert api_changes(file("a&b")) == []


@pytest.mark.parametrize("pattern", [r'-c "\d+"', r"='\1'", r'@"\g<0>"'.replace("<", "").replace(">", "")])
def test_a_formula_with_a_backslash_breaks_the_upload(pattern: str) -> None:
    assert "formula" in str(api_refuses(file(pattern)))


def refusal_of(body: str) -> str | None:
    text = f'<group name="g,"><rule id="700000" level="3">{body}<description>d</description></rule></group>'
    assert api_refuses(text.encode()) is None
    return session_refuses(Ruleset.of({"r.xml": text.encode()}, beside_stock=True).notices)


LONG = "x" * 2048


@pytest.mark.parametrize(
    ("body", "words"),
    [
        *[(f"<{tag}>{LONG}</{tag}>", "(1104)") for tag in ("match", "url", "regex", "group", "user", "hostname")],
        (f'<field name="{LONG}">x</field>', "(1104)"),
        ("<mitre><name>x</name></mitre>", "Invalid option 'name'"),
        ("<mitre><id>T1059</id><technique>x</technique></mitre>", "Invalid option 'technique'"),
        ('<info type="url">x</info>', "invalid value"),
        ('<info kind="link">x</info>', "invalid attribute"),
        ('<field name="a">\\/bin</field>', "(5107)"),
        ('<match type="pcre2">a(b</match>', "(5107)"),
        ("<field>x</field>", "(1220)"),
        ("<nope/>", "Invalid option 'nope'"),
    ],
)
def test_the_api_refuses_every_error_of_a_session_of_its_rule_tester(body: str, words: str) -> None:
    refusal = refusal_of(body)
    assert refusal is not None
    assert words in refusal
    assert len(refusal) < 400


@pytest.mark.parametrize(
    "body",
    [
        "<match>x</match>",
        "<if_sid>799999</if_sid>",
        "<mitre></mitre>",
        "<mitre><tacticID>TA1</tacticID></mitre>",
        '<match type="regexp">x</match>',
        "<same_agent/>",
        '<list field="a">nowhere</list>',
        # The manager writes this one to its log, past the session.
        "<time>- 5</time>",
    ],
)
def test_the_api_accepts_a_file_with_warnings_only(body: str) -> None:
    assert refusal_of(body) is None
