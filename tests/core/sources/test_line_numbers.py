"""The number of a line in its file, counted when it is asked for."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tetratui.core.sources import LineGone, LineLocation, SourceRegistry


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_is_numbered_by_what_stands_before_it(tmp_path: Path, packed: bool) -> None:
    content = b"".join(b"%d\n" % number for number in range(1000)) + b"torn"
    path = tmp_path / "tetragon.log"
    path.write_bytes(gzip.compress(content) if packed else content)
    origins = SourceRegistry()
    file = origins.add(path, content[:4096])
    assert origins.line_number(LineLocation(file, 0)) == 1
    assert origins.line_number(LineLocation(file, content.index(b"\n500\n") + 1)) == 501
    assert origins.line_number(LineLocation(file, content.index(b"torn"))) == 1001


def test_a_line_of_a_pipe_is_numbered_by_its_spool_and_of_a_lost_file_not_at_all(tmp_path: Path) -> None:
    origins = SourceRegistry()
    file, spool = origins.add_stream("-")
    spool.keep(b"one\ntwo\nthree\n")
    assert origins.line_number(LineLocation(file, 8)) == 3
    lost = origins.add(tmp_path / "gone.log", b"x")
    with pytest.raises(LineGone):
        origins.line_number(LineLocation(lost, 8))
    origins.close()
