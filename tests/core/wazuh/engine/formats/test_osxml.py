"""The daemons' XML reader and its variables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.formats.osxml import DEPTH_LIMIT, TEXT_LIMIT, Element, OsXmlError, read
from tetratui.core.wazuh.engine.load.variables import apply_variables


def only(text: bytes) -> Element:
    (element,) = read(text)
    return element


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (b"<a>x &lt; &amp; y</a>", b"x &lt; &amp; y"),
        (b"<a>x & y > z</a>", b"x & y > z"),
        (b"<a>x\\<b</a>", b"x\\<b"),
        (b"<a>x\\\\</a>", b"x\\\\"),
        (b"<a>/bin/<!-- c -->cat</a>", b"/bin/cat"),
        (b"<a>/bin/<!-- c -- d !>cat</a>", b"/bin/cat"),
        (b"<a>lost<b>c</b> kept</a>", b" kept"),
        (b"<a></a>", b""),
        (b"<a/>", b""),
        (b"<a x='1'/>", b""),
        (b"<a>caf\xe9</a>", b"caf\xe9"),
        (b"<a>cut\0off</a>", b"cut"),
    ],
)
def test_texts_are_read_as_they_stand(text: bytes, content: bytes) -> None:
    assert only(text).text == content


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (b"<a>\nx<b</a></c>\n", "Element 'b</a' not closed.", 2),
        (b"<a>x</b>", "Element 'a' not closed.", 1),
        (b"</a>", "Element not opened.", 1),
        (b"<a>x", "End of file and some elements were not closed.", 1),
        (b"<a x = '1'></a>", "Attribute 'x' has no value.", 1),
        (b"<a x=1></a>", "Attribute 'x' not followed by a \" or '.", 1),
        (b"<a x='1'y='2'></a>", "Bad attribute closing for 'x'='1'.", 1),
        (b"<a x='1>2'></a>", "Attribute 'x' not closed.", 1),
        (b"<a x='1' x='2'></a>", "Attribute 'x' already defined.", 1),
        (b"<a x='1", "End of file while reading an attribute.", 1),
        (b'<?xml version="1.0"?><a></a>', "Bad attribute closing for 'version'='1.0'.", 1),
        (b"<a><![CDATA[x]]></a>", "Comment not closed.", 1),
        (b"<a><!-- x\n\n", "Comment not closed.", 3),
        (b"<a>x\\</a>", "End of file and some elements were not closed.", 1),
        (b"<a>" + b"x" * TEXT_LIMIT + b"</a>", "String overflow.", 1),
        (b"<a>" * (DEPTH_LIMIT + 1), "Max recursion level reached", 1),
    ],
)
def test_what_the_reader_refuses_and_where(text: bytes, message: str, line: int) -> None:
    with pytest.raises(OsXmlError) as refusal:
        read(text)
    assert (refusal.value.message, refusal.value.line) == (f"XMLERR: {message}", line)


def test_the_longest_text_fits() -> None:
    assert only(b"<a>" + b"x" * (TEXT_LIMIT - 1) + b"</a>").text == b"x" * (TEXT_LIMIT - 1)


def test_children_attributes_and_lines_are_kept_in_order() -> None:
    root = only(b"<g name='a,'>\n <r id=\"1\"\tlevel='3' >\n<f/>\n</r>\n<r/></g>\n")
    assert root.attributes == [(b"name", b"a,")]
    assert [(child.name, child.line) for child in root.children] == [(b"r", 2), (b"r", 5)]
    assert root.children[0].attributes == [(b"id", b"1"), (b"level", b"3")]
    assert [child.name for child in root.children[0].children] == [b"f"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([b"<a>", b"</a>", b"<b x='1'>", b"</b>", b"<", b">", b"\\", b"<!--", b"-->", b"x", b"\n", b"/"])
    )
)
def test_any_text_is_read_or_refused_with_a_line(pieces: list[bytes]) -> None:
    text = b"".join(pieces)
    try:
        lines = [element.line for element in read(text)]
    except OsXmlError as refusal:
        lines = [refusal.line]
    assert all(1 <= line <= text.count(b"\n") + 1 for line in lines)


def replace_variables(text: bytes) -> bytes:
    return apply_variables(read(b"<var name='BIN'>/usr/bin</var><var name='N'>7</var><a>" + text + b"</a>"))[0].text


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (b"^$BIN", b"^/usr/bin"),
        (b"$bin|$N,$N.x $N", b"/usr/bin|7,7.x 7"),
        (b"abc$", b"abc$"),
        (b"a$|b", b"a$|b"),
        (b"$N$", b"7$"),
        (b"$(field)", b"$(field)"),
        (b"$N", b"$N"),
    ],
)
def test_a_variables_name_ends_at_certain_characters(text: bytes, content: bytes) -> None:
    assert replace_variables(text) == content


def test_an_unknown_variable_is_refused_only_after_the_first_definition() -> None:
    with pytest.raises(OsXmlError, match=r"Unknown variable: 'BIN/cat'\."):
        replace_variables(b"$BIN/cat")
    before = read(b"<a>x$HOME</a><var name='BIN'>/usr/bin</var>")
    assert [element.text for element in apply_variables(before)] == [b"x$HOME"]


def test_a_variable_needs_a_name() -> None:
    with pytest.raises(OsXmlError, match="No value set for variable"):
        apply_variables(read(b"<var>x</var>"))
    with pytest.raises(OsXmlError, match='Only "name" is allowed'):
        apply_variables(read(b"<var nam='x'>x</var>"))
