"""`tetratui themes`: what was found, and what was skipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tetratui.cli.verbs import run


def test_themes_lists_shipped_ones_and_names_a_bad_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.toml").write_text("[colors]\nprimry = '#fff'")
    monkeypatch.setattr("tetratui.ui.theme.theme_file.user_themes", lambda: tmp_path)
    assert not run(["themes"])
    shown = capsys.readouterr()
    assert all(name in shown.out for name in ("tetra-dark", "tetra-light", "high-contrast", "ansi"))
    assert "bad.toml" in shown.err
    assert "'primary'" in shown.err


def test_themes_json(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    run(["themes", "--json"])
    shown = json.loads(capsysbinary.readouterr().out)
    assert {"name", "says", "path"} == set(shown["themes"][0])
    assert shown["failed"] == []
