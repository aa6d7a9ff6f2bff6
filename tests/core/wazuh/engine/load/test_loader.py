"""Loading rule files: order, parents, messages, and rules that are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.wazuh.engine.load.ruleset import Ruleset


def rule(identity: int, body: str = "<decoded_as>json</decoded_as>", attributes: str = 'level="3"') -> str:
    return f'<rule id="{identity}" {attributes}>{body}<description>d</description></rule>'


def group(*rules: str, name: str = "tetragon,") -> bytes:
    return f'<group name="{name}">{"".join(rules)}</group>'.encode()


def load(*rules: str, **options: bool) -> Ruleset:
    return Ruleset.of({"r.xml": group(*rules)}, **options)  # type: ignore[arg-type]


def winner(ruleset: Ruleset, line: bytes = b'{"a":"1"}') -> int | None:
    return ruleset.session().match(line).rule


@pytest.mark.parametrize("name", ["000.xml", "0009-x.xml", "0010-a.xml"])
def test_rules_in_a_file_before_the_stock_roots_never_fire(name: str) -> None:
    ruleset = Ruleset.of({name: group(rule(700000))})
    assert ruleset.loads
    assert ruleset.warnings == [
        "WARNING: (7611): Category was not found. Invalid 'category'. Rule '700000' will be ignored."
    ]
    assert winner(ruleset) is None


def test_files_are_read_in_the_order_of_their_names() -> None:
    child, parent = group(rule(700001, "<if_sid>700000</if_sid>")), group(rule(700000))
    assert winner(Ruleset.of({"b.xml": child, "a.xml": parent})) == 700001
    assert winner(Ruleset.of({"a.xml": child, "b.xml": parent})) == 700000


def test_two_files_of_one_name_are_both_read() -> None:
    assert Ruleset.of([("r.xml", group(rule(700000))), ("r.xml", group(rule(700001)))]).ids() == {700000, 700001}


def test_a_broken_file_stops_the_manager_and_others_are_still_checked() -> None:
    ruleset = Ruleset.of({"a.xml": b"<group", "b.xml": group(rule(700000, "<nope/>"))})
    assert not ruleset.loads
    assert [notice.file for notice in ruleset.notices if notice.level == "CRITICAL"] == ["a.xml", "b.xml"]
    assert "ERROR: Invalid option 'nope' for rule '700000'." in ruleset.errors


def test_every_message_has_a_location_and_a_remedy() -> None:
    ruleset = Ruleset.of({"x.xml": group("\n", rule(700000, "\n<match type='regexp'>x</match>"))})
    (notice,) = ruleset.notices
    assert (notice.file, notice.line, notice.rule) == ("x.xml", 3, 700000)
    assert notice.message == "WARNING: (7600): Invalid value 'regexp' for attribute 'type' in rule 700000."
    assert "pcre2" in notice.remedy


def test_an_id_of_the_stock_ruleset_is_taken_only_beside_it() -> None:
    assert load(rule(5716)).ids() == {5716}
    beside = load(rule(5716), beside_stock=True)
    assert beside.ids() == frozenset()
    assert "7612" in beside.warnings[0]


def test_a_rule_under_stock_rules_is_unknown_not_guessed() -> None:
    ruleset = load(rule(700000, "<if_sid>5716</if_sid>"), rule(700001, "<if_group>sshd</if_group>"))
    assert ruleset.warnings == []
    assert [identity for identity, _ in ruleset.unknown] == [700000, 700001]


def test_a_list_of_parents_that_ends_in_a_comma_places_the_rule_at_the_top_too() -> None:
    never = '<field name="zz">x</field>'
    ruleset = load(rule(700000, never), rule(700001, "<if_sid>700000,</if_sid>"))
    assert winner(ruleset) == 700001


def test_if_group_finds_any_part_of_a_group_in_any_case() -> None:
    for wanted, expected in (
        ("ETRA", 700001),
        ("^tetra", 700001),
        ("^etra", 700000),
        ("x|gon,", 700001),
        ("x|", 700001),
        ("|x", 700000),
        ("x||y", 700000),
    ):
        assert winner(load(rule(700000), rule(700001, f"<if_group>{wanted}</if_group>"))) == expected


def test_a_tree_that_doubles_with_each_rule_is_refused_not_built() -> None:
    rules = [rule(700000 + number, "<if_group>tetragon</if_group>" * (number > 0)) for number in range(30)]
    with pytest.raises(RefusedError, match="places of the rule tree"):
        load(*rules)


def test_overwriting_replaces_the_body_and_keeps_the_position() -> None:
    ruleset = load(
        rule(700000, attributes='level="5"'),
        rule(700001, attributes='level="10"'),
        rule(700000, '<field name="a">1</field>', 'level="0" overwrite="yes"'),
    )
    verdict = ruleset.session().match(b'{"a":"1"}')
    assert (verdict.rule, verdict.level) == (700001, 10)
    assert [notice.level for notice in ruleset.notices] == []


def test_overwriting_cannot_move_a_rule() -> None:
    ruleset = load(rule(700000), rule(700001), rule(700001, "<if_sid>700000</if_sid>", 'level="3" overwrite="yes"'))
    assert "(7605): It is not possible to overwrite 'if_sid' value" in ruleset.warnings[0]


def test_accuracy_0_puts_a_rule_last() -> None:
    assert (
        winner(load(rule(700000, attributes='level="9" accuracy="0"'), rule(700001, attributes='level="1"'))) == 700001
    )


def test_an_overlong_match_is_dropped_and_reported_as_a_danger() -> None:
    ruleset = load(rule(700000, f"<match>{'x' * 2048}</match>", 'level="0"'))
    assert ruleset.loads
    assert ruleset.errors == []
    assert ruleset.warnings[0].startswith("ERROR: (1104): Maximum string size reached for: xxx")
    assert [danger.rule for danger in ruleset.dangers] == [700000]
    assert winner(ruleset) == 700000


def test_an_overlong_field_name_is_a_danger_and_unknown() -> None:
    ruleset = load(rule(700000, f'<field name="{"a" * 2048}">x</field>'))
    assert ruleset.loads
    assert "crashes" in ruleset.dangers[0].text
    assert ruleset.unknown


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<if_level>x</if_level>", "(7609): Invalid 'if_level' value: 'x'. Rule '700000' will be ignored."),
        (
            "<if_matched_sid>x</if_matched_sid>",
            "(7615): Invalid 'if_matched_sid' value: 'x'. Rule '700000' will be ignored.",
        ),
        (
            "<if_matched_sid>799999</if_matched_sid>",
            "(7620): Signature ID '799999' was not found. Invalid 'if_matched_sid'.Rule '700000' will be ignored.",
        ),
        (
            "<if_group>nowhere</if_group>",
            "(7610): Group 'nowhere' was not found. Invalid 'if_group'. Rule '700000' will be ignored.",
        ),
    ],
)
def test_what_leaves_a_rule_out(body: str, message: str) -> None:
    ruleset = load(rule(700000, body))
    assert ruleset.loads
    assert ruleset.warnings == [f"WARNING: {message}"]
    assert ruleset.ids() == frozenset()


@pytest.mark.parametrize(
    ("blocks", "techniques", "messages"),
    [
        ("<mitre><id>T1</id><id>T2</id><id>T1</id></mitre>", ("T1", "T2"), ""),
        ("<mitre><tacticID>TA1</tacticID><techniqueID>T1</techniqueID></mitre>", ("T1",), ""),
        ("<mitre></mitre>", (), "Empty Mitre information for rule '700000'"),
        ("<mitre><id></id></mitre>", (), "No Mitre Technique ID found for rule '700000'"),
        ("<mitre><name>x</name></mitre>", (), "Invalid option 'name' for rule '700000'"),
        ("<mitre><tacticID>TA1</tacticID></mitre>", (), "Mitre techniqueID should be defined in rule '700000'"),
        (
            "<mitre><id>T0</id></mitre><mitre><tacticID>TA1</tacticID><techniqueID>T1</techniqueID></mitre>",
            ("T1",),
            "Rule '700000' combined old and new Mitre formats, the old Mitre Technique format will be discarded.",
        ),
    ],
)
def test_mitre_blocks_add_up_and_never_keep_a_rule_out(blocks: str, techniques: tuple[str, ...], messages: str) -> None:
    ruleset = load(rule(700000, blocks))
    assert ruleset.loads
    assert ruleset.rules[0].mitre == techniques
    assert [notice.text for notice in ruleset.notices] == [messages] * bool(messages)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<time>noon</time>", "(1240): Invalid time format: 'noon'."),
        ("<weekday>caturday</weekday>", "(1241): Invalid day format: 'caturday'."),
        ("<options>loud</options>", "(1235): Invalid value for element 'options': loud."),
        ("<category>x</category>", "(1273): Invalid category 'x' chosen."),
        ("<srcip>not an ip</srcip>", "(1237): Invalid ip address: 'not an ip'."),
        ("<decoded_as>nope</decoded_as>", "Invalid decoder name: 'nope'."),
        ('<match type="pcre2">a(b</match>', "(5107): Syntax error on tag 'match' in rule 700000"),
        ("<list>x</list>", "List must have a correctly formatted field attribute"),
        ("<compiled_rule>x</compiled_rule>", "Compiled rule not found: 'x'"),
        ("<ignore>srcip,,x</ignore>", "Wrong ignore option: 'srcip,,x'"),
        ("<check_if_ignored></check_if_ignored>", "Wrong check_if_ignored option: ''"),
        ("<srcip>!</srcip><nope/>", "(1237): Invalid ip address: '!'."),
    ],
)
def test_what_stops_the_manager(body: str, message: str) -> None:
    ruleset = load(rule(700000, body))
    assert not ruleset.loads
    assert ruleset.errors[0] == f"ERROR: {message}"


@pytest.mark.parametrize(
    ("attributes", "level"),
    [
        ('level=""', 0),
        ('level="4294967299"', 3),
        ('level="007"', 7),
        ('level="0" level2="x"', None),
        ('level="17"', None),
    ],
)
def test_digits_are_read_as_in_c(attributes: str, level: int | None) -> None:
    ruleset = load(rule(700000, attributes=attributes))
    assert ([each.level for each in ruleset.rules] or [None]) == [level]


def test_early_messages_precede_the_others_of_their_file() -> None:
    ruleset = load(rule(700000), rule(700000), rule(700001, "<category>x</category>"))
    assert [notice.text[:6] for notice in ruleset.notices] == ["(1273)", "(7612)", "(1220)"]


def test_only_the_last_two_lists_of_a_rule_are_used() -> None:
    lists = {"a": {b"x": b""}, "b": {b"y": b""}}
    first = '<list field="f">a</list>'
    other = '<list field="f" lookup="not_match_key">b.cdb</list>'
    for body, expected in ((first + other + other, 700000), (other + first + other, None)):
        ruleset = Ruleset.of({"r.xml": group(rule(700000, body))}, lists=lists)
        assert winner(ruleset, b'{"f":"z"}') == expected


@pytest.mark.parametrize("body", ["<match>{}</match>", "<url>{}</url>", "<regex>{}</regex>", "<group>{}</group>"])
def test_a_text_of_2048_bytes_is_an_error_with_which_the_manager_starts(body: str) -> None:
    for length, messages in ((2047, []), (2048, ["ERROR: (1104)"]), (2049, ["ERROR: (1104)"])):
        ruleset = load(rule(700000, body.format("x" * length)))
        assert ruleset.loads
        assert ([line[:13] for line in ruleset.warnings], ruleset.errors) == (messages, [])


def test_error_lines_stand_among_the_warnings_only_where_the_manager_starts() -> None:
    starts, stops = '<info type="x">a</info>', '<field name="a">\\/</field>'
    assert [line[:5] for line in load(rule(700000, starts)).warnings] == ["ERROR"]
    broken = load(rule(700000, starts), rule(700001, stops))
    assert broken.warnings == []
    assert [line[:5] for line in broken.errors] == ["ERROR", "ERROR", "CRITI"]


@pytest.mark.parametrize("name", ["x" * 2048, "x/" * 2048, "etc/lists/" + "é" * 200])
def test_a_list_with_an_impossible_file_name_is_a_missing_list(name: str, tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_bytes(group(rule(700000, f'<list field="a">{name}</list>')))
    ruleset = Ruleset.load([tmp_path / "r.xml"])
    assert ruleset.loads
    assert [line[:15] for line in ruleset.warnings] == ["WARNING: (7616)"]


def test_a_faulty_info_is_reported_and_the_rule_loads() -> None:
    ruleset = load(rule(700000, '<info type="x">a</info><info kind="link">b</info><info type="link">c</info>'))
    assert [notice.message for notice in ruleset.notices] == [
        'ERROR: rules_op: Element info attribute "type" has invalid value "x"',
        'ERROR: rules_op: Element info has invalid attribute "kind"',
    ]
    assert winner(ruleset) == 700000


def test_a_var_without_a_name_takes_the_next_one() -> None:
    named = b"<var>catnip</var>" + group(rule(700000, '<field name="a">$abc</field>'), name="abc")
    assert winner(Ruleset.of({"r.xml": named}), b'{"a":"catnip"}') == 700000
    assert (
        Ruleset.of({"r.xml": group(rule(700000)) + b"<var>y</var>"})
        .errors[0]
        .endswith("(1227): Error applying XML variables 'etc/rules/r.xml': XMLERR: No value set for variable..")
    )


def load_overwritten(first: str, second: str) -> Ruleset:
    attributes = 'level="7" frequency="3"' if "if_matched" in second else 'level="7"'
    return load(
        rule(700000),
        rule(700001, first, 'level="7" frequency="3"' if "if_matched" in first else 'level="7"'),
        rule(700001, second, f'{attributes} overwrite="yes"'),
    )


def test_an_overwritten_rule_correlates_only_if_both_its_definitions_do() -> None:
    plain, back = "<if_sid>700000</if_sid>", "<if_matched_sid>700000</if_matched_sid>"
    lines = [b'{"a":"1"}'] * 3
    for first, second, wins in (
        (plain, back, [700001] * 3),
        (back, plain, [700001] * 3),
        (back, back, [700000, 700000, 700001]),
    ):
        session = load_overwritten(first, second).session()
        assert [session.match(line).rule for line in lines] == wins


def test_overwriting_cannot_change_the_correlated_group() -> None:
    ruleset = load_overwritten("<if_sid>700000</if_sid>", "<if_matched_group>x</if_matched_group>")
    assert ["'if_matched_group'" in warning for warning in ruleset.warnings] == [True]


@pytest.mark.parametrize(
    ("text", "loads"),
    [
        ("6 pm - 8:30 am", True),
        ("!22:00-7", True),
        ("12 am-12 pm", True),
        ("8:5 - 9", True),
        ("- 5", True),
        ("8:5-9", False),
        ("24:00-1", False),
        ("13 pm-1", False),
        ("1-2-3", False),
        ("001-2", False),
        ("1 an-2", False),
        ("8", False),
    ],
)
def test_times_are_read_as_the_manager_reads_them(text: str, loads: bool) -> None:
    assert load(rule(700000, f"<time>{text}</time>")).loads is loads


@pytest.mark.parametrize(
    ("text", "loads"),
    [
        ("mon, Weekends", True),
        ("monday,tue wed", True),
        (" sunday ,", True),
        ("weekdays", True),
        ("!mon", False),
        ("mon, !Weekends", False),
        ("mond", False),
        ("", False),
        (",mon", False),
    ],
)
def test_days_are_read_as_the_manager_reads_them(text: str, loads: bool) -> None:
    assert load(rule(700000, f"<weekday>{text}</weekday>")).loads is loads


def test_a_file_without_a_group_stops_the_manager_and_an_empty_one_does_not() -> None:
    assert not Ruleset.of({"a.xml": b"<!-- nothing -->\n"}).loads
    assert Ruleset.of({"a.xml": b""}).loads


def test_deeply_nested_elements_are_refused_with_a_message() -> None:
    ruleset = Ruleset.of({"a.xml": b'<group name="a,">' + b"<x>" * 1000 + b"</x>" * 1000 + b"</group>"})
    assert ruleset.errors[0] == "ERROR: Invalid configuration. 'x' is not a valid element."


def test_folders_and_files_load_with_the_lists_beside_them(tmp_path: Path) -> None:
    rules = tmp_path / "etc" / "rules"
    rules.mkdir(parents=True)
    (tmp_path / "etc" / "lists").mkdir()
    (tmp_path / "etc" / "lists" / "noise").write_text("/bin/cat:\n")
    body = '<list field="b" lookup="match_key">etc/lists/noise</list>'
    (rules / "r.xml").write_bytes(group(rule(700000, body)))
    (rules / "other.txt").write_text("not a rule file")
    ruleset = Ruleset.load([rules])
    assert winner(ruleset, b'{"b":"/bin/cat"}') == 700000
    assert winner(ruleset, b'{"b":"/bin/CAT"}') is None


def test_decoders_beside_the_rules_are_known(tmp_path: Path) -> None:
    for folder in ("rules", "decoders"):
        (tmp_path / folder).mkdir()
    (tmp_path / "rules" / "r.xml").write_bytes(group(rule(700000, "<decoded_as>ours</decoded_as>")))
    assert not Ruleset.load([tmp_path / "rules"]).loads
    (tmp_path / "decoders" / "d.xml").write_text('<decoder name="ours"><prematch>x</prematch></decoder>')
    assert Ruleset.load([tmp_path / "rules"]).loads


def test_custom_decoders_of_json_make_every_answer_uncertain(tmp_path: Path) -> None:
    for folder in ("rules", "decoders"):
        (tmp_path / folder).mkdir()
    (tmp_path / "rules" / "r.xml").write_bytes(group(rule(700000)))
    (tmp_path / "decoders" / "0006-json_decoders.xml").write_text(
        '<decoder name="json"><prematch>^{</prematch></decoder>'
    )
    (tmp_path / "decoders" / "a.xml").write_text('<decoder name="ours"><prematch>x</prematch></decoder>')
    assert Ruleset.load([tmp_path / "rules"]).cautions == ()
    (tmp_path / "decoders" / "b.xml").write_text('<decoder name="x"><parent>json</parent></decoder>')
    (caution,) = Ruleset.load([tmp_path / "rules"]).cautions
    assert "b.xml: custom JSON decoders are not emulated" in caution


def test_rules_of_other_stock_decoders_load_and_never_match_a_json_event() -> None:
    ruleset = load(rule(700000, "<decoded_as>sshd</decoded_as>"))
    assert ruleset.loads
    assert winner(ruleset) is None


def test_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        Ruleset.load([tmp_path / "nope.xml"])


@pytest.mark.parametrize(
    ("identity", "body", "named"),
    [
        (5710, "<if_sid>5701</if_sid>", ["if_sid"]),
        (5710, "<if_sid>5700</if_sid>", []),
        (5710, "<if_sid>5700 </if_sid>", ["if_sid"]),
        (5710, "<match>x</match>", []),
        (5700, "<if_sid>1</if_sid>", ["if_sid"]),
        (5710, "<if_sid>5700</if_sid><if_group>sshd</if_group>", ["if_group"]),
        (5712, "<if_matched_sid>5711</if_matched_sid>", ["if_matched_sid"]),
        (5712, "<if_matched_sid>5710</if_matched_sid>", []),
        (40111, "<if_matched_group>other</if_matched_group>", ["if_matched_group"]),
        (40111, "<if_matched_group>authentication_failed</if_matched_group>", []),
        (554, "<if_level>3</if_level>", ["if_level"]),
    ],
)
def test_the_parents_of_stock_rules_cannot_be_overwritten(identity: int, body: str, named: list[str]) -> None:
    ruleset = load(rule(identity, body, 'level="7" overwrite="yes"'), beside_stock=True)
    texts = [f"(7605): It is not possible to overwrite '{name}' value in rule '{identity}'." for name in named]
    assert ruleset.loads
    assert ruleset.warnings == [f"WARNING: {text} The original value is retained." for text in texts]
