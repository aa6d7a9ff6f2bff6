"""Describe the texts that a field of Tetragon's events can have in a rule, as the manager prints its values."""

from __future__ import annotations

from functools import cache

from tetratui.core.events.event_fields import ACTION_WORDS, Field, Form, members_of
from tetratui.core.wazuh.engine.reach.automaton import Automaton
from tetratui.core.wazuh.engine.reach.expression_automaton import full_match_automaton

_STRING = rb'"(?:[^"\\\x01-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"'
_NUMBER = rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_VALUE = _STRING + b"|" + _NUMBER + rb"|true|false|null|[{}\[\]]"
LINE = rb"\{(?:" + _VALUE + rb"|:|,)*\}"
"""A line as the agent sends it: JSON without spaces."""
_ARRAY = rb"\[(?:" + _VALUE + rb"|:\t|,\n|, |\n|\t)*\]"
"""An array of objects as the manager prints it: a tab after each colon, each member on its own line."""
_WORD = rb"[A-Za-z0-9_]+"
FORMS = {
    Form.SIGNAL: rb"(?:SIG[A-Z0-9+]+)?",
    Form.BASE64: rb"[A-Za-z0-9+/]*={0,2}",
    Form.UINT64: rb"[0-9]{1,20}",
    Form.INT64: rb"-?[0-9]{1,19}",
    Form.BOOL: rb"true|false",
    Form.TIME: rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z",
    Form.WORD: _WORD,
    Form.ACTION: "|".join(ACTION_WORDS).encode(),
}


def _between(low: str, high: str) -> list[str]:
    """Return expressions for the numbers from `low` to `high`, which have equally many digits."""
    if not low:
        return [""]
    if set(low) == {"0"} and set(high) == {"9"}:
        return [f"[0-9]{{{len(low)}}}"]
    if low[0] == high[0]:
        return [low[0] + rest for rest in _between(low[1:], high[1:])]
    rest = len(low) - 1
    parts = [low[0] + after for after in _between(low[1:], "9" * rest)]
    if int(high[0]) - int(low[0]) > 1:
        parts.append(f"[{int(low[0]) + 1}-{int(high[0]) - 1}][0-9]{{{rest}}}")
    return parts + [high[0] + after for after in _between("0" * rest, high[1:])]


def _up_to(high: int) -> bytes:
    """Return an expression for the numbers from 0 to `high`, which has ten digits."""
    return "|".join(["[0-9]", "[1-9][0-9]{1,8}", *_between("1" + "0" * 9, str(high))]).encode()


_INT32 = _up_to(2**31 - 1)
PLAIN_OVER_INT32 = b"(?:" + "|".join(_between(str(2**31), str(2**32 - 1))).encode() + b")"
"""Numbers over 2147483647 as they stand in JSON; the manager prints them with six decimals."""
FORMS[Form.UINT32] = _INT32 + b"|" + PLAIN_OVER_INT32 + rb"\.000000"
FORMS[Form.PORT] = b"[0-9]|[1-9][0-9]{1,3}|" + "|".join(_between("10000", "65535")).encode()
FORMS[Form.INT32] = _INT32 + b"|-(?:" + _up_to(2**31) + b")"


_BARE = {
    Form.UINT32: _INT32 + b"|" + PLAIN_OVER_INT32,
    Form.INT32: FORMS[Form.INT32],
    Form.PORT: FORMS[Form.PORT],
    Form.BOOL: FORMS[Form.BOOL],
}
"""Values that stand in an array without quotes. Numbers have no decimals there."""


@cache
def _arguments() -> bytes:
    """Return an expression for arrays of a hook's arguments: only their known members, with values of their forms."""
    names: dict[bytes, set[str]] = {}
    for name, field in members_of("KprobeArgument"):
        bare = _BARE.get(field.form, rb"[{]" if field.form in (Form.OBJECT, Form.MAP) else _STRING)
        names.setdefault(rb"\[" if field.is_array else bare, set()).add(name)
    members = [b'"(?:' + "|".join(sorted(of)).encode() + rb')":\t(?:' + value + b")" for value, of in names.items()]
    return rb"\[(?:" + b"|".join(members) + b"|" + _STRING + rb"|,\n|, |\n|\t|[{}\[\]])*\]"


def values_of(field: Field) -> bytes | None:
    """Return a regular expression for the texts that a field can have; None if it can have any text."""
    if field.is_array and field.form is Form.OBJECT:
        return _arguments() if field.message == "KprobeArgument" else _ARRAY
    value = FORMS.get(field.form)
    if not field.is_array:
        return value
    item = b'"(?:' + value + b')"' if value is not None else _STRING
    return rb"\[\]|\[(?:" + item + rb")(?:, (?:" + item + rb"))*\]"


@cache
def build_values_automaton(values: bytes) -> Automaton:
    """Return the automaton of the texts that `values_of` describes."""
    return full_match_automaton(values)
