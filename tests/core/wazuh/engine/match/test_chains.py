"""Chains over custom decoders get the verdicts of the real manager; a decoder of another form is said, not guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tetratui.core.wazuh.engine.formats.custom_decoder import NotFollowedError, read_custom_decoders
from tetratui.core.wazuh.engine.load.ruleset import Ruleset

DATA = Path(__file__).parents[4] / "data" / "wazuh" / "chain"
VERDICTS = json.loads((DATA / "verdicts.json").read_text())
DECODERS = DATA / "decoders" / "0005-tetragon-chain_decoders.xml"


@pytest.mark.parametrize("case", sorted(VERDICTS))
def test_a_chain_gets_the_verdicts_of_the_real_manager(case: str) -> None:
    expected = VERDICTS[case]
    ruleset = Ruleset.of({f"{case}.xml": (DATA / f"{case}.xml").read_bytes()})
    if expected["decoders"] == "own decoders":
        ruleset.add_json_decoders([(DECODERS.name, DECODERS.read_bytes())])
    assert (ruleset.loads, ruleset.cautions, ruleset.unknown) == (True, (), [])
    session = ruleset.session()
    verdicts = [session.match(line) for line in (DATA / f"{case}.jsonl").read_bytes().splitlines()]
    found = [
        [row, None] if verdict.rule is None else [row, verdict.rule, verdict.level, verdict.alert]
        for row, verdict in enumerate(verdicts)
    ]
    assert found == expected["matches"]


TOP = '<decoder name="json"><prematch type="pcre2">^x</prematch></decoder>'
PLUGIN = '<decoder name="c"><parent>json</parent><plugin_decoder>JSON_Decoder</plugin_decoder></decoder>'
REGEX = '<decoder name="c"><parent>json</parent><regex type="pcre2">(a)</regex><order>n</order></decoder>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TOP.replace("json", "other") + PLUGIN, "named json"),
        (TOP + REGEX, "plugin JSON_Decoder"),
        (TOP + PLUGIN + REGEX.replace('name="c"', 'name="d"'), "one name"),
        (TOP + PLUGIN + REGEX.replace("pcre2", "osregex"), "type pcre2"),
        (TOP + PLUGIN + REGEX.replace("<order>", "<fts>n</fts><order>"), "<fts>"),
        (TOP + PLUGIN + REGEX.replace("<parent>json", "<prematch>a</prematch><parent>json"), "<prematch>"),
        (TOP + PLUGIN + REGEX.replace('type="pcre2"', 'offset="after_parent"'), "offset"),
        (PLUGIN + REGEX, "without a parent"),
        ("<decoder", "XMLERR"),
    ],
)
def test_another_form_is_not_followed(text: str, why: str) -> None:
    with pytest.raises(NotFollowedError, match=why):
        read_custom_decoders({"0005-x.xml": text.encode()})


def test_a_file_after_the_stock_decoder_is_not_followed() -> None:
    with pytest.raises(NotFollowedError, match="read after"):
        read_custom_decoders({"0007-x.xml": (TOP + PLUGIN + REGEX).encode()})


def test_a_line_that_the_decoder_does_not_take_keeps_the_stock_fields() -> None:
    (decoder,) = read_custom_decoders({"0005-x.xml": (TOP + PLUGIN + REGEX).encode()})
    assert decoder.extract(b"y a") is None
    assert decoder.extract(b"x a") == [(b"n", b"a")]
    assert decoder.extract(b"x b") == []
