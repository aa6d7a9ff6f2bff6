"""The table of pcre2 constructs whose meaning changed between Wazuh's PCRE2 10.42 and the library in use here.

Each construct has one row, with the way it is treated. Sources: PCRE2's change log from 10.43 on, and a comparison of
both libraries over generated patterns and texts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

MANAGER_VERSION = "10.42"
"""The PCRE2 of Wazuh 4.14."""
LIBRARY_VERSION = "10.47"
"""The PCRE2 that the table below was made for."""


class Answer(StrEnum):
    """How a construct is treated."""

    REFUSED = "refused"
    """The manager refuses it and does not start."""
    TRANSLATED = "translated"
    """It is rewritten so that it means here what it means there."""
    UNKNOWN = "unknown"
    """The rule is reported as not emulated."""
    INTERPRETED = "interpreted"
    """It is matched by the library's interpreter, which the manager uses, not by the JIT-compiled pattern."""


class PcreChange(NamedTuple):
    """One row of the table."""

    construct: str
    answer: Answer
    reason: str


REPEAT_BRACES = PcreChange(
    "`{,3}`, `{ 1, 3 }`", Answer.TRANSLATED, "a literal in 10.42; since 10.43 it repeats what stands before it"
)
ESCAPE_BRACES = PcreChange(
    "blanks in the braces of `\\x{ 41 }`, `\\o{ 101 }`, `\\g{ 1 }`, `\\k{ n }`, before `^` in `\\p{ ^L }`; "
    "`\\N{ 3 }`, `\\N{,3}`",
    Answer.REFUSED,
    "allowed since 10.43 and 10.45",
)
NO_DIGITS = PcreChange(
    "`\\x` without a hexadecimal digit", Answer.TRANSLATED, "the byte 0 in 10.42; refused since 10.45"
)
SINGLE_BYTE = PcreChange("`\\C`", Answer.TRANSLATED, "any byte in 10.42; switched off in the library in use")
KEY_IN_CLASS = PcreChange("`\\k` in a class", Answer.REFUSED, "a plain `k` since 10.45")
HYPHEN = PcreChange(
    "a hyphen after `\\d`, `[:alpha:]` and the like, with `\\E` or a blank of `(?xx)` between: `[\\d\\E-z]`",
    Answer.TRANSLATED,
    "a literal in 10.42; refused since 10.45",
)
HYPHEN_REFUSED = PcreChange(
    "a hyphen right after `\\d`, `[:alpha:]` and the like, with `\\E` or a blank of `(?xx)` before the end: "
    "`[\\d-\\E]`",
    Answer.REFUSED,
    "a literal since 10.45",
)
OPTION_LETTERS = PcreChange("`(?r)`, `(?a)`, `(?aD)` …", Answer.REFUSED, "options since 10.43")
EXTENDED_CLASS = PcreChange("`(?[…])`", Answer.REFUSED, "classes with operators since 10.45")
SCAN_SUBSTRING = PcreChange("`(*scs:(1)…)`, `(*scan_substring:(1)…)`", Answer.REFUSED, "assertions since 10.45")
KEPT_GROUPS = PcreChange("`(?1(2))`, `(?R(2))`, `(?&name(2))`", Answer.REFUSED, "calls that keep groups since 10.47")
START_OPTIONS = PcreChange("`(*CASELESS_RESTRICT)`, `(*TURKISH_CASING)`", Answer.REFUSED, "options since 10.45")
LONG_NAMES = PcreChange("names of groups of more than 32 bytes", Answer.REFUSED, "128 are allowed since 10.44")
NEW_PROPERTIES = PcreChange(
    "`\\p{…}` of a name that came with Unicode 15 or 16", Answer.REFUSED, "10.42 knows Unicode 14"
)
OTHER_PROPERTIES = PcreChange(
    "`\\p{…}` of anything but a general category, `Any` or `ASCII`",
    Answer.UNKNOWN,
    "scripts changed with Unicode 15 and 16, for the byte B7 too",
)
CASED = PcreChange(
    "`\\p{Lu}`, `\\p{Ll}`, `\\p{Lt}` where case does not count",
    Answer.TRANSLATED,
    "case counts for them in 10.42; since 10.45 each is any letter with case",
)
CASED_IN_CLASS = PcreChange(
    "`\\p{Lu}`, `\\p{Ll}`, `\\p{Lt}` in a class where case does not count",
    Answer.UNKNOWN,
    "as outside of one, but no class here can count case for a part of itself",
)
GRAPHEMES = PcreChange("`\\X`", Answer.UNKNOWN, "its borders changed with 10.44, for the bytes A9 and AE too")
UNICODE = PcreChange(
    "`(*UTF)` with `(*UCP)`, `\\p`, `\\C`, a script run, or `(?i)` beside a reference or a character from U+0180 on",
    Answer.UNKNOWN,
    "Unicode 14 there, 16 here; `\\w` and `[:xdigit:]` of `(*UCP)` take more since 10.43",
)
VERSION = PcreChange("`(?(VERSION>=10.43)…)`", Answer.TRANSLATED, "the condition is decided for 10.42")
VARIABLE_LOOKBEHIND = PcreChange(
    "a lookbehind without a fixed length, `\\R` in one", Answer.REFUSED, "up to 255 bytes since 10.43"
)
UNCLEAR_LOOKBEHIND = PcreChange(
    "a lookbehind with a reference, a call, a condition, a verb, or a repeated group of no length",
    Answer.UNKNOWN,
    "whether 10.42 finds its length fixed is not worked out here",
)
RECURSION = PcreChange(
    "a recursion: `(?R)`, `(?1)` inside group 1",
    Answer.UNKNOWN,
    "which loops stop the search with an error changed with 10.43",
)
CALL_AND_GROUPS = PcreChange(
    "a call `(?1)` beside `\\1`, `(?(1)…)` or `\\K`",
    Answer.UNKNOWN,
    "10.42 may keep groups that a call set; a `\\K` in a called group ends in an error since 10.47",
)
LEADING_LOOKAHEAD = PcreChange(
    "a lookahead at the start that asks for a character which stands in the pattern again: `(?=a)b?a`",
    Answer.UNKNOWN,
    "10.42 wrongly asks for the character twice (corrected in 10.45)",
)
LIMITS = PcreChange(
    "`(*LIMIT_MATCH=…)`, `(*LIMIT_DEPTH=…)`, `(*LIMIT_HEAP=…)`", Answer.UNKNOWN, "steps are counted in another way"
)
VERBS = PcreChange(
    "other start options and verbs: `(*CRLF)`, `(*SKIP)`, `(*ACCEPT)` …",
    Answer.INTERPRETED,
    "the compiled form, which the manager does not use, differs on some or refuses them",
)

CHANGES: tuple[PcreChange, ...] = tuple(value for value in list(globals().values()) if isinstance(value, PcreChange))
"""All rows."""
