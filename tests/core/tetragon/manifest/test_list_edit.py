"""A list is put into a file, and every other byte stays; PyYAML reads the same text back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.errors import RefusedError
from tetratui.core.tetragon.manifest.chart import write_manifest
from tetratui.core.tetragon.manifest.imported_list import edit_imported
from tetratui.core.tetragon.manifest.list_edit import put_list
from tetratui.core.tetragon.manifest.list_file import ListFile

GOLDEN = Path(__file__).parents[3] / "golden" / "kubernetes"
NEW = b'{"pid":[1]}\n{"binary_regex":["^/usr/bin/x\\\\.sh$"]}\n'
COMMENTS = ["entry 0: owner ann; wanted until 2027-01-31", "entry 1: a\x1b[31m: #b\nc"]


def put(text: str, data: bytes = NEW, comments: list[str] | None = None) -> str:
    return put_list(ListFile(text.encode(), "values.yaml"), "denylist", data, comments).decode()


def read_list(text: str, *path: str) -> Any:
    value = next(document for document in yaml.safe_load_all(text) if document)
    for key in path or ("tetragon", "exportDenyList"):
        value = value[key]
    return value


@pytest.mark.parametrize("name", ["values", "values-crlf", "configmap", "configmap-list"])
@pytest.mark.parametrize("commented", [False, True])
def test_the_rest_of_a_file_stays_byte_for_byte(name: str, commented: bool) -> None:
    before = (GOLDEN / f"{name}.before.yaml").read_bytes()
    after = put_list(ListFile(before, f"{name}.yaml"), "denylist", NEW, COMMENTS if commented else None)
    expected = GOLDEN / f"{name}.{'commented' if commented else 'after'}.yaml"
    assert after == expected.read_bytes()
    # The same list again changes nothing.
    again = put_list(ListFile(after, f"{name}.yaml"), "denylist", NEW, COMMENTS if commented else None)
    assert again == after


def test_json_stays_json() -> None:
    before = {"kind": "List", "items": [{"kind": "ConfigMap", "data": {"export-denylist": "{}", "x": "<é>"}}]}
    text = json.dumps(before, indent=4) + "\n"
    after = put(text, comments=COMMENTS)
    before["items"][0]["data"]["export-denylist"] = NEW.decode()  # type: ignore[index]
    assert after == json.dumps(before, indent=4) + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tetragon: # c\n  # about a\n  a: 1\n", "tetragon: # c\n  exportDenyList: |-\n    X\n  # about a\n  a: 1\n"),
        ("tetragon:\nb: 1\n", "tetragon:\n  exportDenyList: |-\n    X\nb: 1\n"),
        ("tetragon: {}\n", 'tetragon: {exportDenyList: "X"}\n'),
        ("tetragon: {a: 1}\n", 'tetragon: {exportDenyList: "X", a: 1}\n'),
        ("tetragon: {exportDenyList: '', a: 1}\n", 'tetragon: {exportDenyList: "X", a: 1}\n'),
        ("b: 1", "b: 1\ntetragon:\n  exportDenyList: |-\n    X\n"),
        ("b: 1\r\n", "b: 1\r\ntetragon:\r\n  exportDenyList: |-\r\n    X\r\n"),
        ("# c\n", "# c\ntetragon:\n  exportDenyList: |-\n    X\n"),
        ("tetragon:\n  exportDenyList:\n  a: 1\n", "tetragon:\n  exportDenyList: |-\n    X\n  a: 1\n"),
        ("tetragon:\n  exportDenyList: '' # c\n  a: 1\n", "tetragon:\n  exportDenyList: |- # c\n    X\n  a: 1\n"),
        (
            "tetragon:\n  exportDenyList: |-\n      {}\n\n\n  a: 1\n",
            "tetragon:\n  exportDenyList: |-\n      X\n\n\n  a: 1\n",
        ),
        ("tetragon:\n  exportDenyList: |4-\n      {}\n  a: 1\n", "tetragon:\n  exportDenyList: |4-\n      X\n  a: 1\n"),
        ("tetragon:\n  exportDenyList: |- #c\n    {}", "tetragon:\n  exportDenyList: |- #c\n    X\n"),
        ("tetragon:\n  exportDenyList: >-\n    {}\n", "tetragon:\n  exportDenyList: |-\n    X\n"),
        ("a: &l '{}'\ntetragon:\n  exportDenyList: *l\n", "a: &l '{}'\ntetragon:\n  exportDenyList: |-\n    X\n"),
        (
            "b: &b\n  exportDenyList: ''\ntetragon:\n  <<: *b\n",
            "b: &b\n  exportDenyList: ''\ntetragon:\n  exportDenyList: |-\n    X\n  <<: *b\n",
        ),
    ],
)
def test_a_list_goes_where_it_belongs(before: str, after: str) -> None:
    assert put(before, b"X") == after
    assert read_list(after) == "X"


@pytest.mark.parametrize(
    "before", ["kind: ConfigMap\nmetadata:\n  name: x\n", "items:\n- kind: ConfigMap\n  metadata: {}\n"]
)
def test_a_config_map_without_data_gets_it(before: str) -> None:
    made = yaml.safe_load(put(before))
    assert made.get("items", [made])[0]["data"] == {"export-denylist": NEW.decode()}


def test_a_text_that_others_share_by_an_anchor_is_not_changed() -> None:
    with pytest.raises(RefusedError, match="anchor"):
        put("tetragon:\n  exportDenyList: &l '{}'\n  exportAllowList: *l\n")


@pytest.mark.parametrize("value", ["{a: 1}", "[a]"])
def test_a_map_in_the_place_of_the_list_is_not_replaced(value: str) -> None:
    with pytest.raises(Exception, match="exportDenyList is a YAML map or list"):
        put(f"tetragon:\n  exportDenyList: {value}\n")


def test_entries_of_an_imported_file_are_edited_in_it() -> None:
    before = "# c\ntetragon:\n  exportDenyList: |-\n    {}\n    {\"pid\":[1]}\n  a: 'x'\n"
    after = "# c\ntetragon:\n  exportDenyList: |-\n    {\"pid\":[1]}\n  a: 'x'\n"
    assert edit_imported(before.encode(), [0]).decode() == after
    assert edit_imported(b'{}\n{"pid":[1]}\n', [0]) == b'{"pid":[1]}\n'


@pytest.mark.parametrize(("form", "name"), [("helm", "values.yaml"), ("configmap", "configmap.yaml")])
def test_new_files_are_the_reviewed_ones(form: Any, name: str) -> None:
    assert write_manifest(form, b"", name, NEW, COMMENTS).decode() == (GOLDEN / name).read_text()


def test_comments_are_one_line_each_and_replaced_with_the_list() -> None:
    first = put("tetragon:\n  # mine\n  exportDenyList: ''\n", comments=COMMENTS)
    assert first.count("# tetratui: ") == 2
    assert "\x1b" not in first
    assert put(first, comments=[]).count("# tetratui: ") == 0
    assert "# mine" in put(first, comments=[])
    assert put(first, b"{}", comments=["one"]).count("# tetratui: ") == 1


def styled(style: str, text: str, newline: str, indent: int) -> str:
    """Write a list as an operator might."""
    if style == "'":
        return "'" + text.replace("'", "''").replace("\n", " ") + "'" + newline
    if style == '"':
        return json.dumps(text) + newline
    lines = "".join(f"{' ' * indent}{line}{newline}" for line in text.split("\n") if line.strip())
    return f"{style}{newline}{lines}" if lines else f"''{newline}"


LISTS = st.lists(
    st.dictionaries(
        st.sampled_from(["binary_regex", "namespace"]),
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=2),
        min_size=1,
    ),
    max_size=4,
)
AROUND = st.lists(
    st.sampled_from(
        ["# a comment: {", "a: 1", "b: 'x  y'", "c: |\n  text\n\n", "d: &anchor [1, 2]", 'e: {x: "\\u00e9"}', ""]
    ),
    max_size=5,
    unique=True,
)


@settings(max_examples=150, deadline=None)
@given(
    new=LISTS,
    ascii_only=st.booleans(),
    spread=st.booleans(),
    end=st.sampled_from(["", "\n", "\n\n"]),
    style=st.sampled_from(["|", "|-", "|+", ">", ">-", "'", '"', "|2-"]),
    before=AROUND,
    after=AROUND,
    newline=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
)
def test_any_list_is_read_back_and_all_else_stays(
    new: list[dict[str, list[str]]],
    ascii_only: bool,
    spread: bool,
    end: str,
    style: str,
    before: list[str],
    after: list[str],
    newline: str,
    bom: bool,
) -> None:
    old = '{"pid":[1]}\n{"pid":[2]}'
    text = "\n".join(json.dumps(each, ensure_ascii=ascii_only, indent=2 if spread else None) for each in new) + end
    head = "".join(f"{part}\n" for part in before).replace("\n", newline)
    tail = "".join(f"{part}\n" for part in after).replace("\n", newline).replace("a: 1", "f: 1")
    tail = tail.replace("b:", "g:").replace("c:", "h:").replace("d: &anchor", "i: &other").replace("e:", "j:")
    top = ("\ufeff" if bom else "") + f"{head}tetragon:{newline}  x: 1{newline}  exportDenyList: "
    rest = f"  y: 2 # z{newline}{tail}"
    file = top + styled(style, old, newline, 4) + rest
    made = put_list(ListFile(file.encode(), "values.yaml"), "denylist", text.encode()).decode()
    assert made.startswith(top)
    assert made.endswith(rest)
    value = read_list(made.removeprefix("\ufeff"))
    assert value.rstrip("\n") == text.rstrip("\n")
    wanted = yaml.safe_load(file.removeprefix("\ufeff"))
    wanted["tetragon"]["exportDenyList"] = value
    assert yaml.safe_load(made.removeprefix("\ufeff")) == wanted
    assert put_list(ListFile(made.encode(), "values.yaml"), "denylist", value.encode()).decode() == made
