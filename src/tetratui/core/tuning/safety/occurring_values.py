"""Values that an event of Tetragon can hold, so that a text which a rule wants is put into events that can occur.

A rule sees a value as the manager prints it. Here the way is back: from the printed text to the JSON value, or to none.
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
from tetratui.core.tetragon.match.regex import compiled
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.reach.field_values import values_of

_NUMBERS = (Form.UINT32, Form.INT32, Form.PORT)
_USUAL = {
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
"""Where a text without a member's name is tried."""


def value_of(field: Field, printed: str) -> Any:
    """Give the JSON value that is printed so; None when the field can hold none that is."""
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
    # Whatever a path holds, the sensor writes it whole.
    whole = field.form is not Form.PATH or printed.startswith("/")
    return printed if whole and "\0" not in printed else None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def texts_of(field: Field, wanted: Iterable[str]) -> Iterator[str]:
    """Give printed texts to try: those that a rule wants, and the usual ones of the field's form."""
    for text in wanted:
        yield text
        if field.form is Form.PATH and not text.startswith("/"):
            yield from (f"{folder}{text}" for folder in ("/usr/bin/", "/"))
        if field.form is Form.UINT32 and text.isdigit():
            yield f"{text}.000000"
    yield from _USUAL.get(field.form, ())


def as_written(pattern: str) -> str:
    """Read a pattern as a text: its signs for themselves, a blank class as a tab, as printed arrays have it."""
    return _ESCAPED.sub(r"\1", _BLANKS.sub("\t", pattern)).removeprefix("^").removesuffix("$")


def first_taken(name: str, expressions: tuple[str, ...], texts: list[str]) -> str | None:
    """Take the first text that a field can hold and one of a filter's expressions takes."""
    field = field_of(name)
    if isinstance(field, NoField):
        return None
    able = (text for text in texts_of(field, texts) if value_of(field, text) is not None)
    return next((text for text in able if any(compiled(one).search(text) for one in expressions)), None)


def moments_for(rules: Iterable[Rule]) -> list[str | None]:
    """Choose a minute of a week at which all of these rules may match, as an event's `time`; none if there is none."""
    asking = list(rules)
    moments = (_FIRST_MOMENT + minutes * 60 for minutes in range(7 * 24 * 60))
    fitting = (when for when in moments if all(rule.holds_at(when) for rule in asking))
    return [format_rfc3339(when * 1_000_000_000) for when in islice(fitting, 1)]


def arrays_of(field: Field, wanted: Iterable[str]) -> Iterator[list[Any]]:
    """Make arrays of a hook's arguments that hold what parts of printed arrays tell; for other arrays none."""
    if not field.is_array or field.message != _ARGUMENTS:
        return
    for text in wanted:
        members = [(name, text or number) for name, text, number in _MEMBER.findall(text)]
        if members:
            yield from _of_members(members)
        else:
            plain = text.strip('"')
            yield from ([made] for name in _PLAIN_MEMBERS if (made := _argument({name: plain})))


def _of_members(members: list[tuple[str, str]]) -> Iterator[list[Any]]:
    """Put members into the first kind of argument that has all of them, else each into one of its own."""
    paths = [{field.name for field in members_named(_ARGUMENTS, name)} for name, _ in members]
    kinds = set.intersection(*({path.partition(".")[0] for path in names} for names in paths)) if paths else set()
    for kind in sorted(kinds, key=lambda kind: (kind != "sock_arg", kind)):
        of_kind = {
            path: text for names, (_, text) in zip(paths, members, strict=True) for path in names if _is_of(path, kind)
        }
        made = _argument(of_kind)
        if made:
            yield [made]
    each = [_argument({min(names): text}) for names, (_, text) in zip(paths, members, strict=True) if names]
    if len(each) > 1 and all(each):
        yield each


def _is_of(path: str, kind: str) -> bool:
    return path == kind or path.startswith(f"{kind}.")


def _argument(texts: dict[str, str]) -> dict[str, Any] | None:
    """Make one argument of texts by dotted name; None when one of them cannot be."""
    made: dict[str, Any] = {}
    for name, text in texts.items():
        field = next(one for one in members_named(_ARGUMENTS, name.rpartition(".")[2]) if one.name == name)
        value = value_of(field, text)
        if value is None:
            return None
        block = made
        for key in field.path[:-1]:
            block = block.setdefault(key, {})
        block[field.path[-1]] = value
    return made
