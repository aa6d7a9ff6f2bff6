"""Every entry of an imported list, refused ones in their place, with their lines in the file, whatever form it has."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.errors import RefusedError
from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.format.filter_reader import RefusedEntry
from tetratui.core.tetragon.format.versions import LATEST, EnabledFeatures
from tetratui.core.tetragon.manifest.imported_list import ImportedList, edit_imported, read_imported

LIST = '{"pid":[1]}\n{"pid":["a"]}\n# nightly\n{"binary_regex":["("]}\n{"health_check":true}\n'
ERRORS = [False, True, True, True, False]
VALUES = "# ours\ntetragon:\n  exportDenyList: |-\n    " + LIST.strip().replace("\n", "\n    ") + "\n  a: 1  # stays\n"
DOUBLE = f"tetragon:\n  exportDenyList: {json.dumps(LIST)}\n"
CONFIG_MAP = json.dumps({"kind": "ConfigMap", "data": {"export-denylist": LIST}}, indent=2)


def imported(text: str) -> ImportedList:
    return read_imported(text.encode(), LATEST, EnabledFeatures())


@pytest.mark.parametrize(
    ("text", "lines"),
    [(LIST, [1, 2, 3, 4, 5]), (VALUES, [4, 5, 6, 7, 8]), (DOUBLE, [2] * 5), (CONFIG_MAP, [4] * 5)],
)
def test_refused_entries_stand_in_their_place_with_the_lines_of_the_file(text: str, lines: list[int]) -> None:
    read = imported(text)
    assert not read.filters.accepted
    assert [isinstance(entry, RefusedEntry) for entry in read.entries] == ERRORS
    assert [entry.line for entry in read.entries] == lines
    assert read.filters.source.decode().strip() == LIST.strip()
    for number, entry in enumerate(read.entries):
        if isinstance(entry, RefusedEntry):
            assert (entry.error.line, entry.error.entry) == (entry.line, number)
            assert text.split("\n")[entry.error.line - 1][entry.column - 1] == entry.text[0]
    assert read.filters.errors[0].line == lines[1]


def test_lines_of_an_accepted_list_are_those_of_the_file_too() -> None:
    read = imported('tetragon:\n  exportDenyList: |-\n    {}\n\n    {"pid":[1]}\n')
    assert read.filters.accepted
    assert [(entry.line, entry.column) for entry in read.entries] == [(3, 5), (5, 5)]


def test_a_key_without_a_text_has_an_error_and_no_entries() -> None:
    read = imported("tetragon:\n  exportDenyList: [1]\n")
    assert (len(read.entries), [error.line for error in read.filters.errors]) == (0, [2])


@pytest.mark.parametrize("text", [VALUES, DOUBLE, CONFIG_MAP])
def test_refused_entries_are_replaced_and_removed_and_all_else_stays(text: str) -> None:
    after = edit_imported(text.encode(), [2, 3], {1: Filter(pid=(2,))}).decode()
    wanted = '{"pid":[1]}\n{"pid":[2]}\n{"health_check":true}'
    read = imported(after)
    assert read.filters.accepted
    assert read.filters.source.decode().strip() == wanted
    if text is VALUES:
        assert after == VALUES.replace('"a"', "2").replace("    # nightly\n", "").replace(
            '    {"binary_regex":["("]}\n', ""
        )


def test_half_a_character_is_shown_and_removed_but_never_written() -> None:
    text = DOUBLE.replace("# nightly", "# \\ud800")
    read = imported(text)
    assert isinstance(read.entries[2], RefusedEntry)
    with pytest.raises(RefusedError, match="not UTF-8"):
        edit_imported(text.encode(), [0])
    assert edit_imported(text.encode(), [2]) == edit_imported(DOUBLE.encode(), [2])


@given(st.lists(st.sampled_from(LIST.splitlines()), max_size=8), st.sampled_from(["block", "double", "json"]))
@settings(max_examples=60, deadline=None)
def test_a_manifest_has_the_entries_of_its_list(lines: list[str], form: str) -> None:
    text = "".join(f"{line}\n" for line in lines)
    manifest = {
        "block": "tetragon:\n  exportDenyList: |\n    " + text.replace("\n", "\n    ") + "\n",
        "double": f"tetragon: {{exportDenyList: {json.dumps(text)}}}",
        "json": json.dumps({"kind": "ConfigMap", "data": {"export-denylist": text}}),
    }[form]
    inside, alone = imported(manifest), imported(text)
    assert [(type(entry), entry.start, entry.stop) for entry in inside.entries] == [
        (type(entry), entry.start, entry.stop) for entry in alone.entries
    ]
    assert [error.message for error in inside.filters.errors] == [error.message for error in alone.filters.errors]
