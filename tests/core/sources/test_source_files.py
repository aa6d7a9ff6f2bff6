"""Sources are expanded into the files to read, oldest first."""

from __future__ import annotations

import os

import pytest

from tetratui.core.errors import SourceError
from tetratui.core.sources import Stdin, expand, find_live_file, is_pipe

STAMPED = "tetragon-2026-11-23T19-43-29.149.log"


def test_of_a_file_and_its_gzipped_copy_only_the_plain_one_is_read_and_an_unfinished_copy_never(tmp_path):
    names = ["tetragon.log", STAMPED, STAMPED + ".gz", "tetragon-2026-11-23T19-43-42.371.log.gz", "tetragon.log.1"]
    for name in [*names, STAMPED + ".gz.tmp", "notes.txt", "tetragon.pid"]:
        (tmp_path / name).write_bytes(b"")
    files = [path.name for path in expand([tmp_path])]
    assert files == [STAMPED, "tetragon-2026-11-23T19-43-42.371.log.gz", "tetragon.log.1", "tetragon.log"]
    assert expand(sorted(tmp_path.glob(STAMPED + "*"))) == [tmp_path / STAMPED]


def test_logrotate_numbers_count_upwards_from_the_newest(tmp_path):
    for name in ["tetragon.log", "tetragon.log.1", "tetragon.log.2.gz", "tetragon.log.10.gz"]:
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in expand([tmp_path])] == [
        "tetragon.log.10.gz",
        "tetragon.log.2.gz",
        "tetragon.log.1",
        "tetragon.log",
    ]


def test_dash_is_the_standard_input():
    assert expand(["-"]) == [Stdin()]


@pytest.mark.parametrize("name", ["missing.log", "missing/folder"])
def test_a_missing_source_is_named(tmp_path, name):
    with pytest.raises(SourceError, match="no such file"):
        expand([tmp_path / name])


def test_a_folder_without_export_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(SourceError, match="holds no export file"):
        expand([tmp_path])


def test_the_file_to_follow_is_the_live_one(tmp_path):
    (tmp_path / STAMPED).touch()
    (tmp_path / "tetragon.log").touch()
    assert find_live_file(tmp_path) == tmp_path / "tetragon.log"
    assert find_live_file(tmp_path / "tetragon.log") == tmp_path / "tetragon.log"
    assert find_live_file(tmp_path / "not-yet.log") == tmp_path / "not-yet.log"
    assert find_live_file(tmp_path / STAMPED) is None


def test_a_pipe_is_recognised(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "tetragon.log").touch()
    assert [is_pipe(source) for source in ["-", tmp_path / "pipe", tmp_path / "tetragon.log", tmp_path, "none"]] == [
        True,
        True,
        False,
        False,
        False,
    ]
