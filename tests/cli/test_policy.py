"""`tetratui policy`: the shapes of --json and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from tetratui.cli.policy import command
from tetratui.core.errors import SourceError, UsageError

DATA = Path(__file__).parents[1] / "data" / "policies"
KERNEL = ("--kernel-config", str(DATA / "debian-6.1.config"))


def policy(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, list(arguments), standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value), result.stdout, result.stderr


def policy_json(*arguments: str) -> tuple[int, dict[str, Any]]:
    code, stdout, _ = policy(*arguments, "--json")
    return code, json.loads(stdout)


def data(name: str) -> str:
    return str(DATA / name)


def test_check_of_a_policy_that_loads() -> None:
    code, document = policy_json("check", data("kill-exec-bprm.yaml"), *KERNEL)
    assert code == 0
    assert document["loads"] is True
    assert document["errors"] == []
    assert document["hooks"][0]["call"] == "security_bprm_check"
    assert "kills" in document["hooks"][0]["blocks"]


def test_check_of_a_policy_that_does_not_load() -> None:
    code, document = policy_json("check", data("override-tcp-connect.yaml"), *KERNEL)
    assert code == 1
    assert [(error["stage"], error["line"]) for error in document["errors"]] == [("load", 18)]


def test_check_of_several_files_together(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_bytes((DATA / "monitor-mode.yaml").read_bytes())
    code, document = policy_json("check", data("monitor-mode.yaml"), str(copy), *KERNEL)
    assert code == 1
    assert ("same-name", str(copy)) in [(lint["code"], lint["file"]) for lint in document["lints"]]


def test_option_of_the_agent_decides() -> None:
    assert policy_json("check", data("kill-parent-binary.yaml"), *KERNEL)[0] == 1
    assert policy_json("check", data("kill-parent-binary.yaml"), "--enable", "parents-map", *KERNEL)[0] == 0
    with pytest.raises(UsageError, match="parent-map"):
        policy_json("check", data("kill-parent-binary.yaml"), "--enable", "parent-map")


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nothing\.yaml"):
        policy("check", str(tmp_path / "nothing.yaml"))


def test_impact_names_rows_and_counts() -> None:
    code, document = policy_json("impact", data("monitor-mode.yaml"), data("monitor-mode.jsonl"), "--rows", *KERNEL)
    assert code == 0
    (hook,) = document["hooks"]
    assert (hook["matched"], hook["reported"], hook["blocked"], hook["unknown"]) == (4, 4, 0, 0)
    assert len(document["rows"]) == 4


def test_impact_does_not_say_zero_of_what_was_not_looked_at() -> None:
    _, document = policy_json("impact", data("override-file-open.yaml"), data("kill-tcp-connect.jsonl"), *KERNEL)
    assert document["hooks"][0]["matched"] is None
    assert "leaves no trace" in document["hooks"][0]["caution"]
    assert "unknown" in policy("impact", data("override-file-open.yaml"), data("kill-tcp-connect.jsonl"), *KERNEL)[1]


def test_quiet_writes_a_policy_and_says_what_changed(tmp_path: Path) -> None:
    plain = tmp_path / "plain.yaml"
    text = (DATA / "kill-tcp-connect.yaml").read_text().partition("      matchActions:")[0]
    plain.write_text(text)
    out = tmp_path / "quieter.yaml"
    code, _, stderr = policy(
        "quiet", str(plain), data("kill-tcp-connect.jsonl"), "--where", "bin:nc", "--out", str(out), *KERNEL
    )
    assert code == 0
    assert "leaves out calls" in stderr
    assert yaml.safe_load(out.read_text()) != yaml.safe_load(text)


def test_quiet_refuses_what_is_blocked(tmp_path: Path) -> None:
    out = tmp_path / "quieter.yaml"
    code, document = policy_json(
        "quiet", data("kill-tcp-connect.yaml"), data("kill-tcp-connect.jsonl"), "--where", "bin:nc", "--out", str(out)
    )
    assert code == 1
    assert "blocks" in document["refused"][0]["reason"]
    assert not out.exists()


def test_block_is_written_in_monitor_mode(tmp_path: Path) -> None:
    out = tmp_path / "block.yaml"
    code, document = policy_json(
        "block", data("monitor-mode.jsonl"), "--where", "kind=kprobe", "--out", str(out), *KERNEL
    )
    assert code == 0
    assert document["mode"] == "monitor"
    assert document["targets"] == ["/tmp/elab/target"]
    assert document["impact"]["blocked"] == 4
    assert policy_json("check", str(out), *KERNEL)[0] == 0


def test_block_refuses_a_shell_for_everybody(tmp_path: Path) -> None:
    out = tmp_path / "block.yaml"
    query = ("block", data("monitor-mode.jsonl"), "--where", "bin=/usr/bin/dash kind=exec", "--by", "executable")
    code, document = policy_json(*query, "--out", str(out), *KERNEL)
    assert code == 1
    assert "shell or interpreter" in document["refused"][0]["reason"]
    assert document["policy"] is None
    assert not out.exists()
    assert policy_json(*query, "--allow", "/usr/bin/dash", *KERNEL)[0] == 0


def test_block_enforces_only_with_a_reason() -> None:
    query = ("block", data("monitor-mode.jsonl"), "--where", "kind=kprobe", "--enforce")
    code, document = policy_json(*query, *KERNEL)
    assert code == 1
    assert "needs a reason" in document["refused"][0]["reason"]
    code, document = policy_json(*query, "--reason", "this was the attacker's tool", *KERNEL)
    assert code == 0
    assert document["mode"] == "enforce"


def test_network_policy_leaves_out_what_is_named(tmp_path: Path) -> None:
    out = tmp_path / "network.yaml"
    result = CliRunner().invoke(
        command, ["network", "--quiet", "192.0.2.0/24", "--quiet-port", "53", "--out", str(out)], standalone_mode=False
    )
    assert result.exception is None
    assert "192.0.2.0/24" in out.read_text()
    assert policy_json("check", str(out))[0] == 0
