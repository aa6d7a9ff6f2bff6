"""The table of envelopes that are a text before the event: how each is recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TIME = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?"
_MONTH_TIME = rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class LineForm:
    """One kind of line that begins with something else than the event."""

    name: str
    pattern: re.Pattern[bytes]
    """Its group `text` holds what was logged; a group `tag` says whether the line is only a part, `stream` of what."""


def _form(name: str, pattern: bytes) -> LineForm:
    return LineForm(name, re.compile(pattern + rb"(?P<text>.*)\Z", re.DOTALL))


CRI = "CRI log lines"

LINE_FORMS = (
    # Tags after the first are separated by colons.
    _form(CRI, rb"\A" + _TIME.replace(b"[T ]", b"T") + rb" (?P<stream>stdout|stderr) (?P<tag>[PF])(?::\S*)? ?"),
    _form("kubectl logs with --prefix", rb"\A\[(?:[a-z]+/)?[^\s\]/]+[/ ][^\s\]]+\] ?"),
    _form("Fluentd lines", rb"\A" + _TIME + rb"[ \t][\w.*\[\]/-]+(?:: |\t)(?=\{)"),
    _form("logcli lines", rb"\A(?:" + _TIME + rb"\s+)?\{[A-Za-z_]\w*=\"[^\n]*?\"\}\s*(?=\{|\d{4}-)"),
    _form("Fluent Bit lines", rb"\A[\w.*-]+: (?=\[\d)"),
    _form("Wazuh archives.log", rb"\A\d{4} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d .*?->\S+ "),
    _form("journald or syslog lines", rb"\A(?:<\d+>)?(?:" + _TIME + rb"|" + _MONTH_TIME + rb") \S+ [^\s:]+: "),
    _form("syslog lines (RFC 5424)", rb"\A<\d+>1 \S+ \S+ \S+ \S+ \S+ (?:-|\[.*?\]) (?:\xef\xbb\xbf)?(?=\{)"),
    _form("docker compose logs", rb"\A[\w.-]+ +\| "),
    _form("lines with a timestamp", rb"\A" + _TIME + rb"\s+(?=[\[{])"),
    _form("stern lines", rb"\A(?:[a-z0-9][a-z0-9.-]* ){2,3}(?=[\[{\d])"),
)
"""The first form that fits gives the name."""

OTHER_PREFIX = "text before each event"
COLUMNS = "columns separated by tabs"
