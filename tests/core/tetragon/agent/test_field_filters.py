"""Field filters are read as the agent reads them, and what they take away is known."""

from __future__ import annotations

import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.tetragon.agent.field_filters import find_useless_paths, read_field_filters


@pytest.mark.parametrize(
    ("text", "filters", "cut", "refused"),
    [
        ("", 0, False, False),
        ('{"fields":"parent","action":"EXCLUDE"}\n{}', 2, False, False),
        ('{"fields":"a"} {"fields":"b"', 1, True, False),
        ('{"fields":"a"},{"fields":"b"}', 1, True, False),
        ('[{"fields":"a"}]', 0, True, False),
        ("{fields:a}", 0, True, False),
        ('{"fields":["a"]}', 0, False, True),
        ('{"fields":"a","action":"exclude"}', 0, False, True),
        ('{"fields":"a","event_set":["NONE"]}', 0, False, True),
        ('{"field":"a"}', 0, False, True),
        ('{"fields":"a","invertEventSet":true}', 1, False, False),
    ],
)
def test_what_is_cut_and_what_is_refused(text: str, filters: int, cut: bool, refused: bool) -> None:
    read = read_field_filters(text)
    assert (len(read.filters), read.cut is not None, read.refused is not None) == (filters, cut, refused)


@pytest.mark.parametrize(
    ("text", "kind", "absent"),
    [
        ('{"fields":"parent","action":"EXCLUDE"}', Kind.EXEC, ["parent"]),
        ('{"fields":"process.pod,parent.binary","action":"EXCLUDE"}', Kind.EXIT, ["process.pod", "parent.binary"]),
        ('{"fields":"process.pod.name","action":"EXCLUDE"}', Kind.EXEC, []),
        ('{"fields":"process.execId","action":"EXCLUDE"}', Kind.EXEC, ["process.exec_id"]),
        ('{"fields":"process","action":"EXCLUDE"}', Kind.EXEC, ["process"]),
        (
            '{"fields":"process.binary,process.pod.name"}',
            Kind.EXEC,
            ["process.exec_id", "process.docker", "process.arguments", "parent"],
        ),
        ('{"fields":"process"}', Kind.EXEC, ["parent"]),
        ('{"fields":"process","event_set":["PROCESS_EXIT"]}', Kind.EXEC, []),
        ('{"fields":"process","event_set":["PROCESS_EXIT"],"invert_event_set":true}', Kind.EXEC, ["parent"]),
        ('{"fields":"process"}{"fields":"parent"}', Kind.EXEC, ["process", "parent"]),
        ("{}", Kind.EXEC, []),
    ],
)
def test_which_fields_are_absent(text: str, kind: Kind, absent: list[str]) -> None:
    assert read_field_filters(text).absent(kind) == absent


@pytest.mark.parametrize(
    ("path", "useless"),
    [
        ("process.pod.name", False),
        ("pod.name", True),
        ("node_name", True),
        ("process_exec.process", True),
        ("process.pod.pod_labels.app", True),
        (" parent", True),
    ],
)
def test_paths_that_select_nothing(path: str, useless: bool) -> None:
    (filter_,) = read_field_filters(f'{{"fields":"process.pid,{path}","action":"EXCLUDE"}}').filters
    assert [name for name, _ in find_useless_paths(filter_)] == ([path] if useless else [])
