"""Messages that the manager logs while it loads rules, with the location and the remedy that it does not give."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

_MESSAGE_BYTES = 2047
"""Bytes of a message that fit its buffer."""
_BRIEF_LENGTH = 200

_BY_CODE = {
    "1104": "keep it under 2048 bytes: Wazuh drops the longer text and goes on without it",
    "1202": "a rule file needs at least one <group>; delete the file if it is meant to be empty",
    "1220": "correct the error in the message before it; a <field> without a name stops the manager without a message",
    "1226": "Wazuh's XML reader refuses this: write < as \\<, no > in attributes, no <?xml ?>, no CDATA",
    "1227": "define the variable before its use, or write \\x24 for $ in a pcre2 pattern",
    "1235": "write no_full_log, no_log, log_alert, alert_by_email, no_email_alert, no_ar or no_counter",
    "1237": "write an IPv4 or IPv6 address, with /bits if it is a network, or any",
    "1240": "write two times with a - between: 8:30 - 17:00, or 6 pm - 8:30 am",
    "1241": "write days with spaces or commas between: mon,tue or weekdays; ! is not allowed",
    "1273": "use syslog, firewall, ids, web-log, squid, windows or ossec; JSON events have syslog",
    "1274": "correct the error in the message beside it, or remove the element",
    "1450": "correct the osregex pattern: close its parentheses, escape only what osregex escapes",
    "5107": 'correct the pattern, or write it as type="pcre2" with \\xHH for every special character',
    "7600": "use type osregex, osmatch or pcre2, and negate yes or no: Wazuh uses the default now",
    "7605": "an overwrite keeps if_sid, if_group, if_level and if_matched_* of the first definition",
    "7607": "write only digits, commas and spaces",
    "7608": "use the level of a rule that is loaded earlier",
    "7609": "write a level of 1 to 16",
    "7610": "load a rule of that group earlier (files are read in the order of their names)",
    "7611": "name the file so that it sorts after 0010-rules_config.xml",
    "7612": 'give the rule an id of its own, or overwrite="yes"',
    "7613": "remove overwrite, or correct the id",
    "7615": "write one id in digits",
    "7616": "create the list and name it in ossec.conf: <ruleset><list>…</list></ruleset>",
    "7617": "load the parent earlier (files are read in the order of their names), or correct the id",
    "7618": "write only digits, commas and spaces, in one line",
    "7619": "without a parent the rule never fires: correct if_sid",
    "7620": "correct if_matched_sid, or load that rule earlier",
}
_BY_WORDS = (
    ("is static", "use the element of that name instead of <field>"),
    ("No such attribute 'name'", 'write <field name="…">'),
    ("Invalid decoder name", "write the decoder's name without spaces; for Tetragon's events it is json"),
    ("No such description", "add a <description>"),
    ("Invalid rule id", "use an id of at most six digits"),
    ("Invalid level", "use a level from 0 to 16"),
    ("No rule id or level", 'write id="…" level="…" with digits'),
    ("Only the group name is allowed", 'write <group name="…,"> and no other attribute'),
    ("without any rule", "put a <rule> into the group, or delete it"),
    ("Missing if_matched", "add if_matched_sid or if_matched_group, or remove frequency and same_*"),
    ("Invalid frequency", "use a frequency from 2 to 9999"),
    ("Invalid attribute for rule", "correct the attribute that the message before it names"),
    ("rules_op: Invalid attribute", "remove the attribute, or write an element instead"),
    ("rules_op: Invalid timeframe", "write seconds, in at most five digits"),
    ("rules_op: Invalid ignore_time", "write seconds, in at most six digits"),
    ("rules_op: Invalid overwrite", 'write overwrite="yes" or remove it'),
    ("rules_op: Invalid maxsize", "write bytes, in at most four digits"),
    ("rules_op: Invalid accuracy", 'write accuracy="0" or remove it'),
    ("rules_op: Invalid root element", 'put the rules into <group name="…,">'),
    ("rules_op: Element info", 'write <info type="text">, or link, cve or osvdb'),
    ("Invalid value for attribute 'noalert'", 'write noalert="1" or noalert="0"'),
    ("Invalid option", "remove the element: Wazuh knows no element of that name here"),
    ("is not a valid element", "put only <rule> elements into a <group>"),
    ("You must specify an ID", 'write <rule id="…" level="…">'),
    ("without any option", "give the rule conditions and a <description>"),
    ("maximum number of allowed fields", "split the rule: it may have at most 256 <field> elements"),
    ("Compiled rule not found", "name one of the five compiled rules, or remove the element"),
    ("Wrong ignore option", "name fields separated by commas, none of them empty"),
    ("Wrong check_if_ignored option", "name fields separated by commas, none of them empty"),
    (
        "List match lookup",
        "use match_key, not_match_key, match_key_value, or one of these with address_ before match_key",
    ),
    ("List must have", 'write <list field="…" lookup="match_key">'),
    ("List requires the field", 'write <list field="…" lookup="match_key">'),
    ("List field", "use only the attributes field, lookup and check_value"),
    ("Mitre", "write one <id>, or one <tacticID> with one <techniqueID>, in each <mitre>"),
    ("deprecated field option", "remove the element: agents are always compared"),
    ("a <field> name of", "shorten the name under 2048 bytes"),
    ("a text of", "shorten the text under 2048 bytes, or write it as a <field>"),
)
_CODE = re.compile(r"^\((\d+)\)")
_PARTICULARS = re.compile(r"'[^']*'|\"[^\"]*\"|[0-9]+")
_Item = TypeVar("_Item")


_WARNING = re.compile(
    r"\(76\d\d\)|\(7003\)|(?:Empty|No) Mitre |Mitre \w+ should be|Rule '\d+' combined|In rule '\d+' is not allowed"
    "|Detected a deprecated|Invalid value for attribute 'noalert'"
)
"""The beginning of every message of the level WARNING."""


def is_error(text: str) -> bool:
    """Return whether a message, given without its level, has the level ERROR.

    A rule is then in force that differs from what was written. The manager's answer to a reload leaves the levels out.
    """
    return _WARNING.match(text) is None


@dataclass(frozen=True, slots=True)
class Notice:
    """One message that the manager logs while it loads rules."""

    level: str
    """`ERROR`, `WARNING` or `CRITICAL`."""
    text: str
    """Wazuh's text without the level."""
    file: str
    """Name of the rule file."""
    line: int | None = None
    """Line in the file, counted from 1, if known."""
    rule: int | None = None
    in_session: bool = True
    """Whether a session of the rule tester gets the message; otherwise only the manager's log does."""

    @property
    def message(self) -> str:
        """The line in the manager's log."""
        return f"{self.level}: {self.text}"

    @property
    def remedy(self) -> str:
        """What to do about it; empty if no remedy is known."""
        code = _CODE.match(self.text)
        if code is not None:
            return _BY_CODE.get(code[1], "")
        return next((remedy for words, remedy in _BY_WORDS if words in self.text), "")

    @property
    def location(self) -> str:
        """File, line and rule, as far as known."""
        line = f":{self.line}" if self.line else ""
        rule = f" rule {self.rule}" if self.rule is not None else ""
        return f"{self.file}{line}{rule}"


def brief(text: str) -> str:
    """Return a message in one line, cut after 200 characters: it may repeat an overlong text."""
    line = " ".join(text.split())
    return line if len(line) <= _BRIEF_LENGTH else f"{line[:_BRIEF_LENGTH]}…"


def cut_to_buffer(text: str) -> str:
    """Return a message cut where Wazuh's buffer ends."""
    encoded = text.encode("utf-8", "surrogateescape")
    return text if len(encoded) <= _MESSAGE_BYTES else encoded[:_MESSAGE_BYTES].decode("utf-8", "replace")


def cause_of(text: str) -> str:
    """Return a message without what is particular to one rule: quoted texts and numbers, except the message's code.

    Messages of one cause then have one text.
    """
    code = _CODE.match(text)
    start = code.end() if code is not None else 0
    return text[:start] + _PARTICULARS.sub("…", text[start:])


def group_by(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> list[list[_Item]]:
    """Return items grouped by a key, in the order of the first item of each group."""
    groups: dict[Hashable, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())
