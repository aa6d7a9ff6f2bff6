"""Compile and evaluate `cel_expression` as Tetragon does from 1.4.0 on, with the message types of each version.

From 1.5.0 an expression is evaluated only for the kinds of event that it mentions, before that for every event. It sees
an empty message for every kind that the event is not. An error during evaluation makes the whole filter false for that
event, whatever later expressions say (docs/tetragon.md, "CEL").
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
from tetratui.core.tetragon.cel import known_names
from tetratui.core.tetragon.cel import standard_functions as cel_standard
from tetratui.core.tetragon.cel.checked_expression import read_checked, replace_calls
from tetratui.core.tetragon.cel.event_schema import ADDRESS_TYPES, build_pool, message_name, variable_types
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
"""The engine here gives up beyond this depth of brackets, operators, calls and macros; that of Tetragon follows 250."""


class CelExpression:
    """A compiled expression of one version."""

    def __init__(self, source: str, version: Version) -> None:
        """Compile an expression; raises the FilterError by which Tetragon refuses it (stage "build")."""
        self._version = version
        self._mentions: set[str] = set(Features(version).kind_of_key)
        self.unanswerable = ""
        """Why the expression is not emulated here, so that its value is not known; empty if it is."""
        if "`" in _without_texts(source):
            # The engine here accepts quoted identifiers, in Tetragon's they are off.
            raise _refused(source, "identifiers are written without `")
        try:
            self._check(source, compile_checked(source, version))
            names = [match[0] for match in _PROPERTY.finditer(source) if not is_emulated(match[1] or match[2] or "")]
            self.unanswerable = f"{', '.join(names)} is not emulated" if names else ""
        except RuntimeError as error:  # the package raises it for every kind of wrong expression
            self.unanswerable = _DEPTH if _TOO_DEEP.search(str(error)) else known_names.describe_undecidable(str(error))
            if not self.unanswerable:
                raise _refused(source, str(error), known_names.suggest_macro(str(error))) from error
        except DecodeError:
            self.unanswerable = _DEPTH

    def _check(self, source: str, compiled: Any) -> None:
        """Refuse what Tetragon's checker refuses and the one here accepts, and prepare the rest for evaluation."""
        result = compiled.return_type()
        types = read_checked(compiled.serialize())
        if types.not_a_value or (removed := known_names.describe_removed(types.overloads, self._version)):
            raise _refused(source, f"undeclared reference to {types.not_a_value!r}" if types.not_a_value else removed)
        self.unanswerable = known_names.describe_unknown(types.overloads)
        if types.accessed & frozenset(ADDRESS_TYPES):
            raise _refused(source, "addresses and networks have no fields: make them with ip() and cidr()")
        if result != cel.Type.BOOL or types.is_wrapper:
            kind = f"a wrapped {result.name().lower()}" if types.is_wrapper else result.name().lower()
            raise _refused(source, f"its value is {kind}, expected true or false")
        self._mentions = {key for key in self._mentions if message_name(key) in types.messages}
        self._program = _environment(self._version).deserialize(replace_calls(compiled.serialize(), REPLACED))

    @property
    def evaluated_keys(self) -> Set[str]:
        """JSON keys of the kinds of event it is evaluated for; the empty key stands for events of no known kind."""
        if self._version < CEL_SKIPS_SINCE:
            return {*Features(self._version).kind_of_key, ""}
        return self._mentions

    def evaluate(self, key: str, message: Any) -> bool | None:
        """Return its value for an event; None for an error value, and for what is not emulated."""
        if self.unanswerable:
            return None
        others = {name: _message_class(self._version, name)() for name in self._mentions if name != key}
        try:
            value = self._program.eval(data={**others, **({key: message} if key else {})}).value()
        except RuntimeError:  # for some error values the package raises instead of returning one
            return None
        return value if isinstance(value, bool) else None


@lru_cache(maxsize=4096)
def _expression(source: str, version: Version) -> CelExpression:
    return CelExpression(source, version)


def compile_expressions(sources: Iterable[str], features: Features) -> list[CelExpression]:
    """Return the compiled values of a `cel_expression`; raises the FilterError of the first that Tetragon refuses."""
    return [_expression(source, features.version) for source in sources]


def list_unanswerable(sources: Iterable[str], features: Features) -> list[str]:
    """Return each expression that is not emulated here with the reason. Tetragon may well evaluate it."""
    pairs = zip(sources, compile_expressions(sources, features), strict=True)
    return [f"{source}: {expression.unanswerable}" for source, expression in pairs if expression.unanswerable]


def evaluated_kinds(sources: Iterable[str], features: Features) -> frozenset[Kind]:
    """Return the kinds of event for which at least one of the expressions is evaluated."""
    keys = {key for expression in compile_expressions(sources, features) for key in expression.evaluated_keys}
    return frozenset(features.kind_of_key.get(key, Kind.UNKNOWN) for key in keys)


def any_holds(expressions: list[CelExpression], version: Version, key: str, body: Any) -> bool:
    """Return whether an expression is true for the event. An error before it hides the expressions that follow.

    The key is empty for an event of no known kind.
    """
    evaluated = [expression for expression in expressions if key in expression.evaluated_keys]
    if not evaluated:
        return False
    message = _message(version, key, body) if key else None
    for expression in evaluated:
        value = expression.evaluate(key, message)
        if value is None:
            return False
        if value:
            return True
    return False


def _refused(source: str, reason: str, remedy: str = "") -> FilterError:
    text = reason.removeprefix("INVALID_ARGUMENT: ").removesuffix(" [INVALID_ARGUMENT]")
    remedy = remedy or 'see docs/tetragon.md, "CEL": numbers like pid, uid and ports are written 443u'
    return FilterError(f"not a CEL expression of Tetragon: {source!r}: {text}", remedy, stage="build")


def compile_checked(source: str, version: Version) -> Any:
    """Return an expression as the checker of the engine accepts it.

    Raises:
        RuntimeError: the checker refuses it.
        google.protobuf.message.DecodeError: it is nested too deeply.
    """
    return _environment(version, to_check=True).compile(source)


def _without_texts(source: str) -> str:
    return _COMMENT.sub(" ", _TEXT.sub('""', source))


@cache
def _environment(version: Version, to_check: bool = False) -> Any:
    pool = build_pool(version)
    names = {key: cel.Type(name) for key, name in variable_types(Features(version)).items()}
    declared = [cel.CelExtension("addresses", cel_addresses.declare_functions(pool, version, to_check))]
    if not to_check:
        declared.append(cel.CelExtension("standard", cel_standard.declare_functions()))
    return cel.NewEnv(pool, variables=names, container="tetragon", extensions=declared)


@cache
def _message_class(version: Version, key: str) -> Any:
    return message_factory.GetMessageClass(build_pool(version).FindMessageTypeByName(message_name(key)))


def _message(version: Version, key: str, body: Any) -> Any:
    empty = _message_class(version, key)()
    try:
        return json_format.ParseDict(body, empty, ignore_unknown_fields=True)
    except json_format.ParseError:
        # A field has another type than in this version. The fields read so far are kept, the others count as absent.
        return empty
