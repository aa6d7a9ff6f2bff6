"""`tetratui config`: the effective values, their origins, and valid TOML."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tetratui.cli.verbs import run
from tetratui.core.errors import UsageError


@pytest.fixture(autouse=True)
def _config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TETRATUI_CONFIG_FILE", str(tmp_path / "config.toml"))
    (tmp_path / "config.toml").write_text('[keys]\npreset = "vim"\n[keys.map]\n"a b" = "say \\"\\\\\\""\n')


def test_config_names_the_origin_of_each_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TETRATUI_MEMORY__BUDGET_MIB", "64")
    assert not run(["config"])
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith('preset = "vim"') and f"file {tmp_path}" in line for line in lines)
    assert any(line.startswith("budget_mib = 64") and "TETRATUI_MEMORY__BUDGET_MIB" in line for line in lines)
    assert any(line.startswith('theme = "tetra-dark"') and line.endswith("# default") for line in lines)


@pytest.mark.parametrize("option", [[], ["--docs"]])
def test_config_prints_toml(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run(["config", *option])
    values = tomllib.loads(capsys.readouterr().out)
    assert values["keys"]["map"] == ({} if option else {"a b": 'say "\\"'})


def test_config_json_has_every_key(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    run(["config", "--json"])
    shown = {item["key"]: item for item in json.loads(capsysbinary.readouterr().out)["settings"]}
    assert shown["keys.preset"]["value"] == "vim"
    assert shown["wazuh.rules"] == {
        "key": "wazuh.rules",
        "value": None,
        "origin": "default",
        "variable": "TETRATUI_WAZUH__RULES",
    }


def test_config_with_an_unknown_key_is_an_error_of_usage(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("thme = 'x'")
    with pytest.raises(UsageError, match="toml: thme: unknown key: did you mean 'theme'"):
        run(["config"])


def test_the_configuration_page_lists_every_key_with_its_type_and_text() -> None:
    page = (Path(__file__).parents[2] / "docs/configuration.md").read_text()
    from tetratui.core.config import document_keys

    for item in document_keys():
        assert f"| `{item.key}` | {item.kind} |" in page
        assert f"| {item.text} |" in page, item.key
