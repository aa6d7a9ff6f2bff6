"""Where lists stand in Helm values and ConfigMaps, what is refused, and on which line of the file an error is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.errors import RefusedError
from tetratui.core.tetragon import LATEST, EnabledFeatures
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.manifest.list_file import ListFile
from tetratui.core.tetragon.manifest.list_location import find_line_starts
from tetratui.core.tetragon.manifest.read_lists import read_lists

ONE = '{"health_check":true}'


def path_and_text(text: str) -> tuple[str, str]:
    file = ListFile(text.encode(), "values.yaml")
    return file.location("denylist").path, file.list_bytes("denylist").decode()


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        (f"tetragon:\n  exportDenyList: |-\n    {ONE}\n", "tetragon.exportDenyList", ONE),
        (f"\ufefftetragon:\r\n  exportDenyList: |\r\n    {ONE}\r\n", "tetragon.exportDenyList", f"{ONE}\n"),
        (f"# comment\n---\n'tetragon':\n  exportDenyList: '{ONE}'\n", "tetragon.exportDenyList", ONE),
        (f"security:\n  tetragon:\n    exportDenyList: >-\n      {ONE}\n      {ONE}\n", "security.", f"{ONE} {ONE}"),
        (f"tetragon:\n  tetragon:\n    exportDenyList: '{ONE}'\n", "tetragon.tetragon.exportDenyList", ONE),
        (f"spec:\n  values: {{tetragon: {{exportDenyList: '{ONE}'}}}}\n", "spec.values.tetragon.", ONE),
        (f"a: &x\n  exportDenyList: '{ONE}'\ntetragon:\n  <<: *x\n", "tetragon.exportDenyList", ONE),
        (f"a: &x '{ONE}'\ntetragon:\n  exportDenyList: *x\n", "tetragon.exportDenyList", ONE),
        (f"a: 1\n---\ntetragon:\n  exportDenyList: '{ONE}'\n", "tetragon.exportDenyList", ONE),
        ("tetragon:\n  exportDenyList: ''\n", "tetragon.exportDenyList", ""),
        (f"kind: ConfigMap\ndata:\n  export-denylist: |-\n    {ONE}\n", "data.export-denylist", ONE),
        (f"data:\n  export-denylist: '{ONE}'\n", "data.export-denylist", ONE),
        (f"export-denylist: '{ONE}'\n", "export-denylist", ONE),
        (
            "kind: List\nitems:\n- kind: ConfigMap\n  data: {a: b}\n- kind: ConfigMap\n  data:\n"
            f"    export-denylist: '{ONE}'\n",
            "items[1].data.export-denylist",
            ONE,
        ),
        (json.dumps({"kind": "ConfigMap", "data": {"export-denylist": ONE}}), "data.export-denylist", ONE),
        (
            json.dumps({"kind": "List", "items": [{"kind": "ConfigMap", "data": {"export-denylist": "é🐝\n"}}]}),
            "items[0].data.export-denylist",
            "é🐝\n",
        ),
    ],
)
def test_lists_are_found_wherever_they_stand(text: str, path: str, value: str) -> None:
    assert path_and_text(text)[0].startswith(path)
    assert path_and_text(text)[1] == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        ONE,
        f"\n {ONE}\n{ONE}",
        "[]",
        "# tetragon: x\n{}",
        "event_set: [PROCESS_EXEC]\n",
        "x",
        '{"kind_":1}',
        '{"event_set":["PROCESS_EXEC"]}',
    ],
)
def test_a_list_is_no_manifest(text: str) -> None:
    file = ListFile(text.encode())
    assert (file.is_manifest, file.list_bytes("denylist"), file.form) == (False, text.encode(), "list")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\n", "without an export list"),
        ("tetragon: [1]\n", "without an export list"),
        ("a:\n  exportDenyList: ''\n", "line 2: exportDenyList stands outside of tetragon"),
        ('{"kind":"Pod"}', "without an export list"),
        (
            "a:\n  tetragon:\n    exportDenyList: ''\nb:\n  tetragon:\n    exportDenyList: ''\n",
            "2 (a.tetragon), 5 (b.tetragon)",
        ),
        ("tetragon:\n  a: 1\ntetragon:\n  b: 1\n", "lines 1 and 3: 'tetragon' stands there twice"),
        ("a:\n\tb: 1\n", "values.yaml, line 2, column 1: broken YAML"),
        ("a: *b\n", "line 1: no anchor &b"),
        ('{"kind":"ConfigMap","data":{"a":"b","a":"c"}}', "'a' stands there twice"),
        ("a: " + "[" * 200 + "]" * 200 + "\ntetragon: {}\n", "levels of nesting"),
        ("tetragon:\n  x: \x07\n", "line 2: broken YAML"),
    ],
)
def test_what_is_refused_names_the_file_and_the_line(text: str, words: str) -> None:
    with pytest.raises(RefusedError) as refused:
        ListFile(text.encode(), "values.yaml").list_bytes("denylist")
    assert "values.yaml" in str(refused.value)
    assert words in str(refused.value)


def test_bytes_that_are_not_utf_8_are_named() -> None:
    with pytest.raises(RefusedError, match="line 2: a byte that is not UTF-8"):
        ListFile(b"tetragon:\n  a: \xff\n", "values.yaml").list_bytes("denylist")


@pytest.mark.parametrize("value", ['{"health_check":true}', "[1]", "", "~", "5", "true"])
def test_what_helm_cannot_take_for_a_text_is_refused_where_it_stands(value: str) -> None:
    file = ListFile(f"a: 1\ntetragon:\n  exportDenyList: {value}\n".encode(), "values.yaml")
    lists = read_lists(file, LATEST, EnabledFeatures(), "denylist").lists
    (error,) = lists["denylist"].errors
    assert (error.line, error.column, lists["denylist"].accepted) == (3, 3, False)
    assert "exportDenyList: |-" in error.remedy


def test_options_that_beat_the_list_are_named() -> None:
    text = "tetragon:\n  exportFilename: ''\n  extraArgs:\n    export-denylist: x\n  exportDenyList: ''\n"
    first, second = ListFile(text.encode(), "v").cautions()
    assert first.startswith("v, line 4: extraArgs.export-denylist")
    assert second.startswith("v, line 2: exportFilename is empty")


BROKEN = [
    ("tetragon:\n  exportDenyList: |-\n    {}\n    {@}\n", 4, 6),
    ("tetragon:\r\n  exportDenyList: |2-\r\n\r\n    {}\r\n    {@}\r\n", 5, 6),
    ("tetragon:\n  exportDenyList: '{} {@}'\n", 2, 24),
    ('tetragon:\n  exportDenyList: "{\\"pid\\":[1]}\\n\n    {@}"\n', 3, 6),
    ("tetragon:\n  exportDenyList: >\n    {}\n\n    {@}\n", 5, 6),
    ("tetragon:\n  exportDenyList: &x |- # why\n    {@}\n", 3, 6),
    ('{"kind":"ConfigMap",\n"data":{"export-denylist":"{\\"a\\u0062\\":1}"}}', 2, 29),
    ("export-denylist: |-\n  é{}\n", 2, 3),
]


@pytest.mark.parametrize(("text", "line", "column"), BROKEN)
def test_errors_are_located_in_the_file(text: str, line: int, column: int) -> None:
    lists = read_lists(ListFile(text.encode(), "values.yaml"), LATEST, EnabledFeatures(), "denylist").lists
    (error,) = lists["denylist"].errors
    assert (error.line, error.column) == (line, column)


def test_errors_of_a_build_are_located_at_their_entry() -> None:
    text = 'tetragon:\n  exportDenyList: |-\n    {}\n    {"binary_regex":["("]}\n'
    (error,) = read_lists(ListFile(text.encode()), LATEST, EnabledFeatures(), "denylist").lists["denylist"].errors
    assert (error.stage, error.line, error.column, error.entry) == ("build", 4, 5, 1)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("a\"\\'{} \t\n\u00e9🐝:#"), max_size=30), st.sampled_from(["json", "single", "double"]))
def test_each_character_is_located_where_it_is_written(text: str, style: str) -> None:
    if style == "single" and "\n" in text:
        return
    body = "'" + text.replace("'", "''") + "'" if style == "single" else json.dumps(text, ensure_ascii=style == "json")
    whole = (
        f'{{"kind":"ConfigMap","data":{{"export-denylist":{body}}}}}' if style == "json" else f"export-denylist: {body}"
    )
    location = ListFile(whole.encode()).location("denylist")
    for offset, character in enumerate(text):
        written = whole[location.offsets[offset]]
        assert written == character or written == "\\"
    starts = find_line_starts(text)
    error = FilterError("x", line=len(starts), column=1)
    assert location.move_error(error).line == 1
