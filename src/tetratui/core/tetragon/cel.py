"""`cel_expression`: compiled and answered as Tetragon does from 1.4.0 on, with descriptors of our own for each version.

An expression is looked at only for the kinds of event that it mentions. An error while it runs makes the whole filter
false for that event, later expressions included (docs/tetragon.md, "CEL").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from cel_expr_python import cel
from google.protobuf import json_format, message_factory  # type: ignore[import-untyped]

from tetratui.core.events.kinds import Kind
from tetratui.core.tetragon.cel_addresses import functions
from tetratui.core.tetragon.cel_schema import message_name, pool_of, variables
from tetratui.core.tetragon.scanner import FilterError
from tetratui.core.tetragon.versions import Features, Version

_TEXT = re.compile(
    r"""[bBrR]{0,2}(?:\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", re.DOTALL
)
_COMMENT = re.compile(r"//[^\n]*")
_IDENTIFIER = re.compile(r"(?<![\w.])\s*\.?([A-Za-z_]\w*)")


_UNANSWERED = re.compile(r"overload for 'string' applied to '\(net\.CIDR\)'")
"""What Tetragon compiles and the engine here cannot hold: `string(cidr(…))`."""


class Expression:
    """One compiled expression."""

    def __init__(self, source: str, features: Features) -> None:
        """Compile it or raise a FilterError of stage "build"."""
        environment = _environment(features.version)
        self._mentions = frozenset(_identifiers(source)) & features.kind_of_key.keys()
        self.unanswered = ""
        """Why it cannot be answered here, or empty."""
        try:
            self._compiled = environment.compile(source)
        except RuntimeError as error:  # what the package raises for every kind of bad expression
            if _UNANSWERED.search(str(error)):
                self.unanswered = "string() of a CIDR is not implemented"
                return
            raise _refused(source, str(error)) from error
        found = self._compiled.return_type()
        if found != cel.Type.BOOL:
            raise _refused(source, f"it gives {found.name().lower()}, wanted is true or false")

    def answers(self, key: str) -> bool:
        """Say whether it mentions the kind of event under this key; Tetragon skips it for every other kind."""
        return key in self._mentions

    def holds(self, key: str, message: Any) -> bool | None:
        """Evaluate it for an event; None for an error value."""
        if self.unanswered:
            return None
        value = self._compiled.eval(data={key: message}).value()
        return value if isinstance(value, bool) else None


def compile_all(sources: Iterable[str], features: Features) -> list[Expression]:
    """Compile the values of a filter's `cel_expression`."""
    return [Expression(source, features) for source in sources]


def unanswered(sources: Iterable[str], features: Features) -> list[str]:
    """Give the reasons why expressions that Tetragon takes cannot be answered here."""
    return [f"{source}: {one.unanswered}" for source in sources if (one := Expression(source, features)).unanswered]


def mentioned(sources: Iterable[str], features: Features) -> frozenset[Kind]:
    """Give the kinds of event that some of these expressions look at."""
    names = {name for source in sources for name in _identifiers(source)}
    return frozenset(kind for key, kind in features.kind_of_key.items() if key in names)


def any_holds(expressions: list[Expression], version: Version, key: str, body: Any) -> bool:
    """Say whether one holds for the event, before any that fails."""
    answering = [expression for expression in expressions if expression.answers(key)]
    if not answering:
        return False
    message = _message(version, key, body)
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


def _identifiers(source: str) -> Iterable[str]:
    without_texts = _COMMENT.sub(" ", _TEXT.sub('""', source))
    return (match[1] for match in _IDENTIFIER.finditer(without_texts))


@cache
def _environment(version: Version) -> Any:
    pool = pool_of(version)
    names = {key: cel.Type(name) for key, name in variables(Features(version)).items()}
    addresses = cel.CelExtension("addresses", functions(pool))
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
