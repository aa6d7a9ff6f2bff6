"""Which exports can express a query, and the first term that they cannot."""

from __future__ import annotations

import pytest

from tetratui.core.query import parse


@pytest.mark.parametrize(
    ("query", "badge", "blocking_term"),
    [
        ("kind:exec,exit bin=/usr/bin/dash", "D . . W .", None),
        ("kind:exec,exit -bin=/usr/bin/dash", ". C . . .", "-bin=/usr/bin/dash"),
        ("-kind:exec args:open-audit.sh", "D . . W .", None),
        ("args:a or pargs~b", "D . . W .", None),
        ("args:a args:b", ". C . . .", "args:a"),
        ("curl", "D . . W .", None),
        ('"curl -s"', ". C . . .", '"curl -s"'),
        ("curl bin:usr", ". C . . .", "curl"),
        ("kind:kprobe daddr:10.0.0.0/8", ". C P . .", "daddr:10.0.0.0/8"),
        ("daddr=10.0.0.7 dport=443", ". C P W .", "daddr=10.0.0.7"),
        ("bin=/usr/bin/curl", "D . . W .", None),
        ("policy=net -dport=443", ". C P . .", "-dport=443"),
        ("uid=0", ". C . W .", "uid=0"),
        ("uid>0", ". C . . .", "uid>0"),
        ("node=server01", ". . . W .", "node=server01"),
        ("host=server01", ". . . . V", "host=server01"),
        ("bin:x took>5ms", ". . . . V", "took>5ms"),
        ("bin:x time>-5m uid=0", ". . . . V", "time>-5m"),
        ("anc:cron", ". . . . V", "anc:cron"),
        ("mark:noise", ". . . . V", "mark:noise"),
        ("", ". . . . V", None),
    ],
)
def test_a_badge_names_the_exports_and_the_blocking_term(query: str, badge: str, blocking_term: str | None) -> None:
    badges = parse(query).export_badges
    assert str(badges) == badge
    assert badges.blocking_term == blocking_term
