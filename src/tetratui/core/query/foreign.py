"""Recognise the operators, words and quotes of other query languages, and spell what they mean in this one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tetratui.core.query.field_names import suggest_fields
from tetratui.core.query.fields import ALIASES, FIELDS, Sort

CONNECTIVES = {"and": "a space means and", "&&": "a space means and", "&": "a space means and", "||": "write or"}
CONNECTIVES |= {"|": "write or", "not": "write - before the term", "xor": "write (a -b) or (-a b)"}
"""Words and signs that join terms elsewhere, with what to write here."""
QUOTES = "'‘’“”`"
"""Characters that open a text elsewhere."""

_SIGNS = {
    "!=": ("-", "="),
    "!==": ("-", "="),
    "<>": ("-", "="),
    "≠": ("-", "="),
    "!:": ("-", ":"),
    "!~": ("-", "~"),
    "==": ("", "="),
    "===": ("", "="),
    ":=": ("", "="),
    "=~": ("", "~"),
    "~=": ("", "~"),
    "~~": ("", "~"),
    "=>": ("", ">="),
    "=<": ("", "<="),
    "≥": ("", ">="),
    "≤": ("", "<="),
}
"""What stands here for an operator of another language: before the field, and after it."""
_RANGES = {":>": ("", ">"), ":>=": ("", ">="), ":<": ("", "<"), ":<=": ("", "<=")}
"""The same for numbers and times alone: of a text, the value may begin with such a sign."""
_WORDS = {
    "is": "=", "equals": "=", "eq": "=", "in": "=", "ne": "!=", "like": ":", "ilike": ":", "contains": ":",
    "matches": "~", "regexp": "~", "rlike": "~", "startswith": "~^", "endswith": "~$",
    "gt": ">", "lt": "<", "gte": ">=", "lte": "<=", "ge": ">=", "le": "<=",
}  # fmt: skip
_NAME = r"(@?[A-Za-z_][\w.\[\]-]*)"
_SIGN = re.compile(_NAME + "(" + "|".join(map(re.escape, sorted({**_SIGNS, **_RANGES}, key=len, reverse=True))) + ")")
_JOINED = re.compile(r"(&&|\|\|?|;)(?=[-!(]*" + _NAME + r"(?:!?[=~:]|[<>]))")
_SPACED = re.compile(_NAME + r"\s+(!=|==|=~|!~|<>|>=|<=|[=:~<>])")
_WORDED = re.compile(_NAME + r"\s+(not\s+)?(" + "|".join(_WORDS) + r")(?:\s+(not\b)?|(?=\())\s*", re.IGNORECASE)
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|\([^)]*\)|[^\s()]*')
_LONGEST = 60
_PATH = re.compile(r"(process|parent|event)\w*\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ForeignSpelling:
    """What is not spelled so here, where, and what to write."""

    message: str
    remedy: str
    position: int


def find_foreign_operator(text: str, position: int) -> ForeignSpelling | None:
    """Return what is foreign in the term that begins at `position`, None when nothing is."""
    sign = _SIGN.match(text, position)
    if sign and _is_foreign(sign[1], sign[2]):
        before, operator = {**_SIGNS, **_RANGES}[sign[2]]
        remedy = _spell(text, position, sign[1], before, operator, sign.end())
        return ForeignSpelling(f"{sign[2]} is not an operator here", remedy, sign.end(1))
    return _find_spaced(text, position)


def _is_foreign(name: str, sign: str) -> bool:
    """Return whether a sign is no operator after this name; a network or a text may follow a `:`."""
    if "." in name and not _PATH.match(name):
        return False
    field = FIELDS.get(ALIASES.get(name, name))
    ordered = field is not None and field.sort in {Sort.NUMBER, Sort.DURATION, Sort.TIME}
    return ordered if sign in {*_RANGES, "=>", "=<"} else True


def _find_spaced(text: str, position: int) -> ForeignSpelling | None:
    """Find a field, a space and an operator in signs or in a word."""
    spaced = _SPACED.match(text, position)
    if spaced and spaced[1] in {*FIELDS, *ALIASES}:
        before, operator = _SIGNS.get(spaced[2], ("", spaced[2]))
        remedy = _spell(text, position, spaced[1], before, operator, spaced.end())
        return ForeignSpelling(f"expected a field before {spaced[2]}", f"no spaces: {remedy}", spaced.start(2))
    worded = _WORDED.match(text, position)
    if worded and worded[1] in {*FIELDS, *ALIASES} and text[worded.end() : worded.end() + 1]:
        operator = _WORDS[worded[3].lower()]
        negated = bool(worded[2] or worded[4]) != (operator == "!=")
        remedy = _spell(text, position, worded[1], "-" * negated, operator.replace("!", ""), worded.end())
        return ForeignSpelling(f"{worded[3]} is not an operator here", remedy, worded.start(3))
    return None


def find_joined_terms(value: str, start: int) -> ForeignSpelling | None:
    """Return the sign that joins two terms inside what would be one value: `kind=exec&&bin:sh`."""
    joined = _JOINED.search(value)
    if joined is None or joined[2] not in {*FIELDS, *ALIASES}:
        return None
    remedy = "write or between the terms, with spaces" if "|" in joined[1] else "write a space between the terms"
    return ForeignSpelling(f"{joined[1]} is not an operator here", remedy, start + joined.start())


def explain_quotes(text: str, position: int) -> str:
    """Return what to write instead of a text in the quotes of another language that begins at `position`."""
    closing = {"‘": "’", "“": "”"}.get(text[position], text[position])
    inner = text[position + 1 :].partition(closing)[0]
    return f'write "{_cut(inner)}"' if inner and '"' not in inner else 'write "…", and \\" for a quote inside'


def _spell(text: str, position: int, name: str, before: str, operator: str, end: int) -> str:
    """Write a term as it is spelled here."""
    field = ALIASES.get(name, name)
    if field not in FIELDS:
        field = next(iter(suggest_fields(name)), field)
    shown = _spell_value(text, end, operator)
    if operator in {"~^", "~$"}:
        shown = f"^{shown}" if operator == "~^" else f"{shown}$"
    # A negation in front of the term is undone by one that the operator means.
    negated = text[position - 1 : position] in {"-", "!"} and position > 0
    sign = "" if before and negated else "-" if before or negated else ""
    remedy = f"write {sign}{field}{operator[0] if operator in {'~^', '~$'} else operator}{shown}"
    if sign and field in FIELDS and field not in {"kind", "bin", "time", "cmd"}:
        remedy += f"; it is also true of events without {field}: add {field}:* to leave them out"
    return remedy


def _spell_value(text: str, end: int, operator: str) -> str:
    match = _VALUE.match(text, end + len(text[end:]) - len(text[end:].lstrip()))
    value = match[0] if match else ""
    if value[:1] == "(":
        value = ",".join(part.strip("'\"") for part in re.split(r"[,\s]+", value.strip("()")) if part)
    if value[:1] in {"'", '"'} and not re.search(r"""[\s,()]""", value):
        value = value.strip("'\"")
    elif value[:1] == "'":
        value = '"' + value.strip("'") + '"'
    if operator == ":":
        value = value.strip("%*")
    return _cut(value) or "value"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
