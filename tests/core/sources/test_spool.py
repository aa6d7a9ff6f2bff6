from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import pytest

from tetratui.core.sources import SourceRegistry, read_history
from tetratui.core.sources.follow.spool import Spool


def full_disk(**_options):
    return Path("/dev/full").open("r+b", buffering=0)


def no_folder(**_options):
    raise FileNotFoundError(2, "No usable temporary directory found")


def test_stored_bytes_can_be_read_back():
    spool = Spool()
    spool.add(b"one\n")
    spool.add(b"two\n")
    assert (spool.read(4, 3), spool.read(4, 100), spool.read(100, 3)) == (b"two", b"two\n", b"")
    spool.close()
    assert spool.read(0, 3) == b""


@pytest.mark.parametrize("temporary_file", [full_disk, no_folder])
def test_without_room_nothing_is_stored_and_the_spool_is_marked_full(monkeypatch, temporary_file):
    monkeypatch.setattr(tempfile, "TemporaryFile", temporary_file)
    spool = Spool()
    spool.add(b"one\n")
    assert spool.full
    assert spool.read(0, 3) == b""


def test_a_file_that_cannot_be_unpacked_is_reported_and_the_others_are_read(tmp_path, monkeypatch):
    packed, plain = tmp_path / "b.log.gz", tmp_path / "a.log"
    packed.write_bytes(gzip.compress(b"1\n" * 100_000))
    plain.write_bytes(b"2\n")
    monkeypatch.setattr(tempfile, "TemporaryFile", full_disk)
    registry = SourceRegistry()
    chunks = list(read_history(registry, older=[plain, packed]))
    assert [chunk.lines for chunk in chunks] == [[b"2"]]
    assert [fault.message for fault in registry.faults] == [f"{packed}: No space left on device"]
