"""A file of the operator's is replaced whole or not at all, whatever fails and whenever."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tetratui.core.errors import TargetError
from tetratui.core.export.atomic_write import READ_WHOLE, default_backups, replace, write_all
from tetratui.core.export.difference import difference


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "export-denylist").write_bytes(b"old\n")
    return folder / "export-denylist"


def test_the_new_content_stands_and_the_old_one_is_kept(target: Path, backups: Path) -> None:
    written = replace(target, b"new\n", backups)
    assert target.read_bytes() == b"new\n"
    assert written.backup is not None
    assert written.backup.read_bytes() == b"old\n"
    assert written.backup.parent == backups
    assert stat.S_IMODE(written.backup.stat().st_mode) == 0o600


def test_two_backups_of_one_second_do_not_overwrite_each_other(target: Path, backups: Path) -> None:
    first, second = replace(target, b"1", backups).backup, replace(target, b"2", backups).backup
    assert first is not None
    assert second is not None
    assert (first.read_bytes(), second.read_bytes()) == (b"old\n", b"1")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_mode_and_owner_are_kept(target: Path, backups: Path, mode: int) -> None:
    target.chmod(mode)
    if os.geteuid() == 0:
        os.chown(target, 12, 34)
    before = target.stat()
    replace(target, b"new", backups)
    after = target.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_the_same_content_touches_nothing(target: Path, backups: Path) -> None:
    before = target.stat()
    written = replace(target, b"old\n", backups)
    assert (written.changed, written.backup, target.stat()) == (False, None, before)
    assert not backups.exists()


def test_a_symbolic_link_stays_one(target: Path, backups: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(target)
    replace(link, b"new", backups)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_new_file_in_a_new_folder_is_for_its_owner_only(tmp_path: Path, backups: Path) -> None:
    path = tmp_path / "out" / "a"
    assert replace(path, b"x", backups).backup is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", sorted(READ_WHOLE))
def test_nothing_but_the_target_ever_lies_where_tetragon_reads_every_file(
    name: str, tmp_path: Path, backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "export-denylist").write_bytes(b"old")
    seen: list[set[str]] = []
    real = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (seen.append(set(os.listdir(folder))), real(a, b)))
    replace(folder / "export-denylist", b"new", backups)
    assert seen == [{"export-denylist"}]
    with pytest.raises(TargetError, match="Tetragon reads every file"):
        replace(folder / "export-denylist", b"newer", folder / "old")
    assert (folder / "export-denylist").read_bytes() == b"new"


FAILURES = ["open", "write", "fchmod", "fchown", "fsync", "replace"]


@pytest.mark.parametrize("step", FAILURES)
@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_failure_at_any_step_leaves_every_file_as_it_was(
    step: str, after: int, target: Path, backups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, fresh = tmp_path / "etc" / "other", tmp_path / "etc" / "fresh"
    other.write_bytes(b"old other")
    if os.geteuid() == 0:
        os.chown(target, 12, 34)
    _break(monkeypatch, step, after)
    wanted = {target: b"new", other: b"new other", fresh: b"new fresh"}
    failed = None
    try:
        write_all(wanted, backups)
    except TargetError as error:
        failed = error
    now = {path: path.read_bytes() for path in target.parent.iterdir()}
    assert now == (wanted if failed is None else {target: b"old\n", other: b"old other"})
    assert failed is None or failed.remedy


def _break(monkeypatch: pytest.MonkeyPatch, step: str, after: int) -> None:
    """Let a call of the system succeed `after` times, then fail once."""
    real, calls = getattr(os, step), [0]

    def failing(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == after + 1:
            raise OSError(28, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(os, step, failing)


def test_the_error_names_the_file_and_a_remedy(tmp_path: Path, backups: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TargetError) as caught:
        replace(tmp_path / "file" / "inside", b"x", backups)
    assert str(tmp_path / "file" / "inside") in caught.value.message
    assert caught.value.remedy


def test_default_backups_lie_outside_tetragons_folders() -> None:
    assert READ_WHOLE.isdisjoint(default_backups().parts)


def test_the_difference_is_a_unified_diff_cut_at_newlines_only(target: Path) -> None:
    assert difference(target, b"old\n") == ""
    text = difference(target, b"old\nnew\xe2\x80\xa8er\xff\n")
    assert "+new\u2028er\\xff" in text
    assert [line[0] for line in text.split("\n")[:-1]] == ["-", "+", "@", " ", "+"]
    assert difference(target.parent / "none", b"x\n").split("\n")[-2] == "+x"
