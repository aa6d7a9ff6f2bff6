"""The list of an installed Tetragon is found with its file's time, and its entries with their canonical text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tetratui.core.export.atomic_write import READ_WHOLE
from tetratui.core.tetragon.agent.installed_list import (
    AGENT_FOLDERS,
    InstalledList,
    canonical_entries,
    entries_in_force,
    file_in_force_since,
    read_installed_list,
)

CONF = "etc/tetragon/tetragon.conf.d"
LIST = b'\n{ "pid": [7] }\n{"event_set":[1]}\n'
ENTRIES = ['{"pid":[7]}', '{"event_set":["PROCESS_EXEC"]}']
TIME = 1_700_000_000_000_000_000


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(TIME, TIME))
    return path


def test_without_a_list_there_is_none(tmp_path: Path) -> None:
    assert read_installed_list(tmp_path) is None
    write(tmp_path / CONF / "export-denylist", b" \n")
    assert read_installed_list(tmp_path) is None
    assert entries_in_force(tmp_path, []) == {}


def test_a_file_of_conf_d_is_the_list_byte_for_byte(tmp_path: Path) -> None:
    path = write(tmp_path / CONF / "export-denylist", LIST)
    assert read_installed_list(tmp_path) == InstalledList(LIST, str(path), TIME)


def test_a_yaml_file_holds_the_list_as_a_value(tmp_path: Path) -> None:
    path = write(tmp_path / "etc/tetragon/tetragon.yaml", b'export-denylist: |\n  {"pid":[7]}\n')
    assert read_installed_list(tmp_path) == InstalledList(b'{"pid":[7]}', str(path), TIME)


def test_a_list_on_the_command_line_is_in_force_always(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = tmp_path / "usr/lib/systemd/system/tetragon.service"
    write(unit, b"[Service]\nExecStart=/usr/bin/tetragon --export-denylist='{\"pid\":[7]}'\n")
    write(tmp_path / "command line", b"a file of that name in the working directory is not it")
    monkeypatch.chdir(tmp_path)
    assert read_installed_list(tmp_path) == InstalledList(b'{"pid":[7]}', "command line", 0)


def test_entries_are_in_force_since_the_time_of_the_file_but_never_for_a_pipe(tmp_path: Path) -> None:
    write(tmp_path / CONF / "export-denylist", LIST)
    assert entries_in_force(tmp_path, [Path("export.log")]) == dict.fromkeys(ENTRIES, TIME)
    assert entries_in_force(tmp_path, ["-"]) == {}


def test_a_named_file_is_in_force_where_tetragon_reads_it(tmp_path: Path) -> None:
    inside = write(tmp_path / CONF / "export-denylist", LIST)
    outside = write(tmp_path / "export-denylist", LIST)
    link = tmp_path / "link"
    link.symlink_to(inside)
    assert [file_in_force_since(path, []) for path in (inside, link, outside)] == [TIME, TIME, None]
    assert file_in_force_since(inside, ["-"]) is None
    with pytest.raises(FileNotFoundError):
        file_in_force_since(tmp_path / CONF / "missing", [])


def test_the_folders_that_the_agent_reads_are_those_that_take_no_backups() -> None:
    assert AGENT_FOLDERS == READ_WHOLE


def test_entries_are_read_whatever_features_they_need() -> None:
    assert canonical_entries(LIST + b'{"pid_set":[1]}') == [*ENTRIES, '{"pid_set":[1]}']
