"""Messages of the loader: each has its own remedy."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tetratui.core.wazuh.engine.load.messages import Notice, is_error
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

DATA = Path(__file__).parents[4] / "data" / "wazuh"
BODIES = (
    "<time>noon</time>",
    "<weekday>!mon</weekday>",
    "<options>x</options>",
    "<category>x</category>",
    "<srcip>x</srcip>",
    "<compiled_rule>x</compiled_rule>",
    "<ignore></ignore>",
    "<check_if_ignored>,</check_if_ignored>",
    '<info type="x">a</info>',
    '<info kind="x">a</info>',
    "<list>x</list>",
    '<list lookup="x" field="a">x</list>',
    '<list lookup="match_key">x</list>',
    '<list x="y">x</list>',
    "<mitre></mitre>",
    "<mitre><id></id></mitre>",
    "<mitre><x>y</x></mitre>",
    "<mitre><tacticID>a</tacticID></mitre>",
    "<same_agent/>",
    "<nope/>",
    "<if_level>x</if_level>",
    "<if_level>0</if_level>",
    "<if_matched_sid>x</if_matched_sid>",
    "<if_matched_sid>799999</if_matched_sid>",
    "<if_matched_regex>(a</if_matched_regex>",
    "<if_group>nowhere</if_group>",
    "<same_field>x</same_field>",
    "<field>x</field>",
    '<field x="y">x</field>',
    f"<match>{'x' * 2048}</match>",
    f'<field name="{"x" * 2048}">x</field>',
    '<field name="a">x</field>' * 257,
)
ATTRIBUTES = (
    "frequency",
    "timeframe",
    "overwrite",
    "ignore",
    "accuracy",
    "maxsize",
    "noalert",
    "level",
    "id",
    "nope",
)


def notices(text: str | bytes, name: str = "r.xml") -> list[Notice]:
    ruleset = Ruleset.of({name: text.encode() if isinstance(text, str) else text}, beside_stock=True)
    return [*ruleset.notices, *ruleset.dangers]


def file(body: str, attributes: str = 'id="700000" level="3"', group: str = 'name="g,"') -> str:
    return f"<group {group}><rule {attributes}>{body}<description>d</description></rule></group>"


@pytest.mark.parametrize("body", BODIES)
def test_every_message_about_an_element_has_a_remedy(body: str) -> None:
    messages = notices(file(body))
    assert messages
    assert [notice.text for notice in messages if not notice.remedy] == []


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_message_about_an_attribute_has_a_remedy(name: str) -> None:
    known = {"id": 'level="3"', "level": 'id="700000"'}.get(name, 'id="700000" level="3"')
    messages = notices(file("", f'{known} {name}="x"'))
    assert messages
    assert [notice.text for notice in messages if not notice.remedy] == []


@pytest.mark.parametrize(
    "text",
    [
        "<rule/>",
        "<group/>",
        '<group name="g"></group>',
        '<group name="g"><x/></group>',
        '<group name="g"><rule>x</rule></group>',
        '<group name="g"><rule id="700000" level="3"></rule></group>',
        file("", group='name="g" x="y"'),
        "<group",
        "\n",
        f'<var name="a">b</var>{file("<match>$cde</match>")}',
    ],
)
def test_every_message_about_a_file_has_a_remedy(text: str) -> None:
    messages = notices(text)
    assert messages
    assert [notice.text for notice in messages if not notice.remedy] == []


def test_every_message_of_the_recorded_load_cases_has_a_remedy() -> None:
    files = json.loads(gzip.decompress((DATA / "load_files.json.gz").read_bytes()))
    messages = [notice for name, text in files.items() for notice in notices(text.encode("latin-1"), name)]
    assert len(messages) > 50
    assert [notice.text for notice in messages if not notice.remedy] == []


def test_the_level_of_a_message_is_known_from_its_text() -> None:
    files = json.loads(gzip.decompress((DATA / "load_files.json.gz").read_bytes()))
    messages = [notice for name, text in files.items() for notice in notices(text.encode("latin-1"), name)]
    messages += [notice for body in BODIES for notice in notices(file(body))]
    messages += notices(file("", 'id="700000" level="3" noalert="x"'))
    assert {notice.level for notice in messages} >= {"ERROR", "WARNING"}
    assert [notice.message for notice in messages if is_error(notice.text) is (notice.level == "WARNING")] == []


def test_a_number_in_a_message_is_not_taken_for_its_code() -> None:
    (notice,) = notices(file("<same_agent/>", 'id="711104" level="3"'))
    assert "agents" in notice.remedy
    assert "overwrite" in notices(file("", 'id="5716" level="3"'))[0].remedy
