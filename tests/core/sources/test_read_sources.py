from __future__ import annotations

import gzip
import os
from itertools import chain
from pathlib import Path

import pytest

from tetratui.core.errors import SourceError
from tetratui.core.sources import LineGone, LineLocation, SourceRegistry, Stdin, expand, is_pipe, live_file, read_all
from tetratui.core.sources.open_source import refusal
from tetratui.core.sources.rotation import rotated

DATA = Path(__file__).parents[2] / "data"
STAMPED = "tetragon-2026-11-23T19-43-29.149.log"


def lines_of(*sources: Path | str) -> list[bytes]:
    return [line for chunk in read_all(expand(sources)) for line in chunk.lines]


def test_a_folder_is_read_oldest_first_and_the_live_file_last(capture):
    assert lines_of(DATA / "rotation") == list(chain.from_iterable(capture))


def test_of_a_file_and_its_gzipped_copy_only_the_plain_one_is_read_and_an_unfinished_copy_never(tmp_path):
    names = ["tetragon.log", STAMPED, STAMPED + ".gz", "tetragon-2026-11-23T19-43-42.371.log.gz", "tetragon.log.1"]
    for name in [*names, STAMPED + ".gz.tmp", "notes.txt", "tetragon.pid"]:
        (tmp_path / name).write_bytes(b"")
    found = [path.name for path in expand([tmp_path])]
    assert found == [STAMPED, "tetragon-2026-11-23T19-43-42.371.log.gz", "tetragon.log.1", "tetragon.log"]
    assert expand(sorted(tmp_path.glob(STAMPED + "*"))) == [tmp_path / STAMPED]


def test_logrotate_counts_upwards_into_the_past(tmp_path):
    for name in ["tetragon.log", "tetragon.log.1", "tetragon.log.2.gz", "tetragon.log.10.gz"]:
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in expand([tmp_path])] == [
        "tetragon.log.10.gz",
        "tetragon.log.2.gz",
        "tetragon.log.1",
        "tetragon.log",
    ]


def test_rows_are_counted_over_blank_lines_and_a_last_one_without_newline(tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"\n{}\n\n\n{}")
    assert lines_of(path) == [b"", b"{}", b"", b"", b"{}"]
    path.write_bytes(b"")
    assert lines_of(path) == []


def test_lines_over_300_kilobytes_come_whole_and_back(tmp_path):
    path = tmp_path / "a.log"
    long = [bytes([65 + number]) * 700_000 for number in range(5)]
    path.write_bytes(b"\n".join([*long, b""]))
    packed = tmp_path / "b.log.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    origins = SourceRegistry()
    chunks = list(read_all([path, packed], origins))
    assert [line for chunk in chunks for line in chunk.lines] == long * 2
    places = [LineLocation(chunk.file, offset) for chunk in chunks for offset in chunk.offsets]
    # Backwards, as a screen sorted by newest first asks.
    assert [origins.read(place, 700_000) for place in reversed(places)] == list(reversed(long * 2))
    origins.close()


def test_the_torn_line_of_a_full_disk_costs_one_line_only():
    lines = lines_of(DATA / "disk-full" / "tetragon.log.gz")
    torn = [line for line in lines if not line.endswith(b'Z"}') or line.count(b'{"process_') > 1]
    assert len(lines) == 500
    assert len(torn) == 1


def test_a_truncated_gzip_gives_what_it_has_and_is_named(tmp_path, capture):
    path = tmp_path / "a.log.gz"
    path.write_bytes((DATA / "rotation" / "tetragon.log.gz").read_bytes()[:-3000])
    origins = SourceRegistry()
    lines = [line for chunk in read_all([path], origins) for line in chunk.lines]
    assert len(lines) > 300
    assert lines[:-1] == capture[4][: len(lines) - 1]
    assert [fault.message for fault in origins.faults] == [f"{path}: the gzip file ends too early"]


def test_a_hole_at_the_front_is_one_line_and_is_not_read(tmp_path, capture):
    path = tmp_path / "a.log"
    with path.open("wb") as file:
        file.seek(50 << 30)
        file.write(b"".join(line + b"\n" for line in capture[0]))
    lines = lines_of(path)
    assert (lines[0][:1], lines[1:]) == (b"\0", capture[0][1:])


def test_a_pipe_is_kept_so_that_its_lines_can_be_read_back(capture):
    read, write = os.pipe()
    if os.fork() == 0:
        os.close(read)
        with os.fdopen(write, "wb") as file:
            file.write(b"".join(line + b"\n" for line in capture[0]))
        os._exit(0)
    os.close(write)
    origins = SourceRegistry()
    chunks = list(read_all([Path(f"/dev/fd/{read}")], origins))
    os.close(read)
    os.wait()
    assert [line for chunk in chunks for line in chunk.lines] == capture[0]
    assert origins.read(LineLocation(chunks[0].file, chunks[0].offsets[9]), len(capture[0][9])) == capture[0][9]
    origins.close()
    with pytest.raises(LineGone):
        origins.read(LineLocation(chunks[0].file, 0), 1)


def test_dash_is_the_standard_input():
    assert expand(["-"]) == [Stdin()]


@pytest.mark.parametrize("name", ["missing.log", "missing/folder"])
def test_a_missing_source_is_named(tmp_path, name):
    with pytest.raises(SourceError, match="no such file"):
        expand([tmp_path / name])


def test_a_folder_without_export_files_is_said(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(SourceError, match="holds no export file"):
        expand([tmp_path])


def test_an_unreadable_file_names_mode_owner_group_and_remedy(tmp_path, monkeypatch):
    path = tmp_path / "tetragon.log"
    path.touch(mode=0o600)
    path.chmod(0o600)

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(SourceError) as caught:
        list(read_all([path]))
    assert caught.value.message == f"{path}: permission denied"
    assert "mode 0600, owner " in caught.value.remedy
    assert "export-file-perm to 640" in caught.value.remedy
    assert "| tetratui -" in caught.value.remedy


def test_the_file_to_follow_is_the_live_one(tmp_path):
    (tmp_path / STAMPED).touch()
    (tmp_path / "tetragon.log").touch()
    assert live_file(tmp_path) == tmp_path / "tetragon.log"
    assert live_file(tmp_path / "tetragon.log") == tmp_path / "tetragon.log"
    assert live_file(tmp_path / "not-yet.log") == tmp_path / "not-yet.log"
    assert live_file(tmp_path / STAMPED) is None


def test_a_pipe_is_told_from_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "tetragon.log").touch()
    assert [is_pipe(source) for source in ["-", tmp_path / "pipe", tmp_path / "tetragon.log", tmp_path, "none"]] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_closed_folder_is_what_is_named(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    refused = refusal(folder, PermissionError(13, "Permission denied"))
    assert "mode 0755" in refused.remedy
    assert f"chmod 750 {folder}" in refused.remedy


@pytest.mark.parametrize("name", ["tetragon.log", "tetragon.out", "events", "a+b.json"])
def test_rotated_files_of_any_name_are_found_and_those_of_others_are_not(tmp_path, name):
    live = tmp_path / name
    names = [f"{live.stem}-2026-11-23T19-43-{second}.149{live.suffix}" for second in (29, 42)]
    for other in [name, names[1], names[0] + ".gz", "other-2026-11-23T19-43-29.149.log", "aab.json"]:
        (tmp_path / other).touch()
    assert [path.name for path in rotated(live)] == [names[0] + ".gz", names[1]]
