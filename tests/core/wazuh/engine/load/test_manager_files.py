"""Decoders, stock rules and lists are found where a manager keeps them, or in the given folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tetratui.core.errors import SourceError
from tetratui.core.wazuh.engine.load import manager_files
from tetratui.core.wazuh.engine.load.decoder_names import BUILT_IN, DECODERS, names_in
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

ROOTS = """<group name="syslog,"><rule id="1" level="0" noalert="1"><category>syslog</category>
<description>d</description></rule></group>"""
SSHD = """<group name="syslog,sshd,"><rule id="5700" level="0" noalert="1"><decoded_as>sshd</decoded_as>
<description>d</description></rule>
<rule id="5710" level="5"><if_sid>5700</if_sid><match>illegal user</match><description>d</description></rule></group>"""
DECODER = '<decoder name="{}"><prematch>x</prematch></decoder>'


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def write_rule(folder: Path, body: str, attributes: str = 'id="700000" level="3"') -> Path:
    text = f'<group name="own,"><rule {attributes}>{body}<description>d</description></rule></group>'
    return write(folder / "local_rules.xml", text)


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manager's folders, which are also those of this machine."""
    home = tmp_path / "ossec"
    write(home / "ruleset" / "rules" / "0010-rules_config.xml", ROOTS)
    write(home / "ruleset" / "rules" / "0095-sshd_rules.xml", SSHD)
    write(home / "ruleset" / "decoders" / "0310-ssh_decoders.xml", DECODER.format("only-here"))
    write(home / "etc" / "decoders" / "local_decoder.xml", DECODER.format("standalone"))
    monkeypatch.setattr(manager_files, "MANAGER", home)
    return home


@pytest.fixture
def far_folder(tmp_path: Path) -> Path:
    return tmp_path / "far" / "away" / "rules"


def test_without_a_managers_decoders_an_unknown_name_is_a_caution(far_folder: Path) -> None:
    path = write_rule(far_folder, "<decoded_as>tetragon</decoded_as>")
    ruleset = Ruleset.load([path])
    assert (ruleset.loads, ruleset.errors) == (True, [])
    assert "decoder 'tetragon' (1 rule, the first is 700000)" in ruleset.cautions[0]
    assert ruleset.unknown == [(700000, "<decoded_as>tetragon</decoded_as> is not emulated")]
    verdict = ruleset.session().match(b'{"a":1}')
    assert (verdict.rule, verdict.unknown) == (None, (700000,))


@pytest.mark.parametrize("name", ["only-here", "standalone"])
def test_this_machines_manager_names_its_decoders(manager: Path, far_folder: Path, name: str) -> None:
    ruleset = Ruleset.load([write_rule(far_folder, f"<decoded_as>{name}</decoded_as>")])
    assert (ruleset.loads, ruleset.cautions, ruleset.unknown) == (True, (), [])


def test_with_a_managers_decoders_an_unknown_name_is_refused(manager: Path, far_folder: Path) -> None:
    ruleset = Ruleset.load([write_rule(far_folder, "<decoded_as>nope</decoded_as>")])
    assert ruleset.errors[0] == "ERROR: Invalid decoder name: 'nope'."


def test_given_decoders_replace_the_others(manager: Path, far_folder: Path, tmp_path: Path) -> None:
    named = write(tmp_path / "d" / "a.xml", DECODER.format("named")).parent
    assert Ruleset.load([write_rule(far_folder, "<decoded_as>named</decoded_as>")], decoders=[named]).loads
    assert not Ruleset.load([write_rule(far_folder, "<decoded_as>own</decoded_as>")], decoders=[named]).loads


def test_a_given_folder_without_decoders_is_an_error(far_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="holds no decoder file"):
        Ruleset.load([write_rule(far_folder, "")], decoders=[tmp_path / "empty"])


@pytest.mark.parametrize("folder", [".", "ruleset", "ruleset/rules"])
def test_an_overwrite_of_a_stock_parent_is_seen_with_the_stock(manager: Path, far_folder: Path, folder: str) -> None:
    path = write_rule(far_folder, "<if_sid>5701</if_sid>", 'id="5710" level="9" overwrite="yes"')
    ruleset = Ruleset.load([path], stock=manager / folder)
    assert ruleset.warnings == [
        "WARNING: (7605): It is not possible to overwrite 'if_sid' value in rule '5710'. "
        "The original value is retained."
    ]
    assert [(rule.id, rule.level) for rule in ruleset.rules] == [(5710, 9)]
    assert ruleset.unknown == []


def test_the_same_parent_is_no_change(manager: Path, far_folder: Path) -> None:
    ruleset = Ruleset.load([write_rule(far_folder, "<if_sid>5700</if_sid>", 'id="5710" level="9" overwrite="yes"')])
    assert (ruleset.warnings, ruleset.unknown) == ([], [])


def test_parents_and_groups_of_the_stock_are_known(manager: Path, far_folder: Path) -> None:
    for body in ("<if_sid>5710</if_sid>", "<if_group>sshd</if_group>", "<if_level>5</if_level>"):
        ruleset = Ruleset.load([write_rule(far_folder, body)])
        assert (ruleset.loads, ruleset.warnings, ruleset.unknown) == (True, [], [])
    missing = Ruleset.load([write_rule(far_folder, "<if_sid>5799</if_sid>")])
    assert [text[:15] for text in missing.warnings] == ["WARNING: (7617)", "WARNING: (7619)"]


def test_messages_about_the_stock_are_dropped_unless_they_stop_the_manager(manager: Path, far_folder: Path) -> None:
    stock = manager / "ruleset" / "rules" / "0099-x_rules.xml"
    write(stock, SSHD.replace("5700", "5800").replace("5710", "5700"))
    assert Ruleset.load([write_rule(far_folder, "")]).warnings == []
    write(stock, "<group")
    assert not Ruleset.load([write_rule(far_folder, "")]).loads


def test_stock_rules_are_judged_if_they_are_given(manager: Path) -> None:
    ruleset = Ruleset.load([manager / "ruleset" / "rules"])
    assert (ruleset.loads, ruleset.cautions, ruleset.stock) == (True, (), frozenset())
    assert {rule.id for rule in ruleset.rules} == {1, 5700, 5710}


def test_a_given_folder_without_stock_rules_is_an_error(far_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no stock rules"):
        Ruleset.load([write_rule(far_folder, "")], stock=tmp_path)


def test_decoder_names_are_read_as_the_manager_reads_them() -> None:
    text = b"<decoder name='a b'><prematch>x</prematch></decoder><!-- <decoder name=\"c\"></decoder> -->"
    assert names_in([text]) == {"a b"}
    assert names_in([b'<decoder name="cut"><prematch>']) == {"cut"}


def test_stock_and_built_in_decoder_names_are_known() -> None:
    assert len(DECODERS - BUILT_IN) >= 630
    assert {"json", "sshd", "hostinfo_new", "hostinfo_modified", "ciscat", "syscheck_registry_key_added"} <= DECODERS


def test_a_list_name_of_any_length_is_no_file(far_folder: Path) -> None:
    body = f'<list field="a" lookup="match_key">{"x" * 2000}</list>'
    assert "(7616)" in Ruleset.load([write_rule(far_folder, body)]).warnings[0]
