"""`tetratui check`: verdict, shape of --json, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tetratui.cli.check import command


def check(tmp_path: Path, text: bytes, *arguments: str) -> tuple[int, dict[str, Any]]:
    denylist = tmp_path / "export-denylist"
    denylist.write_bytes(text)
    result = CliRunner().invoke(command, [str(denylist), "--json", *arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value), json.loads(result.stdout)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", []),
        (b'{"event_set":["PROCESS_EXEC"],"binary_regex":["^/usr/bin/x$"]}', ["INFO", "→"]),
        (b'{"event_set":["PROCESS_EXEC"],"arguments_regex":["/a.sh"]}', ["WARNING", "WARNING", "→", "INFO", "→"]),
        (b'{"pid":[1],"event_set":[1]}{"pid":[2],"event_set":[1]}', ["WARNING", "→", "WARNING", "→"]),
    ],
)
def test_people_are_told_one_fix_once(tmp_path: Path, text: bytes, told: list[str]) -> None:
    (tmp_path / "list").write_bytes(text)
    result = CliRunner().invoke(command, [str(tmp_path / "list")], standalone_mode=False, catch_exceptions=False)
    assert [line.split()[0] for line in result.stdout.splitlines()[:-1]] == told


def test_the_features_of_the_installed_sensor_count_unless_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tetratui.core.tetragon.agent import agent_config as install
    from tetratui.core.workspace import target

    (tmp_path / install.ETC_FOLDER).mkdir(parents=True)
    (tmp_path / install.ETC_FOLDER / "enable-process-cred").write_text("true")
    monkeypatch.setattr(target, "examine", lambda _: install.examine(tmp_path))
    text = b'{"capabilities":{"effective":{"any":["CAP_CHOWN"]}}}'
    assert check(tmp_path, text)[1]["accepted"]
    code, found = check(tmp_path, text, "--enable", "")
    assert (code, found["errors"][0]["field"]) == (1, "capabilities")


def test_a_good_list_is_accepted(tmp_path: Path) -> None:
    code, found = check(
        tmp_path, b'{"event_set":["PROCESS_EXEC"],"binary_regex":["^/usr/bin/nothing$"]}', "--tetragon", "1.5"
    )
    assert (code, found["tetragon"], found["accepted"], found["filters"], found["errors"]) == (0, "1.5.0", True, 1, [])
    assert set(found) == {"tetragon", "accepted", "filters", "errors", "unknown", "lints"}
    assert all(set(one) == {"code", "severity", "entry", "message", "fix"} for one in found["lints"])


@pytest.mark.parametrize(
    ("text", "stage", "line", "entry"),
    [(b'{}\n{"binary_regexp":["x"]}', "parse", 2, 1), (b'{"pid":[1]}\n\n{"binary_regex":["("]}', "build", 3, 1)],
)
def test_a_refused_list_names_the_place(tmp_path: Path, text: bytes, stage: str, line: int, entry: int) -> None:
    code, found = check(tmp_path, text)
    assert (code, found["accepted"], found["filters"]) == (1, False, 0)
    error = found["errors"][0]
    assert (error["stage"], error["line"], error["entry"]) == (stage, line, entry)
    assert {"stage", "line", "column", "entry", "field", "message"} <= set(error)


@pytest.mark.parametrize(("text", "code"), [(b"{}", 1), (b'{"event_set":["PROCESS_EXEC"]}', 0), (b"", 0)])
def test_a_list_that_silences_everything_ends_with_1(tmp_path: Path, text: bytes, code: int) -> None:
    assert check(tmp_path, text)[0] == code


def test_features_that_are_on_are_taken_into_account(tmp_path: Path) -> None:
    text = b'{"event_set":["PROCESS_EXEC"],"pid_set":[7]}'
    assert check(tmp_path, text)[0] == 1
    assert check(tmp_path, text, "--enable", "pid-set-filter")[0] == 0


def test_attack_samples_that_go_dark_end_with_1(tmp_path: Path) -> None:
    code, found = check(tmp_path, b'{"event_set":["PROCESS_EXEC"],"binary_regex":["/curl$"]}', "--attack-samples")
    assert code == 1
    assert all({"technique", "name", "entry"} <= set(one) for one in found["attack_samples"])
    assert (
        check(tmp_path, b'{"event_set":["PROCESS_EXEC"],"binary_regex":["^/no/such$"]}', "--attack-samples")[1][
            "attack_samples"
        ]
        == []
    )


def test_that_no_attack_sample_goes_dark_is_said_where_it_was_looked_for(tmp_path: Path) -> None:
    denylist = tmp_path / "export-denylist"
    denylist.write_bytes(b'{"event_set":["PROCESS_EXEC"],"binary_regex":["^/no/such$"]}')
    asked, silent = (CliRunner().invoke(command, [str(denylist), *more]).stdout for more in (["--attack-samples"], []))
    assert asked.endswith("1 filter; no recorded attack sample hidden\n")
    assert silent.endswith("1 filter\n")
    denylist.write_bytes(b'{"event_set":["NO_SUCH"]}')
    assert "recorded attack sample" not in CliRunner().invoke(command, [str(denylist), "--attack-samples"]).stdout


def test_an_allowlist_is_judged_as_one(tmp_path: Path) -> None:
    assert check(tmp_path, b"{}", "--as", "allowlist")[0] == 0


@pytest.mark.parametrize("arguments", [["--tetragon", "1.2"], ["--tetragon", "x"], ["--enable", "everything"]])
def test_wrong_words_are_a_usage_error(tmp_path: Path, arguments: list[str]) -> None:
    from tetratui.core.errors import UsageError

    with pytest.raises(UsageError):
        check(tmp_path, b"{}", *arguments)


def test_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    from tetratui.core.errors import SourceError

    result = CliRunner().invoke(command, [str(tmp_path / "none")], standalone_mode=False)
    assert isinstance(result.exception, SourceError)


def test_people_read_places_and_remedies(tmp_path: Path) -> None:
    denylist = tmp_path / "d"
    denylist.write_bytes(b'{"binary_regex":"x\\u001b[2J"}\n')
    result = CliRunner().invoke(command, [str(denylist)], standalone_mode=False)
    assert "line 1, column 17" in result.stdout
    assert 'write ["…"]' in result.stdout
    assert "\x1b" not in result.stdout
