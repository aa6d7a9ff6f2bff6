"""Rules that test the time and the sender of an event."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.engine.match.rule_session import RuleVerdict
from tetratui.core.wazuh.engine.match.sender import Sender

LOCATION = b"(web1) any->/var/log/tetragon/tetragon.log"
HOURS = st.integers(0, 23)
MINUTES = st.integers(0, 59)


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def load(body: str, sender: Sender | None = None, **more: object) -> Ruleset:
    text = f'<group name="g,"><rule id="700000" level="3">{body}<description>d</description></rule></group>'
    return Ruleset.of({"r.xml": text.encode()}, sender=sender, **more)  # type: ignore[arg-type]


def verdict(body: str, line: bytes, sender: Sender | None = None, **more: object) -> RuleVerdict:
    ruleset = load(body, sender, **more)
    assert (ruleset.loads, ruleset.unknown) == (True, [])
    return ruleset.session().match(line)


def at(body: str, moment: str) -> RuleVerdict:
    return verdict(body, b'{"time":"%s"}' % moment.encode())


@pytest.mark.parametrize(
    ("body", "moment", "holds"),
    [
        ("<time>8:30 - 17</time>", "2026-03-02T08:30:00Z", True),
        ("<time>8:30 - 17</time>", "2026-03-02T17:00:59.999Z", True),
        ("<time>8:30 - 17</time>", "2026-03-02T17:01:00Z", False),
        ("<time>8:30 - 17</time>", "2026-03-02T08:29:59Z", False),
        ("<time>!8:30 - 17</time>", "2026-03-02T17:01:00Z", True),
        ("<time>!8:30 - 17</time>", "2026-03-02T12:00:00Z", False),
        ("<time>6 pm - 8:30 am</time>", "2026-03-02T23:00:00Z", True),
        ("<time>6 pm - 8:30 am</time>", "2026-03-02T18:00:00Z", False),
        ("<time>6 pm - 8:30 am</time>", "2026-03-02T12:00:00Z", False),
        ("<time>!6 pm - 8:30 am</time>", "2026-03-02T23:00:00Z", True),
        ("<time>12 am - 12 pm</time>", "2026-03-02T00:10:00Z", True),
        ("<time>12 am - 12 pm</time>", "2026-03-02T12:01:00Z", False),
        ("<weekday>monday</weekday>", "2026-03-02T12:00:00Z", True),
        ("<weekday>weekends</weekday>", "2026-03-01T12:00:00Z", True),
        ("<weekday>mon, tue weekends</weekday>", "2026-03-04T12:00:00Z", False),
        ("<weekday>weekdays</weekday><time>0-1</time>", "2026-03-02T12:00:00Z", False),
    ],
)
def test_the_events_own_time_decides(body: str, moment: str, holds: bool) -> None:
    assert (at(body, moment).rule, at(body, moment).unknown) == (700000 if holds else None, ())


def test_the_time_is_in_the_local_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Etc/GMT-5")
    time.tzset()
    assert at("<time>17 - 18</time>", "2026-03-02T12:30:00Z").rule == 700000


def test_a_clock_replaces_the_events_time() -> None:
    session = load("<weekday>sunday</weekday>").session(lambda _: datetime(2026, 3, 1, 12).timestamp())
    assert session.match(b'{"time":"2026-03-02T12:00:00Z"}').rule == 700000


@pytest.mark.parametrize("line", [b'{"a":1}', b'{"time":"yesterday"}', b"plain"])
def test_an_event_without_a_time_is_unknown(line: bytes) -> None:
    answer = verdict("<time>0 - 1</time>", line)
    assert (answer.rule, answer.unknown) == (None, (700000,))


def test_a_rule_that_fails_in_any_case_is_not_unknown() -> None:
    answer = verdict('<time>0 - 1</time><field name="b">x</field>', b'{"a":1}')
    assert (answer.rule, answer.unknown) == (None, ())


@given(HOURS, MINUTES, HOURS, MINUTES, HOURS, MINUTES)
def test_a_span_and_its_negation_divide_the_day(h1: int, m1: int, h2: int, m2: int, hour: int, minute: int) -> None:
    first, last, now = f"{h1}:{m1:02d}", f"{h2}:{m2:02d}", (hour, minute)
    moment = f"2026-03-02T{hour:02d}:{minute:02d}:30Z"
    inside = (h1, m1) <= now <= (h2, m2) if (h1, m1) <= (h2, m2) else not (h2, m2) <= now <= (h1, m1)
    assert (at(f"<time>{first} - {last}</time>", moment).rule is not None) is inside
    if (h1, m1) <= (h2, m2):
        assert (at(f"<time>!{first} - {last}</time>", moment).rule is not None) is not inside


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        ("<location>tetragon.log$</location>", True),
        ("<location>^(web1)</location>", True),
        ("<location>^/var/log</location>", False),
        ('<location negate="yes">syslog</location>', True),
        ("<hostname>^web</hostname>", True),
        ('<hostname negate="yes">web</hostname>', False),
    ],
)
def test_the_usual_sender_is_an_agent_with_the_name_of_its_machine(body: str, holds: bool) -> None:
    answer = verdict(body, b'{"node_name":"web1"}')
    assert (answer.rule, answer.unknown) == (700000 if holds else None, ())


def test_a_given_sender_replaces_the_usual_one() -> None:
    line = b'{"node_name":"db1"}'
    for location, winner in ((LOCATION, 700000), (b"/var/log/syslog", None)):
        assert verdict("<location>tetragon.log$</location>", line, {"location": location}).rule == winner
    assert verdict("<hostname>web</hostname>", line, {"hostname": b"web1"}).rule == 700000


def test_a_rule_on_an_unknown_sender_is_reported() -> None:
    for line, sender in ((b'{"a":1}', {}), (b'{"node_name":"web1"}', {"hostname": None})):
        answer = verdict("<hostname>web</hostname>", line, sender)
        assert (answer.rule, answer.unknown) == (None, (700000,))


def test_a_list_of_hosts_is_looked_up() -> None:
    body = '<list field="hostname" lookup="match_key">etc/lists/hosts</list>'
    lists = {"etc/lists/hosts": {b"web1": b""}}
    assert verdict(body, b'{"node_name":"web1"}', lists=lists).rule == 700000
    assert verdict(body, b'{"node_name":"db1"}', lists=lists).rule is None
    assert verdict(body, b"{}", lists=lists).unknown == (700000,)
