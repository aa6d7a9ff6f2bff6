"""What the manager says while it loads rules, in its own words, with the place and the remedy that it does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST = 2047
"""Bytes of one message that fit its buffer."""

_REMEDIES = (
    ("1104", "keep it under 2048 bytes: Wazuh drops the longer text and goes on without it"),
    ("1220", "correct what is said before it; a <field> without a name stops the manager without a word"),
    ("1202", "a rule file needs at least one <group>; delete the file if it is meant to be empty"),
    ("1226", "this is not what Wazuh's own reader takes: write < as \\<, no > in attributes, no <?xml ?>, no CDATA"),
    ("1227", "define the variable before its use, or write \\x24 for $ in a pcre2 pattern"),
    ("1235", "see the documentation of <options>"),
    ("1450", "correct the pattern"),
    ("5107", 'correct the pattern, or write it as type="pcre2" with \\xHH for every sign'),
    ("7600", "use type osregex, osmatch or pcre2, and negate yes or no: the default is used now"),
    ("7605", "if_sid, if_group, if_level and if_matched_* stay as the first definition has them"),
    ("7607", "write digits, commas and blanks only"),
    ("7609", "write a level of 1 to 16"),
    ("7610", "load a rule of that group earlier (files are read in the order of their names)"),
    ("7611", "name the file so that it sorts after 0010-rules_config.xml"),
    ("7612", 'give the rule an id of its own, or overwrite="yes"'),
    ("7613", "take overwrite away, or correct the id"),
    ("7615", "write one id in digits"),
    ("7616", "create the list and name it in ossec.conf: <ruleset><list>…</list></ruleset>"),
    ("7617", "load the parent earlier (files are read in the order of their names), or correct the id"),
    ("7618", "write digits, commas and blanks only, in one line"),
    ("7619", "without a parent the rule is dead: correct if_sid"),
    ("7620", "correct if_matched_sid, or load that rule earlier"),
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
)
_CODE = re.compile(r"^\((\d+)\)")


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

    @property
    def message(self) -> str:
        """The line as the manager logs it."""
        return f"{self.level}: {self.text}"

    @property
    def remedy(self) -> str:
        """What to do about it, or empty."""
        code = _CODE.match(self.text)
        return next((cure for sign, cure in _REMEDIES if (code and code[1] == sign) or sign in self.text), "")

    @property
    def place(self) -> str:
        """File, line and rule, as far as known."""
        line = f":{self.line}" if self.line else ""
        rule = f" rule {self.rule}" if self.rule is not None else ""
        return f"{self.file}{line}{rule}"


def cut(text: str) -> str:
    """Cut a message where Wazuh's buffer ends."""
    encoded = text.encode("utf-8", "surrogateescape")
    return text if len(encoded) <= _LONGEST else encoded[:_LONGEST].decode("utf-8", "replace")
