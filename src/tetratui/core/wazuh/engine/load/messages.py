"""What the manager says while it loads rules, in its own words, with the place and the remedy that it does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST = 2047
"""Bytes of one message that fit its buffer."""
_BRIEF = 200

_BY_CODE = {
    "1104": "keep it under 2048 bytes: Wazuh drops the longer text and goes on without it",
    "1202": "a rule file needs at least one <group>; delete the file if it is meant to be empty",
    "1220": "correct what is said before it; a <field> without a name stops the manager without a word",
    "1226": "this is not what Wazuh's own reader takes: write < as \\<, no > in attributes, no <?xml ?>, no CDATA",
    "1227": "define the variable before its use, or write \\x24 for $ in a pcre2 pattern",
    "1235": "write no_full_log, no_log, log_alert, alert_by_email, no_email_alert, no_ar or no_counter",
    "1237": "write an IPv4 or IPv6 address, with /bits if it is a network, or any",
    "1240": "write two times with a - between: 8:30 - 17:00, or 6 pm - 8:30 am",
    "1241": "write days with blanks or commas between: mon,tue or weekdays; a ! is not taken",
    "1273": "use syslog, firewall, ids, web-log, squid, windows or ossec; JSON events are of syslog",
    "1274": "correct what is said beside it, or take the element away",
    "1450": "correct the osregex pattern: close its parentheses, escape only what osregex escapes",
    "5107": 'correct the pattern, or write it as type="pcre2" with \\xHH for every sign',
    "7600": "use type osregex, osmatch or pcre2, and negate yes or no: the default is used now",
    "7605": "if_sid, if_group, if_level and if_matched_* stay as the first definition has them",
    "7607": "write digits, commas and blanks only",
    "7608": "use a level that a rule loaded before has",
    "7609": "write a level of 1 to 16",
    "7610": "load a rule of that group earlier (files are read in the order of their names)",
    "7611": "name the file so that it sorts after 0010-rules_config.xml",
    "7612": 'give the rule an id of its own, or overwrite="yes"',
    "7613": "take overwrite away, or correct the id",
    "7615": "write one id in digits",
    "7616": "create the list and name it in ossec.conf: <ruleset><list>…</list></ruleset>",
    "7617": "load the parent earlier (files are read in the order of their names), or correct the id",
    "7618": "write digits, commas and blanks only, in one line",
    "7619": "without a parent the rule is dead: correct if_sid",
    "7620": "correct if_matched_sid, or load that rule earlier",
}
_BY_WORDS = (
    ("is static", "use the element of that name instead of <field>"),
    ("No such attribute 'name'", 'write <field name="…">'),
    ("Invalid decoder name", "write the decoder's name without blanks; for Tetragon's events it is json"),
    ("No such description", "add a <description>"),
    ("Invalid rule id", "use an id of at most six digits"),
    ("Invalid level", "use a level from 0 to 16"),
    ("No rule id or level", 'write id="…" level="…" with digits'),
    ("Only the group name is allowed", 'write <group name="…,"> and no other attribute'),
    ("without any rule", "put a <rule> into the group, or delete it"),
    ("Missing if_matched", "add if_matched_sid or if_matched_group, or take frequency and same_* away"),
    ("Invalid frequency", "use a frequency from 2 to 9999"),
    ("Invalid attribute for rule", "correct the attribute that is said before it"),
    ("rules_op: Invalid attribute", "take the attribute away, or put an element in its place"),
    ("rules_op: Invalid timeframe", "write seconds, in at most five digits"),
    ("rules_op: Invalid ignore_time", "write seconds, in at most six digits"),
    ("rules_op: Invalid overwrite", 'write overwrite="yes" or leave it out'),
    ("rules_op: Invalid maxsize", "write bytes, in at most four digits"),
    ("rules_op: Invalid accuracy", 'write accuracy="0" or leave it out'),
    ("rules_op: Invalid root element", 'put the rules into <group name="…,">'),
    ("rules_op: Element info", 'write <info type="text">, or link, cve or osvdb'),
    ("Invalid value for attribute 'noalert'", 'write noalert="1" or noalert="0"'),
    ("Invalid option", "take the element away: Wazuh knows none of that name in this place"),
    ("is not a valid element", "put only <rule> elements into a <group>"),
    ("You must specify an ID", 'write <rule id="…" level="…">'),
    ("without any option", "give the rule conditions and a <description>"),
    ("maximum number of allowed fields", "split the rule: 256 <field> elements are the most"),
    ("Compiled rule not found", "name one of the five that are compiled in, or take the element away"),
    ("Wrong ignore option", "name fields with commas between, none of them empty"),
    ("Wrong check_if_ignored option", "name fields with commas between, none of them empty"),
    ("List match lookup", "use match_key, not_match_key, match_key_value or one of the address_ ones"),
    ("List must have", 'write <list field="…" lookup="match_key">'),
    ("List requires the field", 'write <list field="…" lookup="match_key">'),
    ("List field", "use only the attributes field, lookup and check_value"),
    ("Mitre", "write one <id>, or one <tacticID> with one <techniqueID>, in each <mitre>"),
    ("deprecated field option", "take the element away: agents are compared anyway"),
    ("a <field> name of", "shorten the name under 2048 bytes"),
    ("a text of", "shorten the text under 2048 bytes, or write it as a <field>"),
)
_CODE = re.compile(r"^\((\d+)\)")


_WARNING = re.compile(
    r"\(76\d\d\)|\(7003\)|(?:Empty|No) Mitre |Mitre \w+ should be|Rule '\d+' combined|In rule '\d+' is not allowed"
    "|Detected a deprecated|Invalid value for attribute 'noalert'"
)
"""How the messages of the level WARNING begin."""


def is_error(text: str) -> bool:
    """Whether a message without its level is of the level ERROR: a rule is then in force that is not what was written.

    The answer to a reload leaves the levels out.
    """
    return _WARNING.match(text) is None


@dataclass(frozen=True, slots=True)
class Notice:
    """One message of the loader."""

    level: str
    """`ERROR`, `WARNING` or `CRITICAL`."""
    text: str
    """Wazuh's text without the level."""
    file: str
    """Name of the rule file."""
    line: int | None = None
    """Line in it, counted from 1, where known."""
    rule: int | None = None
    in_session: bool = True
    """Whether a session of the rule tester is told it; else only the manager's log is."""

    @property
    def message(self) -> str:
        """The line as the manager logs it."""
        return f"{self.level}: {self.text}"

    @property
    def remedy(self) -> str:
        """What to do about it, or empty."""
        code = _CODE.match(self.text)
        if code is not None:
            return _BY_CODE.get(code[1], "")
        return next((cure for words, cure in _BY_WORDS if words in self.text), "")

    @property
    def place(self) -> str:
        """File, line and rule, as far as known."""
        line = f":{self.line}" if self.line else ""
        rule = f" rule {self.rule}" if self.rule is not None else ""
        return f"{self.file}{line}{rule}"


def brief(text: str) -> str:
    """Write a message in one line and without the most of an overlong text that it repeats."""
    line = " ".join(text.split())
    return line if len(line) <= _BRIEF else f"{line[:_BRIEF]}…"


def cut(text: str) -> str:
    """Cut a message where Wazuh's buffer ends."""
    encoded = text.encode("utf-8", "surrogateescape")
    return text if len(encoded) <= _LONGEST else encoded[:_LONGEST].decode("utf-8", "replace")
