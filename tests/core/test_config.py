"""The configuration is typed, strict about keys, and says where each value comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tetratui.core.config import Config, ConfigError, document_keys, load


def write_config(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_config_is_the_defaults_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load(environment={}) == Config()
    assert not list(tmp_path.iterdir()), "reading must create nothing"


def test_config_reads_every_section_of_the_file(tmp_path: Path) -> None:
    path = write_config(
        tmp_path,
        'theme = "tetra-light"\nsidecar = "/tmp/s.json"\n[keys]\npreset = "vim"\n[keys.map]\nfollow = "F"\n'
        '[memory]\nbudget_mib = 64\n[terminal]\nlow_bandwidth = true\n[time]\nzone = "utc"\n'
        '[tetragon]\nversion = "1.6.0"\n[wazuh]\nmode = "overlay"\nrules = "/rules"\n',
    )
    config = load(path, {})
    assert (config.theme, config.sidecar, config.keys.preset) == ("tetra-light", Path("/tmp/s.json"), "vim")
    assert (dict(config.keys.map), config.memory.budget_mib) == ({"follow": "F"}, 64)
    assert (config.terminal.low_bandwidth, config.time.zone, config.tetragon.version) == (True, "utc", "1.6.0")
    assert (config.wazuh.mode, config.wazuh.rules) == ("overlay", Path("/rules"))


def test_environment_overrides_file_overrides_default_and_each_is_named(tmp_path: Path) -> None:
    path = write_config(tmp_path, "[memory]\nbudget_mib = 64\n[terminal]\nbytes_per_second = 9000\n")
    config = load(path, {"TETRATUI_MEMORY__BUDGET_MIB": "128", "TETRATUI_KEYS__MAP": '{follow = "F"}'})
    settings = {setting.key: (setting.value, setting.origin) for setting in config.settings()}
    assert settings["memory.budget_mib"] == (128, "environment TETRATUI_MEMORY__BUDGET_MIB")
    assert settings["terminal.bytes_per_second"] == (9000, f"file {path}")
    assert settings["theme"] == ("tetra-dark", "default")
    assert config.keys.map["follow"] == "F"


@pytest.mark.parametrize("text", ["true", "1"])
def test_environment_takes_booleans_as_words(text: str, tmp_path: Path) -> None:
    assert load(write_config(tmp_path, ""), {"TETRATUI_TERMINAL__LOW_BANDWIDTH": text}).terminal.low_bandwidth


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ('\nthme = "x"', "thme", "'theme'"),
        ("[memory]\n# comment\nbudget_mb = 64", "memory.budget_mb", "'memory.budget_mib'"),
        ("memory.budget = 64", "memory.budget", "'memory.budget_mib'"),
        ("[memory]\nbudget_mib = 3", "memory.budget_mib", ">= 16"),
        ('[memory]\nbudget_mib = "64"', "memory.budget_mib", "whole number"),
        ('[keys]\npreset = "emacs"', "keys.preset", '"lnav"'),
        ("memory = 3", "memory", "[memory]"),
        ("[keys.map]\nfollow = 3", "keys.map", "a table of strings"),
        ('[wazuh]\nrules = ""', "wazuh.rules", "a path"),
        ('[tetragon]\nversion = "latest"', "tetragon.version", "tetragon.version"),
        ("theme = \n[keys]", "not TOML", "line 1"),
    ],
)
def test_config_names_file_key_and_remedy(text: str, key: str, expected: str, tmp_path: Path) -> None:
    path = write_config(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert str(path) in str(caught.value)
    assert f"{path}: {key}: " in str(caught.value)
    assert expected in str(caught.value)


def test_environment_with_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"TETRATUI_MEMORY__BUDGET_MB.*'TETRATUI_MEMORY__BUDGET_MIB'"):
        load(write_config(tmp_path, ""), {"TETRATUI_MEMORY__BUDGET_MB": "64"})


def test_environment_with_a_bad_value_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TETRATUI_MEMORY__BUDGET_MIB"):
        load(write_config(tmp_path, ""), {"TETRATUI_MEMORY__BUDGET_MIB": "much"})


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml"):
        load(environment={"TETRATUI_CONFIG_FILE": str(tmp_path / "absent.toml")})


def test_every_key_is_documented() -> None:
    assert [item.key for item in document_keys()] == [setting.key for setting in Config().settings()]
    assert all(len(item.text) > 10 for item in document_keys())
