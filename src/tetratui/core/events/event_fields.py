"""Which fields an event of Tetragon can have, by their dotted names, and what each can hold.

`process_exec.process.binary` is a text; `process_kprobe.args` is an array; `process_exec.process.parent` is none.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from tetratui.core.events.event_messages import ACTIONS, MESSAGES
from tetratui.core.events.kinds import KIND_OF_KEY

_TOP = "Event"
_TOP_FIELDS = {
    "node_name": "string",
    "time": "Timestamp",
    "cluster_name": "string",
    "node_labels": "map",
    "aggregation_info": "AggregationInfo",
}
"""What stands beside the kind."""
_MORE_MESSAGES = "AggregationInfo: 1 count uint64"


class Form(Enum):
    """What a field holds, as JSON writes it."""

    TEXT = "a text"
    PATH = "a path from / on"
    ADDRESS = "an IP address"
    PORT = "a port from 0 to 65535"
    SIGNAL = "the name of a signal as in SIGKILL"
    BASE64 = "a text in base64"
    UINT32 = "a number from 0 to 4294967295"
    INT32 = "a number from -2147483648 to 2147483647"
    UINT64 = "a number, written as a text of digits"
    INT64 = "a whole number, written as a text of digits"
    BOOL = "true or false"
    TIME = "a time as in 2026-01-01T00:00:00.000000000Z"
    WORD = "a name of a fixed set"
    ACTION = "KPROBE_ACTION_POST and the like"
    MAP = "an object with keys of any name"
    OBJECT = "an object"


_FORMS = {
    "string": Form.TEXT,
    "bytes": Form.BASE64,
    "uint32": Form.UINT32,
    "UInt32Value": Form.UINT32,
    "int32": Form.INT32,
    "Int32Value": Form.INT32,
    "uint64": Form.UINT64,
    "int64": Form.INT64,
    "bool": Form.BOOL,
    "BoolValue": Form.BOOL,
    "Timestamp": Form.TIME,
    "KprobeAction": Form.ACTION,
    "map": Form.MAP,
}
_FORM_OF_NAME = {
    "exec_id": Form.BASE64,
    "parent_exec_id": Form.BASE64,
    "binary": Form.PATH,
    "cwd": Form.PATH,
    "saddr": Form.ADDRESS,
    "daddr": Form.ADDRESS,
    "signal": Form.SIGNAL,
    "sport": Form.PORT,
    "dport": Form.PORT,
    "port": Form.PORT,
}
"""Texts and numbers of which more is known."""
_OTHER_WORDS = {"args": "arguments", "command": "arguments", "cmdline": "arguments", "exe": "binary", "comm": "binary"}
"""What others call a field."""
_ALIKE = 0.8
"""Likeness from which a field is proposed for a name that no event has; one equal last word is enough."""
ACTION_WORDS = tuple(f"KPROBE_ACTION_{name}" for name in ACTIONS.split())
"""What a field of Form.ACTION can hold."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that events can have."""

    path: tuple[str, ...]
    """Its keys as Tetragon spells them."""
    form: Form
    """What it holds; of an array, what each of its items is."""
    is_array: bool = False
    message: str = ""
    """The message that an object is."""

    @property
    def name(self) -> str:
        """The dotted name."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class NoField:
    """A name that no event has: the field it goes astray at."""

    within: Field | None
    """The array, text or object of which it wants a part that is not there; None at the top."""


@cache
def _messages() -> Mapping[str, Mapping[str, tuple[str, bool]]]:
    """Read the messages: field name to type, and whether it is repeated."""
    blocks = f"{MESSAGES.strip()}\n{_MORE_MESSAGES}".replace("\n  ", " ").splitlines()
    messages: dict[str, dict[str, tuple[str, bool]]] = {}
    for block in blocks:
        message, _, body = block.partition(":")
        words = [field.split() for field in body.split(",")]
        messages[message] = {name: (kind.lstrip("?*"), kind.startswith("*")) for _, name, kind, *_ in words}
    kinds = {key: ("".join(part.capitalize() for part in key.split("_")), False) for key in KIND_OF_KEY}
    messages[_TOP] = {**kinds, **{name: (kind, False) for name, kind in _TOP_FIELDS.items()}}
    return messages


@cache
def _members(message: str) -> Mapping[str, tuple[str, str, bool]]:
    """The fields of a message by lower-case name: spelling, type, whether repeated."""
    return {name.lower(): (name, *typed) for name, typed in _messages()[message].items()}


def _field(path: tuple[str, ...], kind: str, is_array: bool) -> Field:
    if kind in _messages():
        return Field(path, Form.OBJECT, is_array, kind)
    form = _FORMS.get(kind, Form.WORD)
    form = _FORM_OF_NAME.get(path[-1], form) if form in (Form.TEXT, Form.UINT32) else form
    return Field(path, form, is_array)


def field_of(name: str) -> Field | NoField:
    """Find the field of a dotted name, case aside; or say where the name leaves what events can have."""
    parts = name.split(".")
    here = Field((), Form.OBJECT, message=_TOP)
    for at, part in enumerate(parts):
        if here.form is Form.MAP and not here.is_array:
            # Keys of labels hold dots.
            return Field((*here.path, ".".join(parts[at:])), Form.TEXT)
        member = _members(here.message).get(part.lower()) if here.form is Form.OBJECT and not here.is_array else None
        if member is None:
            return NoField(here if here.path else None)
        here = _field((*here.path, member[0]), member[1], member[2])
    return here


@cache
def fields_of_kind(key: str) -> tuple[Field, ...]:
    """List all fields of a kind (`process_exec`) that hold a value, arrays included."""
    return tuple(_below(_field((key,), _messages()[_TOP][key][0], False)))


def _below(field: Field) -> Iterator[Field]:
    if field.form is not Form.OBJECT or field.is_array:
        yield field
        return
    for name, (kind, is_array) in _messages()[field.message].items():
        yield from _below(_field((*field.path, name), kind, is_array))


def members_of(message: str) -> Iterator[tuple[str, Field]]:
    """Go through the members of a message and of the messages in it, arrays too: name and field."""
    work, seen = [message], {message}
    while work:
        for name, (kind, is_array) in _messages()[work.pop()].items():
            yield name, _field((name,), kind, is_array)
            if kind in _messages() and kind not in seen:
                seen.add(kind)
                work.append(kind)


def members_named(message: str, name: str) -> list[Field]:
    """Find the fields of this name in a message and the objects in it; their paths begin in the message."""
    start = Field((), Form.OBJECT, message=message)
    return [field for field in _below(start) if field.path[-1].lower() == name.lower()]


def nearest(name: str) -> Field | None:
    """Find the field most like a name that no event has: first by last words, then by letters; None for none alike."""
    parts = name.lower().split(".")
    key = next((part for part in parts if part in KIND_OF_KEY), None)
    if key is None:
        return None
    wanted = [*parts[parts.index(key) : -1], _OTHER_WORDS.get(parts[-1], parts[-1])]
    exact = field_of(".".join(wanted))
    if isinstance(exact, Field) and (exact.form is not Form.OBJECT or exact.is_array):
        return exact
    likeness = difflib.SequenceMatcher(b=_bare(wanted))
    best: tuple[tuple[int, bool, float], Field] | None = None
    for field in fields_of_kind(key):
        own = [part.lower() for part in field.path]
        likeness.set_seq1(_bare(own))
        rank = (_same_end(own, wanted), ("parent" in own) is ("parent" in wanted), likeness.ratio())
        if rank[0] + rank[2] >= _ALIKE and (best is None or rank > best[0]):
            best = rank, field
    return best[1] if best is not None else None


def _bare(parts: list[str]) -> str:
    return ".".join(parts).replace("_", "")


def _same_end(own: list[str], wanted: list[str]) -> int:
    count = 0
    for one, other in zip(reversed(own), reversed(wanted), strict=False):
        if one.replace("_", "") != other.replace("_", ""):
            break
        count += 1
    return count
