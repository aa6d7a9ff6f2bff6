"""The agent's `<localfile>` blocks; `<ignore>` lines drop at the agent what the filter drops on the host."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pcre2
import pytest

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern, SocketMatch
from tetratui.core.wazuh.write.agent_blocks import write_group_block, write_host_block, write_ignore_patterns
from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError

DATA = Path(__file__).parents[3] / "data" / "export"
LINES = gzip.decompress((DATA / "varied.log.gz").read_bytes()).split(b"\n")[:-1]
DATE = Exclusion((Kind.EXEC,), binary=(Pattern.exactly("/usr/bin/date"),))


def ignored_lines(exclusion: Exclusion, lines: list[bytes]) -> set[bytes]:
    compiled = [pcre2.compile(pattern.encode()) for pattern in write_ignore_patterns(exclusion)]
    return {line for line in lines if any(pattern.search(line) for pattern in compiled)}


def test_blocks_are_xml_and_hold_only_the_export_file_by_default() -> None:
    for text, root in ((write_host_block(), "ossec_config"), (write_group_block(), "agent_config")):
        tree = ET.fromstring(text)
        assert tree.tag == root
        assert [(part.tag, part.text) for part in tree.iter() if part.text and part.text.strip()] == [
            ("log_format", "json"),
            ("location", "/var/log/tetragon/tetragon.log"),
        ]


def test_ignore_lines_follow_a_comment_with_their_cost() -> None:
    text = write_host_block(ignores=write_ignore_patterns(DATE)).decode()
    assert text.index("Ignored at the agent") < text.index('<ignore type="PCRE2">')
    assert len(ET.fromstring(text).findall("localfile/ignore")) == 1


def test_an_ignore_line_matches_the_whole_binary_of_the_process_and_not_of_its_parent() -> None:
    expected = {
        line for line in LINES if re.match(rb'\{"process_exec":\{"process":\{[^{}]*"binary":"/usr/bin/date"', line)
    }
    assert expected
    assert ignored_lines(DATE, LINES) == expected


def test_spaces_after_commas_and_escapes_are_those_of_tetragon() -> None:
    exclusion = Exclusion((Kind.EXEC,), arguments=(Pattern.exactly('-c "a\\b"\n\x1b'),))
    line = rb'{"process_exec":{"process":{"exec_id":"YQ==", "arguments":"-c \"a\\b\"\n\u001b"}}, "node_name":"a"}'
    other = line.replace(rb"\u001b", rb"\u001b x")
    assert ignored_lines(exclusion, [line, other]) == {line}


def test_parents_and_missing_arguments_can_be_matched() -> None:
    exclusion = Exclusion((Kind.EXEC,), arguments=(Pattern.exactly(""),), parent_binary=(Pattern.exactly("/bin/a"),))
    matching = b'{"process_exec":{"process":{"exec_id":"YQ=="},"parent":{"binary":"/bin/a"}}}'
    with_arguments = b'{"process_exec":{"process":{"exec_id":"YQ==","arguments":"x"},"parent":{"binary":"/bin/a"}}}'
    without_parent = b'{"process_exec":{"process":{"exec_id":"YQ==","binary":"/bin/a"}}}'
    assert ignored_lines(exclusion, [matching, with_arguments, without_parent]) == {matching}


@pytest.mark.parametrize(("inside", "expected"), [(True, {0}), (False, {1, 2}), (None, {0, 1, 2})])
def test_lines_from_containers_are_distinguished_from_lines_of_the_host(
    inside: bool | None, expected: set[int]
) -> None:
    lines = [
        b'{"process_exec":{"process":{"exec_id":"YQ==","binary":"/usr/bin/date","docker":"b56"},"parent":{"pid":1}}}',
        b'{"process_exec":{"process":{"exec_id":"YQ==","binary":"/usr/bin/date"},"parent":{"docker":"b56"}}}',
        b'{"process_exec":{"process":{"exec_id":"YQ==","binary":"/usr/bin/date","arguments":"\\"docker\\":\\"b\\""}}}',
    ]
    assert ignored_lines(replace(DATE, in_container=inside), lines) == {lines[number] for number in expected}


@pytest.mark.parametrize(
    "exclusion",
    [
        Exclusion((Kind.KPROBE,), socket=SocketMatch(("10.0.0.0/8",))),
        Exclusion((Kind.EXEC,), arguments=(Pattern((Literal("x "), Chars("^ "))),)),
        Exclusion((Kind.EXEC,), arguments=(Pattern.exactly("x" * 3000),)),
    ],
)
def test_an_exclusion_that_ignore_lines_cannot_express_is_refused(exclusion: Exclusion) -> None:
    with pytest.raises(NoSuppressionRuleError):
        write_ignore_patterns(exclusion)
