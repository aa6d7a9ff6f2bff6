"""The constructs of pcre2 patterns that mean something else in the library in use than in Wazuh's PCRE2 10.42.

Each has one row here, with what is answered for it. Sources: PCRE2's change log from 10.43 on, and a comparison of both
libraries over generated patterns and texts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

MANAGER_VERSION = "10.42"
"""The PCRE2 of Wazuh 4.14."""
LIBRARY_VERSION = "10.47"
"""The PCRE2 that the table below was made for."""


class Answer(StrEnum):
    """What is answered for a construct."""

    REFUSED = "refused"
    """The manager refuses it and does not start."""
    TRANSLATED = "translated"
    """It is written in another way that means here what it means there."""
    UNKNOWN = "unknown"
    """The rule is said not to be followed."""
    INTERPRETED = "interpreted"
    """It is matched by the library's interpreter, as the manager does, not by its compiled form."""


class Change(NamedTuple):
    """One row."""

    construct: str
    answer: Answer
    reason: str


REPEAT_BRACES = Change(
    "`{,3}`, `{ 1, 3 }`", Answer.TRANSLATED, "a literal in 10.42; since 10.43 it repeats what stands before it"
)
ESCAPE_BRACES = Change(
    "blanks in the braces of `\\x{ 41 }`, `\\o{ 101 }`, `\\g{ 1 }`, `\\k{ n }`, before `^` in `\\p{ ^L }`; "
    "`\\N{ 3 }`, `\\N{,3}`",
    Answer.REFUSED,
    "allowed since 10.43 and 10.45",
)
NO_DIGITS = Change("`\\x` without a hexadecimal digit", Answer.TRANSLATED, "the byte 0 in 10.42; refused since 10.45")
SINGLE_BYTE = Change("`\\C`", Answer.TRANSLATED, "any byte in 10.42; switched off in the library in use")
KEY_IN_CLASS = Change("`\\k` in a class", Answer.REFUSED, "a plain `k` since 10.45")
HYPHEN = Change(
    "a hyphen after `\\d`, `[:alpha:]` and the like, with `\\E` or a blank of `(?xx)` between: `[\\d\\E-z]`",
    Answer.TRANSLATED,
    "a literal in 10.42; refused since 10.45",
)
HYPHEN_REFUSED = Change(
    "a hyphen right after `\\d`, `[:alpha:]` and the like, with `\\E` or a blank of `(?xx)` before the end: "
    "`[\\d-\\E]`",
    Answer.REFUSED,
    "a literal since 10.45",
)
OPTION_LETTERS = Change("`(?r)`, `(?a)`, `(?aD)` …", Answer.REFUSED, "options since 10.43")
EXTENDED_CLASS = Change("`(?[…])`", Answer.REFUSED, "classes with operators since 10.45")
SCAN_SUBSTRING = Change("`(*scs:(1)…)`, `(*scan_substring:(1)…)`", Answer.REFUSED, "assertions since 10.45")
KEPT_GROUPS = Change("`(?1(2))`, `(?R(2))`, `(?&name(2))`", Answer.REFUSED, "calls that keep groups since 10.47")
START_OPTIONS = Change("`(*CASELESS_RESTRICT)`, `(*TURKISH_CASING)`", Answer.REFUSED, "options since 10.45")
LONG_NAMES = Change("names of groups of more than 32 bytes", Answer.REFUSED, "128 are allowed since 10.44")
NEW_PROPERTIES = Change("`\\p{…}` of a name that came with Unicode 15 or 16", Answer.REFUSED, "10.42 knows Unicode 14")
OTHER_PROPERTIES = Change(
    "`\\p{…}` of anything but a general category, `Any` or `ASCII`",
    Answer.UNKNOWN,
    "scripts changed with Unicode 15 and 16, for the byte B7 too",
)
CASED = Change(
    "`\\p{Lu}`, `\\p{Ll}`, `\\p{Lt}` where case does not count",
    Answer.TRANSLATED,
    "case counts for them in 10.42; since 10.45 each is any letter with case",
)
CASED_IN_CLASS = Change(
    "`\\p{Lu}`, `\\p{Ll}`, `\\p{Lt}` in a class where case does not count",
    Answer.UNKNOWN,
    "as outside of one, but no class here can count case for a part of itself",
)
GRAPHEMES = Change("`\\X`", Answer.UNKNOWN, "its borders changed with 10.44, for the bytes A9 and AE too")
UNICODE = Change(
    "`(*UTF)` with `(*UCP)`, `\\p`, `\\C`, a script run, or `(?i)` beside a reference or a character from U+0180 on",
    Answer.UNKNOWN,
    "Unicode 14 there, 16 here; `\\w` and `[:xdigit:]` of `(*UCP)` take more since 10.43",
)
VERSION = Change("`(?(VERSION>=10.43)…)`", Answer.TRANSLATED, "the condition is decided for 10.42")
VARIABLE_LOOKBEHIND = Change(
    "a lookbehind without a fixed length, `\\R` in one", Answer.REFUSED, "up to 255 bytes since 10.43"
)
UNCLEAR_LOOKBEHIND = Change(
    "a lookbehind with a reference, a call, a condition, a verb, or a repeated group of no length",
    Answer.UNKNOWN,
    "whether 10.42 finds its length fixed is not worked out here",
)
RECURSION = Change(
    "a recursion: `(?R)`, `(?1)` inside group 1",
    Answer.UNKNOWN,
    "which loops stop the search with an error changed with 10.43",
)
CALL_AND_GROUPS = Change(
    "a call `(?1)` beside `\\1`, `(?(1)…)` or `\\K`",
    Answer.UNKNOWN,
    "10.42 may keep groups that a call set; a `\\K` in a called group ends in an error since 10.47",
)
LEADING_LOOKAHEAD = Change(
    "a lookahead at the start that asks for a character which stands in the pattern again: `(?=a)b?a`",
    Answer.UNKNOWN,
    "10.42 wrongly asks for the character twice (corrected in 10.45)",
)
LIMITS = Change(
    "`(*LIMIT_MATCH=…)`, `(*LIMIT_DEPTH=…)`, `(*LIMIT_HEAP=…)`", Answer.UNKNOWN, "steps are counted in another way"
)
VERBS = Change(
    "other start options and verbs: `(*CRLF)`, `(*SKIP)`, `(*ACCEPT)` …",
    Answer.INTERPRETED,
    "the compiled form, which the manager does not use, differs on some or refuses them",
)

CHANGES: tuple[Change, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Change))
"""All rows."""
