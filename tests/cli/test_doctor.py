"""`tetratui doctor`: the Tetragon under a root, and what is wrong with its options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tetratui.cli.doctor import command
from tetratui.core.errors import SourceError

ETC = "etc/tetragon/tetragon.conf.d"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("usr/local/lib/tetragon/tetragon.conf.d", ETC):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "export-filename").write_text("/var/log/tetragon/tetragon.log\n")
    return tmp_path


def test_the_origin_of_each_option_is_named_with_those_it_overrides(root: Path) -> None:
    result = CliRunner().invoke(command, ["--root", str(root), "--json"], standalone_mode=False)
    document = json.loads(result.stdout)
    option = document["options"]["export-filename"]
    assert document["export_file"] == option["value"] == "/var/log/tetragon/tetragon.log"
    assert option["from"].endswith(f"{ETC}/export-filename")
    assert [lower["from"].split("/tetragon.conf.d")[0].rsplit("/", 3)[1] for lower in option["overrides"]] == ["local"]
    assert (document["version_from"], result.return_value) == ("assumed", 0)


def test_a_refused_denylist_is_explained_and_gives_exit_code_1(root: Path) -> None:
    (root / ETC / "export-denylist").write_text('{"namespace_regex":["x"]}')
    newest = CliRunner().invoke(command, ["--root", str(root)], standalone_mode=False)
    older = CliRunner().invoke(command, ["--root", str(root), "--tetragon", "1.6"], standalone_mode=False)
    assert newest.return_value == 0
    assert older.return_value == 1
    assert "list-refused" in older.stdout
    assert "1.6.0 does not know 'namespace_regex'" in older.stdout


def test_a_refusal_names_the_line_of_the_file(root: Path) -> None:
    (root / ETC / "export-denylist").write_text('\n\n{"pid":[1]}\n{"pid":[x]}\n')
    result = CliRunner().invoke(command, ["--root", str(root)], standalone_mode=False)
    assert "line 4, column 9: found 'x', expected a value" in result.stdout


def test_a_root_that_is_not_a_folder_is_a_source_error(root: Path) -> None:
    with pytest.raises(SourceError, match="not a folder"):
        CliRunner().invoke(command, ["--root", str(root / "nowhere")], standalone_mode=False, catch_exceptions=False)


def test_findings_that_are_only_worth_knowing_are_summed_up(root: Path) -> None:
    for name in ("one.bak", "two.bak", "three.bak"):
        (root / ETC / name).write_text("x")
    result = CliRunner().invoke(command, ["--root", str(root)], standalone_mode=False)
    assert result.stdout.count("INFO     left-over") == 1
    assert "and 2 more of this code (--json lists them)" in result.stdout
