"""The number of a line is counted in its file, or in the spool of a pipe."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tetratui.core.sources import LineGone, LineLocation, SourceRegistry


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_is_numbered_by_the_lines_before_it(tmp_path: Path, packed: bool) -> None:
    content = b"".join(b"%d\n" % number for number in range(1000)) + b"torn"
    path = tmp_path / "tetragon.log"
    path.write_bytes(gzip.compress(content) if packed else content)
    registry = SourceRegistry()
    file = registry.add(path, content[:4096])
    assert registry.line_number(LineLocation(file, 0)) == 1
    assert registry.line_number(LineLocation(file, content.index(b"\n500\n") + 1)) == 501
    assert registry.line_number(LineLocation(file, content.index(b"torn"))) == 1001


def test_a_line_of_a_pipe_is_numbered_in_its_spool_and_one_of_a_deleted_file_is_gone(tmp_path: Path) -> None:
    registry = SourceRegistry()
    file, spool = registry.add_stream("-")
    spool.add(b"one\ntwo\nthree\n")
    assert registry.line_number(LineLocation(file, 8)) == 3
    deleted = registry.add(tmp_path / "gone.log", b"x")
    with pytest.raises(LineGone):
        registry.line_number(LineLocation(deleted, 8))
    registry.close()
