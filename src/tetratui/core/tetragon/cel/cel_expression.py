"""`cel_expression`: compiled and answered as Tetragon does from 1.4.0 on, with descriptors of our own for each version.

From 1.5.0 an expression is looked at only for the kinds of event that it mentions, before that for every event; the
kinds that an event is not are empty messages to it. An error while it runs makes the whole filter false for that event,
later expressions included (docs/tetragon.md, "CEL").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import cache, lru_cache
from typing import Any

from cel_expr_python import cel
from google.protobuf import json_format, message_factory  # type: ignore[import-untyped]
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from tetratui.core.events.kinds import Kind
from tetratui.core.tetragon.cel import addresses as cel_addresses
from tetratui.core.tetragon.cel import known_names as cel_names
from tetratui.core.tetragon.cel import standard_functions as cel_standard
from tetratui.core.tetragon.cel.checked_expression import checked, with_functions
from tetratui.core.tetragon.cel.event_schema import ADDRESS_TYPES, message_name, pool_of, variables
from tetratui.core.tetragon.cel.standard_functions import REPLACED
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import CEL_SKIPS_SINCE, Features, Version
from tetratui.core.tetragon.match.unicode_names import is_emulated

_TEXT = re.compile(
    r"""[bBrR]{0,2}(?:\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", re.DOTALL
)
_COMMENT = re.compile(r"//[^\n]*")
_PROPERTY = re.compile(r"\\[pP](?:\{\^?([^{}]*)\}|(\w))")
_TOO_DEEP = re.compile(r"recursion (?:limit exceeded|depth of)")
_DEPTH = "nested deeper than 32 levels"
"""What the engine here cannot follow of brackets, operators, calls and macros; Tetragon's follows 250."""


class CelExpression:
    """One compiled expression."""

    def __init__(self, source: str, version: Version) -> None:
        """Compile it or raise a FilterError of stage "build"."""
        self._version = version
        self._mentions: set[str] = set(Features(version).kind_of_key)
        self.unanswered = ""
        """Why it can be neither checked nor answered here, or empty."""
        if "`" in _without_texts(source):
            # The engine here takes quoted identifiers, Tetragon's has them switched off.
            raise _refused(source, "identifiers are written without `")
        try:
            self._take(source, _environment(version, to_check=True).compile(source))
            names = [match[0] for match in _PROPERTY.finditer(source) if not is_emulated(match[1] or match[2] or "")]
            self.unanswered = f"{', '.join(names)} is not emulated" if names else ""
        except RuntimeError as error:  # what the package raises for every kind of bad expression
            self.unanswered = _DEPTH if _TOO_DEEP.search(str(error)) else cel_names.undecided(str(error))
            if not self.unanswered:
                raise _refused(source, str(error), cel_names.advice(str(error))) from error
        except DecodeError:
            self.unanswered = _DEPTH

    def _take(self, source: str, compiled: Any) -> None:
        """Judge what the checker made of it, and prepare it for running."""
        found = compiled.return_type()
        types = checked(compiled.serialize())
        if types.nameless or (gone := cel_names.missing(types.overloads, self._version)):
            raise _refused(source, f"undeclared reference to {types.nameless!r}" if types.nameless else gone)
        self.unanswered = cel_names.unknown(types.overloads)
        if types.opened & frozenset(ADDRESS_TYPES):
            raise _refused(source, "addresses and networks have no fields: make them with ip() and cidr()")
        if found != cel.Type.BOOL or types.is_wrapper:
            given = f"a wrapped {found.name().lower()}" if types.is_wrapper else found.name().lower()
            raise _refused(source, f"it gives {given}, wanted is true or false")
        self._mentions = {key for key in self._mentions if message_name(key) in types.messages}
        self._runs = _environment(self._version).deserialize(with_functions(compiled.serialize(), REPLACED))

    @property
    def answers(self) -> Set[str]:
        """The keys of the kinds of event it is looked at for; the empty key is an event of no known kind."""
        if self._version < CEL_SKIPS_SINCE:
            return {*Features(self._version).kind_of_key, ""}
        return self._mentions

    def holds(self, key: str, message: Any) -> bool | None:
        """Evaluate it for an event; None for an error value."""
        if self.unanswered:
            return None
        others = {name: _message_class(self._version, name)() for name in self._mentions if name != key}
        try:
            value = self._runs.eval(data={**others, **({key: message} if key else {})}).value()
        except RuntimeError:  # an error value that the package does not give as one
            return None
        return value if isinstance(value, bool) else None


@lru_cache(maxsize=4096)
def _expression(source: str, version: Version) -> CelExpression:
    return CelExpression(source, version)


def compile_all(sources: Iterable[str], features: Features) -> list[CelExpression]:
    """Compile the values of a filter's `cel_expression`."""
    return [_expression(source, features.version) for source in sources]


def unanswered(sources: Iterable[str], features: Features) -> list[str]:
    """Give the reasons why expressions cannot be answered here, though Tetragon may well answer them."""
    compiled = zip(sources, compile_all(sources, features), strict=True)
    return [f"{source}: {one.unanswered}" for source, one in compiled if one.unanswered]


def asked_kinds(sources: Iterable[str], features: Features) -> frozenset[Kind]:
    """Give the kinds of event that some of these expressions are looked at for."""
    keys = {key for one in compile_all(sources, features) for key in one.answers}
    return frozenset(features.kind_of_key.get(key, Kind.UNKNOWN) for key in keys)


def any_holds(expressions: list[CelExpression], version: Version, key: str, body: Any) -> bool:
    """Say whether one holds for the event, before any that fails; the key is empty for an event of no known kind."""
    answering = [expression for expression in expressions if key in expression.answers]
    if not answering:
        return False
    message = _message(version, key, body) if key else None
    for expression in answering:
        held = expression.holds(key, message)
        if held is None:
            return False
        if held:
            return True
    return False


def _refused(source: str, reason: str, remedy: str = "") -> FilterError:
    text = reason.removeprefix("INVALID_ARGUMENT: ").removesuffix(" [INVALID_ARGUMENT]")
    remedy = remedy or 'see docs/tetragon.md, "CEL": numbers like pid, uid and ports are written 443u'
    return FilterError(f"no CEL expression of Tetragon: {source!r}: {text}", remedy, stage="build")


def _without_texts(source: str) -> str:
    return _COMMENT.sub(" ", _TEXT.sub('""', source))


@cache
def _environment(version: Version, to_check: bool = False) -> Any:
    pool = pool_of(version)
    names = {key: cel.Type(name) for key, name in variables(Features(version)).items()}
    declared = [cel.CelExtension("addresses", cel_addresses.functions(pool, version, to_check))]
    if not to_check:
        declared.append(cel.CelExtension("standard", cel_standard.functions()))
    return cel.NewEnv(pool, variables=names, container="tetragon", extensions=declared)


@cache
def _message_class(version: Version, key: str) -> Any:
    return message_factory.GetMessageClass(pool_of(version).FindMessageTypeByName(message_name(key)))


def _message(version: Version, key: str, body: Any) -> Any:
    empty = _message_class(version, key)()
    try:
        return json_format.ParseDict(body, empty, ignore_unknown_fields=True)
    except json_format.ParseError:
        # A value of a type this version does not print: the fields read so far stand, the rest is absent.
        return empty
