from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.sources import LineLocation, SourceRegistry, read_all, read_history

LINES = st.binary(max_size=40).filter(lambda data: not data.startswith(b"\x1f\x8b\x08"))


@settings(max_examples=150)
@given(data=LINES, more=LINES, block=st.integers(1, 12), packed=st.booleans())
def test_reading_backwards_gives_the_lines_of_reading_forwards_for_every_block_size(data, more, block, packed):
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, "a.log"), Path(folder, "b.log.gz" if packed else "b.log")]
        files[0].write_bytes(data)
        files[1].write_bytes(gzip.compress(more) if packed else more)
        registry = SourceRegistry()
        forwards = [chunk for chunk in read_all(files, registry) if chunk.lines]
        backwards = list(read_history(registry, older=files, block=block))
        assert registry.faults == []
        expected = [line for chunk in forwards for line in chunk.lines]
        assert [line for chunk in reversed(backwards) for line in chunk.lines] == expected
        for chunk in backwards:
            for line, offset in zip(chunk.lines, chunk.offsets, strict=True):
                assert registry.read(LineLocation(chunk.file, offset), len(line)) == line
        registry.close()


def test_a_chunk_has_about_a_block_and_the_one_at_the_start_of_the_file_is_marked(tmp_path):
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"".join(b"%05d\n" % number for number in range(1000)))
    chunks = list(read_history(SourceRegistry(), older=[path], block=600))
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert all(len(chunk.lines) <= 100 for chunk in chunks)
    assert len(chunks) <= 11
    assert chunks[0].lines[-1] == b"00999"


def test_a_deleted_rotated_file_is_reported_and_the_others_are_read(tmp_path):
    here, gone = tmp_path / "b.log", tmp_path / "a.log"
    here.write_bytes(b"1\n2\n")
    registry = SourceRegistry()
    assert [chunk.lines for chunk in read_history(registry, older=[here, gone])] == [[b"1", b"2"]]
    assert "a.log" in str(registry.faults[0])


def test_a_damaged_gzip_file_is_read_as_far_as_possible(tmp_path, capture):
    whole = b"".join(line + b"\n" for line in capture[0])
    path = tmp_path / "tetragon-2026-11-23T19-43-29.149.log.gz"
    path.write_bytes(gzip.compress(whole)[:-5000])
    registry = SourceRegistry()
    lines = [line for chunk in reversed(list(read_history(registry, older=[path]))) for line in chunk.lines]
    assert len(lines) > 300
    assert lines[:-1] == capture[0][: len(lines) - 1]
    assert "ends too early" in str(registry.faults[0])


def test_a_file_truncated_during_the_reading_gives_no_line_and_no_offset(tmp_path):
    path = tmp_path / "tetragon.log"
    path.write_bytes(b"1\n2\n3\n4\n")
    chunks = read_history(SourceRegistry(), older=[path], block=4)
    assert next(chunks).lines == [b"3", b"4"]
    path.write_bytes(b"")
    assert [(chunk.lines, chunk.offsets) for chunk in chunks] == [([], [])]
