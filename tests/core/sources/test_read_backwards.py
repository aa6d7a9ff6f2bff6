from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.sources import LineLocation, SourceRegistry, history_backwards, read_all

LINES = st.binary(max_size=40).filter(lambda data: not data.startswith(b"\x1f\x8b\x08"))


@settings(max_examples=150)
@given(data=LINES, more=LINES, block=st.integers(1, 12), packed=st.booleans())
def test_backwards_gives_what_forwards_gives_whatever_the_block(data, more, block, packed):
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, "a.log"), Path(folder, "b.log.gz" if packed else "b.log")]
        files[0].write_bytes(data)
        files[1].write_bytes(gzip.compress(more) if packed else more)
        origins = SourceRegistry()
        forwards = [chunk for chunk in read_all(files, origins) if chunk.lines]
        backwards = list(history_backwards(origins, older=files, block=block))
        assert origins.faults == []
        expected = [line for chunk in forwards for line in chunk.lines]
        assert [line for chunk in reversed(backwards) for line in chunk.lines] == expected
        for chunk in backwards:
            for line, offset in zip(chunk.lines, chunk.offsets, strict=True):
                assert origins.read(LineLocation(chunk.file, offset), len(line)) == line
        origins.close()


def test_a_chunk_is_about_a_block_and_the_one_that_begins_its_file_says_so(tmp_path):
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"".join(b"%05d\n" % number for number in range(1000)))
    chunks = list(history_backwards(SourceRegistry(), older=[path], block=600))
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert all(len(chunk.lines) <= 100 for chunk in chunks)
    assert len(chunks) <= 11
    assert chunks[0].lines[-1] == b"00999"


def test_a_rotated_file_deleted_meanwhile_is_named_and_the_others_are_read(tmp_path):
    here, gone = tmp_path / "b.log", tmp_path / "a.log"
    here.write_bytes(b"1\n2\n")
    origins = SourceRegistry()
    assert [chunk.lines for chunk in history_backwards(origins, older=[here, gone])] == [[b"1", b"2"]]
    assert "a.log" in str(origins.faults[0])


def test_a_damaged_gzip_gives_what_it_has(tmp_path, capture):
    whole = b"".join(line + b"\n" for line in capture[0])
    path = tmp_path / "tetragon-2026-11-23T19-43-29.149.log.gz"
    path.write_bytes(gzip.compress(whole)[:-5000])
    origins = SourceRegistry()
    lines = [line for chunk in reversed(list(history_backwards(origins, older=[path]))) for line in chunk.lines]
    assert len(lines) > 300
    assert lines[:-1] == capture[0][: len(lines) - 1]
    assert "ends too early" in str(origins.faults[0])


def test_a_file_that_was_emptied_meanwhile_gives_no_line_and_no_place(tmp_path):
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"1\n2\n3\n4\n")
    chunks = history_backwards(SourceRegistry(), older=[path], block=4)
    assert next(chunks).lines == [b"3", b"4"]
    path.write_bytes(b"")
    assert [(chunk.lines, chunk.offsets) for chunk in chunks] == [([], [])]
