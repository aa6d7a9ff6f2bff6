"""Rotated files are recognised by their names."""

from __future__ import annotations

import pytest

from tetratui.core.sources.rotation import list_rotated


@pytest.mark.parametrize("name", ["tetragon.log", "tetragon.out", "events", "a+b.json"])
def test_rotated_files_of_any_name_are_found_and_those_of_others_are_not(tmp_path, name):
    live = tmp_path / name
    names = [f"{live.stem}-2026-11-23T19-43-{second}.149{live.suffix}" for second in (29, 42)]
    for other in [name, names[1], names[0] + ".gz", "other-2026-11-23T19-43-29.149.log", "aab.json"]:
        (tmp_path / other).touch()
    assert [path.name for path in list_rotated(live)] == [names[0] + ".gz", names[1]]
