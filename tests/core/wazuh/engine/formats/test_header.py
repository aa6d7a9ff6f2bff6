"""The log headers that the manager cuts off a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.formats.header import cut_header
from tetratui.core.wazuh.engine.load.ruleset import Ruleset


@pytest.mark.parametrize(
    ("line", "log", "program"),
    [
        (b"Dec 29 10:00:01 host sshd[12]: failed", b"failed", b"sshd"),
        (b"Dec  9 10:00:01 host CRON: x", b"x", b"CRON"),
        (b"Dec 29 10:00:01 host sshd[12] x", b"x", b"sshd"),
        (b"Dec 29 10:00:01 sshd: failed", b"failed", b"sshd"),
        (b'Dec 29 10:00:01 host {"a":1}', b'{"a":1}', None),
        (b"Dec 29 10:00:01 host su[x]: y", b"su[x]: y", None),
        (b"Dec 29 10:00:01 host% x", b"host% x", None),
        (b"Dec 29 10:00:01 host auth|security:info sshd[3]: x", b"x", b"sshd"),
        (b"Dec 29 10:00:01 host |security:info sshd[3]: x", b"x", b"sshd"),
        (b"Dec 29 10:00:01 host sshd[12]: [ID 800047 auth.info] x", b"x", b"sshd"),
        (b"M\xc3\xa4r 02 17:30:52 host app: x", b"x", b"app"),
        (b"2007-06-14T15:48:55-04:00 host app: x", b"x", b"app"),
        (b"2009-05-22T09:36:46.214994-07:00 host app: x", b"x", b"app"),
        (b"2022-12-19T15:02:53.288+00:00 host app: x", b"x", b"app"),
        (b"2015 Dec 29 10:00:01 host app: x", b"x", b"app"),
        (b"2015-04-16 21:51:02,805 host app: x", b"x", b"app"),
        (b"2021-04-21 10:16:09.404756-0700 host app: x", b"x", b"app"),
        (b"Mon Apr 17 18:27:14 2006 1 64.160.42.130", b"1 64.160.42.130", None),
        (b"01/28-09:13:16.240702  [**] x", b"[**] x", None),
        (b"01/28/1979-09:13:16.240702  [**] x", b"[**] x", None),
        (b"[Fri Feb 11 18:06:35 2004] [warn] x", b"[warn] x", None),
        (b"1140804070.368  11623 10.0.0.1 TCP", b"11623 10.0.0.1 TCP", None),
        (b'{"process_exec":{}}', b'{"process_exec":{}}', None),
        (b"short", b"short", None),
        (b"", b"", None),
    ],
)
def test_each_form_is_cut_where_it_ends(line: bytes, log: bytes, program: bytes | None) -> None:
    record = cut_header(line)
    assert (record.log, record.program) == (log, program)


@given(st.binary(max_size=60))
def test_what_is_left_of_any_line_is_its_end(line: bytes) -> None:
    assert line.endswith(cut_header(line).log)


def test_json_behind_a_header_is_decoded_unless_a_program_is_named() -> None:
    rules = b'<group name="g,"><rule id="700000" level="3"><field name="a">1</field><description>d</description></rule>'
    rules += b'<rule id="700001" level="2"><program_name>app</program_name><description>d</description></rule></group>'
    session = Ruleset.of({"r.xml": rules}).session()
    head = b"Dec 29 10:00:01 host "
    lines = (head + b'{"a":"1"}', head + b'app: {"a":"1"}', b'{"a":"1"}', b'{"b":"app"}')
    assert [session.match(line).rule for line in lines] == [700000, 700001, 700000, None]
