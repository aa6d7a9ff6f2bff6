"""Taking a change back: the former bytes, or its entries alone where others came after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tetratui.core.apply.change import AddedFilter, AppliedChange
from tetratui.core.apply.machine import digest
from tetratui.core.apply.revert import revert_list
from tetratui.core.errors import RefusedError, SourceError

A, B, C, D = (f'{{"binary_regex":["^/usr/bin/{name}$"]}}\n'.encode() for name in ("a", "b", "c", "d"))


def make_change(
    tmp_path: Path, before: bytes | None, after: bytes, added: bytes, removed: bytes = b""
) -> AppliedChange:
    if before is not None:
        (tmp_path / "export-denylist.before").write_bytes(before)
    facts = {
        "kind": "tetragon",
        "path": "/etc/tetragon/tetragon.conf.d/export-denylist",
        "before": "" if before is None else digest(before),
        "after": digest(after),
        "backups": str(tmp_path),
    }
    entries = [AddedFilter(line.decode()) for line in added.splitlines()]
    gone = [line.decode() for line in removed.splitlines()]
    return AppliedChange("1", 0.0, "me", "here", "h", "/out", "", "", [facts], [], added=entries, removed=gone)


def test_the_former_bytes_come_back(tmp_path: Path) -> None:
    odd = b"\n  " + A + b"\r\n"
    assert revert_list(make_change(tmp_path, odd, odd + B, B), odd + B) == odd


def test_where_there_was_no_file_there_is_none(tmp_path: Path) -> None:
    assert revert_list(make_change(tmp_path, None, A, A), A) is None


def test_later_changes_stay(tmp_path: Path) -> None:
    change = make_change(tmp_path, A + C, A + B, B, C)
    assert revert_list(change, A + B + D) == A + D + C


def test_nothing_left_to_take_back(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="nothing of change 1 is left"):
        revert_list(make_change(tmp_path, A, A + B, B), A + D)


def test_a_backup_that_is_gone(tmp_path: Path) -> None:
    change = make_change(tmp_path, A, A + B, B)
    (tmp_path / "export-denylist.before").unlink()
    with pytest.raises(SourceError, match="cannot be read"):
        revert_list(change, A + B)
