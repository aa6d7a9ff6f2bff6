"""Values that an event of Tetragon can have, so that counterexamples are events that can occur.

A rule sees a value as the manager prints it. These functions go back from the printed text to the JSON value.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from itertools import islice
from typing import Any

from tetratui.core.events.event_fields import ACTION_WORDS, Field, Form, NoField, field_of, members_named
from tetratui.core.events.times import format_rfc3339
from tetratui.core.tetragon.match.regex import compile_pattern
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.reach.field_values import values_of

_NUMBERS = (Form.UINT32, Form.INT32, Form.PORT)
_USUAL_TEXTS = {
    Form.UINT32: ("0", "1", "1000", "65534", "4294967295.000000"),
    Form.INT32: ("0", "1", "-1", "-13"),
    Form.BOOL: ("true", "false"),
    Form.SIGNAL: ("SIGKILL", "SIGTERM"),
    Form.ACTION: ACTION_WORDS,
    Form.TIME: ("2026-01-01T00:00:00.000000000Z",),
}
_MEMBER = re.compile(r'"(\w+)":\s*(?:"([^"\\]*)"|(-?[0-9]+|true|false))')
_FIRST_MOMENT = 1_767_225_600
"""The beginning of 2026."""
_BLANKS = re.compile(r"\\s[*+]?|\\t")
_ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_ARGUMENTS = "KprobeArgument"
_PLAIN_MEMBERS = ("sock_arg.daddr", "sock_arg.saddr", "file_arg.path", "path_arg.path", "string_arg")
"""Members of an argument that get a text which names no member."""


def value_of(field: Field, printed: str) -> Any:
    """Return the JSON value that is printed like this; None when the field can have no such value."""
    values = values_of(field)
    if field.is_array or field.form in (Form.WORD, Form.OBJECT, Form.MAP):
        return None
    if values is not None and re.fullmatch(values, printed.encode("utf-8", "replace")) is None:
        return None
    if field.form in _NUMBERS:
        return int(printed.partition(".")[0])
    if field.form is Form.BOOL:
        return printed == "true"
    if field.form is Form.ADDRESS and not _is_address(printed):
        return None
    if field.form is Form.SIGNAL and printed not in signal.Signals.__members__:
        return None
    # The sensor writes absolute paths only.
    can_occur = field.form is not Form.PATH or printed.startswith("/")
    return printed if can_occur and "\0" not in printed else None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def texts_of(field: Field, wanted: Iterable[str]) -> Iterator[str]:
    """Yield printed texts to try: the wanted ones, then the usual ones of the field's form."""
    for text in wanted:
        yield text
        if field.form is Form.PATH and not text.startswith("/"):
            yield from (f"{folder}{text}" for folder in ("/usr/bin/", "/"))
        if field.form is Form.UINT32 and text.isdigit():
            yield f"{text}.000000"
    yield from _USUAL_TEXTS.get(field.form, ())


def as_written(pattern: str) -> str:
    """Read a pattern as a text: escaped signs as themselves, a class of blanks as the tab that printed arrays have."""
    return _ESCAPED.sub(r"\1", _BLANKS.sub("\t", pattern)).removeprefix("^").removesuffix("$")


def first_match(name: str, expressions: tuple[str, ...], texts: list[str]) -> str | None:
    """Return the first text that the field of this name can have and one of a filter's expressions matches."""
    field = field_of(name)
    if isinstance(field, NoField):
        return None
    possible = (text for text in texts_of(field, texts) if value_of(field, text) is not None)
    searches = [compile_pattern(expression).search for expression in expressions]
    return next((text for text in possible if any(search(text) for search in searches)), None)


def moments_for(rules: Iterable[Rule]) -> list[str | None]:
    """Return a minute of a week at which all of these rules may match, as an event's `time`; empty if there is none."""
    timed = list(rules)
    moments = (_FIRST_MOMENT + minutes * 60 for minutes in range(7 * 24 * 60))
    fitting = (moment for moment in moments if all(rule.holds_at(moment) for rule in timed))
    return [format_rfc3339(moment * 1_000_000_000) for moment in islice(fitting, 1)]


def arrays_of(field: Field, wanted: Iterable[str]) -> Iterator[list[Any]]:
    """Yield arrays of a hook's arguments that contain these parts of printed arrays; other arrays are not made."""
    if not field.is_array or field.message != _ARGUMENTS:
        return
    for text in wanted:
        members = [(name, text or number) for name, text, number in _MEMBER.findall(text)]
        if members:
            yield from _of_members(members)
        else:
            plain = text.strip('"')
            yield from ([argument] for name in _PLAIN_MEMBERS if (argument := _argument({name: plain})))


def _of_members(members: list[tuple[str, str]]) -> Iterator[list[Any]]:
    """Yield one argument of each kind that has all these members, then an array with an argument for each member."""
    paths = [{field.name for field in members_named(_ARGUMENTS, name)} for name, _ in members]
    kinds = set.intersection(*({path.partition(".")[0] for path in names} for names in paths)) if paths else set()
    for kind in sorted(kinds, key=lambda kind: (kind != "sock_arg", kind)):
        of_kind = {
            path: text for names, (_, text) in zip(paths, members, strict=True) for path in names if _is_of(path, kind)
        }
        argument = _argument(of_kind)
        if argument:
            yield [argument]
    each = [_argument({min(names): text}) for names, (_, text) in zip(paths, members, strict=True) if names]
    if len(each) > 1 and all(each):
        yield each


def _is_of(path: str, kind: str) -> bool:
    return path == kind or path.startswith(f"{kind}.")


def _argument(texts: dict[str, str]) -> dict[str, Any] | None:
    """Make one argument of texts by dotted name; None when a member cannot have its text."""
    argument: dict[str, Any] = {}
    for name, text in texts.items():
        field = next(field for field in members_named(_ARGUMENTS, name.rpartition(".")[2]) if field.name == name)
        value = value_of(field, text)
        if value is None:
            return None
        block = argument
        for key in field.path[:-1]:
            block = block.setdefault(key, {})
        block[field.path[-1]] = value
    return argument
