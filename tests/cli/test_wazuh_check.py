"""`tetratui wazuh check`: the JSON document, the printed text, the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tetratui.cli.output import ExitCode
from tetratui.cli.verbs import run
from tetratui.core.errors import SourceError


def write_rules(folder: Path, body: str, name: str = "r.xml") -> str:
    path = folder / name
    folder.mkdir(exist_ok=True)
    path.write_text(
        f'<group name="tetragon,">\n<rule id="700000" level="3">\n<decoded_as>json</decoded_as>{body}'
        "<description>d</description></rule></group>\n"
    )
    return str(path)


def check(capsysbinary: pytest.CaptureFixture[bytes], *paths: str) -> tuple[int, dict[str, object]]:
    code = run(["wazuh", "check", "--json", *paths])
    return int(code or 0), json.loads(capsysbinary.readouterr().out)


def test_a_sound_file_loads(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code, document = check(capsysbinary, write_rules(tmp_path, '<field name="a">x</field>'))
    assert code == ExitCode.DONE
    assert (document["loads"], document["errors"], document["warnings"]) == (True, [], [])
    assert document["api_refuses"] is None


def test_a_bad_escape_stops_the_manager(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code, document = check(capsysbinary, write_rules(tmp_path, '<field name="a">\\/bin</field>'))
    assert code == ExitCode.REFUSED
    assert document["loads"] is False
    assert document["errors"] == [
        "ERROR: (5107): Syntax error on tag 'a' in rule 700000",
        "CRITICAL: (1220): Error loading the rules: 'etc/rules/r.xml'.",
    ]


def test_a_warning_leaves_the_exit_code_alone(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code, document = check(capsysbinary, write_rules(tmp_path, "<if_sid>799999</if_sid>"))
    assert code == ExitCode.DONE
    assert [str(text)[:15] for text in document["warnings"]] == ["WARNING: (7617)", "WARNING: (7619)"]  # type: ignore[attr-defined]


def test_an_overlong_match_loads_and_gives_exit_code_1(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, document = check(capsysbinary, write_rules(tmp_path, f"<match>{'x' * 2048}</match>"))
    assert code == ExitCode.REFUSED
    assert document["loads"] is True
    assert document["dangers"] == [
        "r.xml:3 rule 700000: a text of 2048 bytes or more was dropped: the rule matches without it"
    ]


def test_a_refusal_of_the_api_leaves_the_exit_code_alone(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, document = check(capsysbinary, write_rules(tmp_path, "<match>a&b</match>"))
    assert (code, document["loads"]) == (ExitCode.DONE, True)
    assert str(document["api_refuses"]).startswith("r.xml: 1113 XML syntax error")


@pytest.mark.parametrize(
    "body",
    [
        *[f"<{tag}>{'x' * 2048}</{tag}>" for tag in ("match", "url", "regex", "group")],
        "<mitre><name>x</name></mitre>",
        '<info type="other">x</info>',
    ],
)
def test_an_error_with_which_the_manager_starts_is_a_warning_and_refused_by_the_api(
    body: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    write_rules(tmp_path, "", "sound.xml")
    write_rules(tmp_path, body, "zz.xml")
    (tmp_path / "zz.xml").write_text((tmp_path / "zz.xml").read_text().replace("700000", "700001"))
    _, document = check(capsysbinary, str(tmp_path))
    assert (document["loads"], document["errors"]) == (True, [])
    assert [str(text)[:7] for text in document["warnings"]] == ["ERROR: "]  # type: ignore[attr-defined]
    assert str(document["api_refuses"]).startswith("zz.xml: 1113 XML syntax error")


def test_a_file_that_does_not_load_is_refused_by_the_api(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    _, document = check(capsysbinary, write_rules(tmp_path, '<field name="a">\\/bin</field>'))
    assert "(5107)" in str(document["api_refuses"])


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write_rules(tmp_path, "", "b.xml")
    write_rules(tmp_path, "<nope/>", "a.xml")
    _, document = check(capsysbinary, str(tmp_path))
    assert document["errors"] == [
        "ERROR: Invalid option 'nope' for rule '700000'.",
        "CRITICAL: (1220): Error loading the rules: 'etc/rules/a.xml'.",
    ]


def test_messages_are_printed_with_location_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["wazuh", "check", write_rules(tmp_path, "<if_sid>x\x1b[31m</if_sid>")]) == ExitCode.DONE
    out = capsys.readouterr().out
    assert "WARNING  r.xml:3 rule 700000: (7618): Invalid 'if_sid' value: 'x\\x1b[31m'." in out
    assert "→ write only digits, commas and spaces" in out
    assert "\x1b" not in out


def test_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        run(["wazuh", "check", str(tmp_path / "nope.xml")])


def test_a_name_that_the_api_does_not_take_is_listed_separately(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, document = check(capsysbinary, write_rules(tmp_path, "", "my rules.xml"))
    assert (code, document["api_names"], document["api_refuses"]) == (ExitCode.DONE, ["my rules.xml"], None)


def test_messages_of_one_cause_are_one_group(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bodies = "".join(
        f'<rule id="{rule}" level="3"><if_sid>{rule + 50_000}</if_sid><description>d</description></rule>'
        for rule in range(700_000, 700_012)
    )
    (tmp_path / "r.xml").write_text(f'<group name="g,">{bodies}</group>')
    assert run(["wazuh", "check", str(tmp_path / "r.xml")]) == ExitCode.DONE
    out = capsys.readouterr().out
    assert out.count("(7617)") == out.count("(7619)") == 1
    assert "and 11 more like it: 700001, 700002" in out


def test_a_decoder_that_the_manager_may_define_is_a_caution(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = write_rules(tmp_path / "a", "<field name='b'>x</field>")
    text = Path(path).read_text().replace(">json<", ">ours<")
    Path(path).write_text(text)
    code, document = check(capsysbinary, path)
    assert (code, document["loads"], document["errors"]) == (ExitCode.DONE, True, [])
    assert "decoder 'ours'" in str(document["cautions"])
    (tmp_path / "d.xml").write_text('<decoder name="theirs"><prematch>x</prematch></decoder>')
    code, document = check(capsysbinary, path, "--decoders", str(tmp_path / "d.xml"))
    assert (code, document["loads"]) == (ExitCode.REFUSED, False)


def test_rules_that_never_fire_are_named(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    path = str(Path(__file__).parents[1] / "data" / "wazuh" / "dead-rules.xml")
    code, document = check(capsysbinary, path)
    assert code == ExitCode.DONE
    assert [rule["rule"] for rule in document["never_fires"]] == [100300, 100301, 100302, 100304, 100305]  # type: ignore[attr-defined]
    assert run(["wazuh", "check", path]) == ExitCode.DONE
    assert b"NEVER    rule 100300: never fires: process_exec.process.parent.binary" in capsysbinary.readouterr().out
