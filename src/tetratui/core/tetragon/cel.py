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

from tetratui.core.events.kinds import Kind
from tetratui.core.tetragon.cel_addresses import functions
from tetratui.core.tetragon.cel_checked import checked
from tetratui.core.tetragon.cel_schema import message_name, pool_of, variables
from tetratui.core.tetragon.scanner import FilterError
from tetratui.core.tetragon.versions import CEL_SKIPS_SINCE, Features, Version

_TEXT = re.compile(
    r"""[bBrR]{0,2}(?:\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", re.DOTALL
)
_COMMENT = re.compile(r"//[^\n]*")
_IDENTIFIER = re.compile(r"(?<![\w.])\s*\.?([A-Za-z_]\w*)")

_UNANSWERED = re.compile(r"overload for 'string' applied to '\(net\.CIDR\)'")
"""What Tetragon compiles and the engine here cannot hold: `string(cidr(…))`."""


class Expression:
    """One compiled expression."""

    def __init__(self, source: str, version: Version) -> None:
        """Compile it or raise a FilterError of stage "build"."""
        self._version = version
        self.unanswered = ""
        """Why it cannot be answered here, or empty."""
        kinds = Features(version).kind_of_key
        if "`" in _without_texts(source):
            # The engine here takes quoted identifiers, Tetragon's has them switched off.
            raise _refused(source, "identifiers are written without `")
        try:
            self._compiled = _environment(version).compile(source)
        except RuntimeError as error:  # what the package raises for every kind of bad expression
            if not _UNANSWERED.search(str(error)):
                raise _refused(source, str(error)) from error
            self.unanswered = "string() of a CIDR is not implemented"
            self._mentions = kinds.keys() & set(_identifiers(source))
            return
        found = self._compiled.return_type()
        types = checked(self._compiled.serialize())
        if found != cel.Type.BOOL or types.is_wrapper:
            given = f"a wrapped {found.name().lower()}" if types.is_wrapper else found.name().lower()
            raise _refused(source, f"it gives {given}, wanted is true or false")
        self._mentions = {key for key in kinds if message_name(key) in types.messages}

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
        value = self._compiled.eval(data={**others, **({key: message} if key else {})}).value()
        return value if isinstance(value, bool) else None


@lru_cache(maxsize=4096)
def _expression(source: str, version: Version) -> Expression:
    return Expression(source, version)


def compile_all(sources: Iterable[str], features: Features) -> list[Expression]:
    """Compile the values of a filter's `cel_expression`."""
    return [_expression(source, features.version) for source in sources]


def unanswered(sources: Iterable[str], features: Features) -> list[str]:
    """Give the reasons why expressions that Tetragon takes cannot be answered here."""
    compiled = zip(sources, compile_all(sources, features), strict=True)
    return [f"{source}: {one.unanswered}" for source, one in compiled if one.unanswered]


def asked_kinds(sources: Iterable[str], features: Features) -> frozenset[Kind]:
    """Give the kinds of event that some of these expressions are looked at for."""
    keys = {key for one in compile_all(sources, features) for key in one.answers}
    return frozenset(features.kind_of_key.get(key, Kind.UNKNOWN) for key in keys)


def any_holds(expressions: list[Expression], version: Version, key: str, body: Any) -> bool:
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


def _refused(source: str, reason: str) -> FilterError:
    text = reason.removeprefix("INVALID_ARGUMENT: ").removesuffix(" [INVALID_ARGUMENT]")
    remedy = 'see docs/tetragon.md, "CEL": numbers like pid, uid and ports are written 443u'
    return FilterError(f"no CEL expression of Tetragon: {source!r}: {text}", remedy, stage="build")


def _without_texts(source: str) -> str:
    return _COMMENT.sub(" ", _TEXT.sub('""', source))


def _identifiers(source: str) -> Iterable[str]:
    return (match[1] for match in _IDENTIFIER.finditer(_without_texts(source)))


@cache
def _environment(version: Version) -> Any:
    pool = pool_of(version)
    names = {key: cel.Type(name) for key, name in variables(Features(version)).items()}
    addresses = cel.CelExtension("addresses", functions(pool, version))
    return cel.NewEnv(pool, variables=names, container="tetragon", extensions=[addresses])


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
