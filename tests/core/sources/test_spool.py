from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from tetratui.core.sources import SourceRegistry, history_backwards
from tetratui.core.sources.follow.spool import Spool


def full_disk(**_options):
    return Path("/dev/full").open("r+b", buffering=0)


def no_folder(**_options):
    raise FileNotFoundError(2, "No usable temporary directory found")


def test_what_was_kept_can_be_read_back():
    spool = Spool()
    spool.keep(b"one\n")
    spool.keep(b"two\n")
    assert (spool.read(4, 3), spool.read(4, 100), spool.read(100, 3)) == (b"two", b"two\n", b"")
    spool.close()
    assert spool.read(0, 3) == b""


def test_a_full_disk_keeps_nothing_and_says_so(monkeypatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", full_disk)
    spool = Spool()
    spool.keep(b"one\n")
    assert spool.full
    assert spool.read(0, 3) == b""


def test_without_a_folder_for_temporary_files_reading_still_goes_on(monkeypatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", no_folder)
    spool = Spool()
    spool.keep(b"one\n")
    assert spool.full
    assert spool.read(0, 3) == b""


def test_history_that_cannot_be_unpacked_is_named_and_the_rest_is_read(tmp_path, monkeypatch):
    packed, plain = tmp_path / "b.log.gz", tmp_path / "a.log"
    packed.write_bytes(gzip.compress(b"1\n" * 100_000))
    plain.write_bytes(b"2\n")
    monkeypatch.setattr(tempfile, "TemporaryFile", full_disk)
    origins = SourceRegistry()
    chunks = list(history_backwards(origins, older=[plain, packed]))
    assert [chunk.lines for chunk in chunks] == [[b"2"]]
    assert [fault.message for fault in origins.faults] == [f"{packed}: No space left on device"]
