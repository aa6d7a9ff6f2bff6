"""Find PCRE syntax in a pattern of osregex or osmatch, where it is literal text.

`^/tmp/.*` in osregex matches only a text that begins with `/tmp/.*`, letter for letter. Only forms that are hardly
meant literally are recognised: `[` alone is the name of a program.
"""

from __future__ import annotations

import re

_REPEATED_DOT = re.compile(r"(?<!\\)\.[*+]")
_CLASS = re.compile(r"\[(?:\^[^\]]+|[^\]]*(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|\\[dws])[^\]]*)\]")
_SIZE = re.compile(r"(?:\\[a-zA-Z.]|[\])a-zA-Z0-9.])\{[0-9]+(?:,[0-9]*)?\}")
_REPEATED_CLASS = re.compile(r"\[[^\[\]]+\][*+?]")
_GROUP_WORD = re.compile(r"\(\?[:=!i]")
_FORMS = (_REPEATED_DOT, _CLASS, _SIZE, _REPEATED_CLASS, _GROUP_WORD)
_ESCAPE = re.compile(r"\\[.dwsDWSt/\-\[\]*+?]")


def find_foreign_syntax(kind: str, pattern: bytes) -> str | None:
    """Return which PCRE syntax a pattern has, and what to write instead; None if it has none or is pcre2."""
    if kind not in ("osregex", "osmatch"):
        return None
    text = pattern.decode("utf-8", "replace")
    if kind == "osmatch" and text.startswith("!"):
        # A negated pattern matches nearly every text all the same.
        return None
    forms = [_find_form(kind, alternative) for alternative in text.split("|")]
    if not all(forms):
        return None
    remedy = _ANY_TEXT if forms[0] in (".*", ".+") and kind == "osregex" else _REMEDY
    return f"in {kind} {forms[0]} is literal text; {remedy}"


_ANY_TEXT = 'write \\.* for any text, or type="pcre2"'
_REMEDY = 'write the pattern with type="pcre2"'


def _find_form(kind: str, text: str) -> str | None:
    forms = _FORMS if kind == "osregex" else (*_FORMS, _ESCAPE)
    matches = (match for form in forms if (match := form.search(text)) is not None)
    return next((match[0] for match in matches), None)
