"""Parse and match Kubernetes label selectors, the values of the field `labels`: `app=web`, `tier in (a,b)`, `!canary`.

The grammar is that of Kubernetes' `labels.Parse`: requirements joined by commas, all of which must hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tetratui.core.tetragon.format.scanner import FilterError, parse_integer

_TOKENS = re.compile(r"[ \t\r\n]*(?:(?:(?P<op>==|!=|[=!<>(),])|(?P<word>[^\0 \t\r\n=!<>(),]+))\0?|\0|$)")
"""Kubernetes' lexer uses NUL for the end of its input: one after a word ends the word, any other ends the selector."""
_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition on one label."""

    key: str
    operator: str
    """`=`, `!=`, `in`, `notin`, `exists`, `!`, `gt` or `lt`."""
    values: frozenset[str] = frozenset()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Return whether the labels of a pod satisfy it. `!=` and `notin` do so where the label is missing."""
        value = labels.get(self.key)
        if self.operator == "exists":
            return value is not None
        if self.operator == "!":
            return value is None
        if self.operator in {"!=", "notin"}:
            return value not in self.values
        if self.operator in {"gt", "lt"}:
            return _compares(self.operator, value, next(iter(self.values)))
        return value in self.values


def _compares(operator: str, value: str | None, limit: str) -> bool:
    number = _integer(value or "")
    bound = _integer(limit)
    if number is None or bound is None:
        return False
    return number > bound if operator == "gt" else number < bound


def _integer(text: str) -> int | None:
    number = parse_integer(text)
    return number if number is not None and abs(number) < 2**63 else None


def parse_selector(selector: str) -> list[Requirement]:
    """Return the requirements of a selector; an empty selector selects every pod.

    Raises:
        FilterError: Kubernetes refuses the selector (stage "build").
    """
    return _Parser(selector).requirements()


def selects(requirements: list[Requirement], labels: Mapping[str, str]) -> bool:
    """Return whether labels satisfy all requirements."""
    return all(requirement.holds(labels) for requirement in requirements)


class _Parser:
    def __init__(self, selector: str) -> None:
        self._selector = selector
        self._tokens: list[tuple[str, str]] = []
        offset = 0
        while match := _TOKENS.match(selector, offset):
            offset = match.end()
            if match.lastgroup is None:
                break
            self._tokens.append((match.lastgroup, match[match.lastgroup]))

    def _error(self, reason: str) -> FilterError:
        remedy = "write key=value, key in (a,b), key notin (a,b), key or !key, joined by commas"
        return FilterError(f"not a label selector: {self._selector!r}: {reason}", remedy, stage="build")

    def _next(self) -> tuple[str, str]:
        return self._tokens.pop(0) if self._tokens else ("end", "")

    def _peek(self) -> str:
        return self._tokens[0][1] if self._tokens else ""

    def requirements(self) -> list[Requirement]:
        requirements: list[Requirement] = []
        if not self._tokens:
            return requirements
        while True:
            requirements.append(self._requirement())
            kind, text = self._next()
            if kind == "end":
                return requirements
            if text != ",":
                raise self._error(f"found {text!r}, expected a comma or the end")
            if not self._tokens:
                raise self._error("nothing after the last comma")

    def _requirement(self) -> Requirement:
        if self._peek() == "!":
            self._next()
            return Requirement(self._key(), "!")
        key = self._key()
        text = self._peek()
        if text in {"", ","}:
            return Requirement(key, "exists")
        self._next()
        if text in {"in", "notin"}:
            return Requirement(key, text, self._values())
        if text in {"=", "==", "!="}:
            return Requirement(key, "=" if text == "==" else text, frozenset({self._checked(self._exact())}))
        if text in {">", "<"}:
            value = self._checked(self._exact())
            if _integer(value) is None:
                raise self._error(f"not a number: {value!r}")
            return Requirement(key, "gt" if text == ">" else "lt", frozenset({value}))
        raise self._error(f"found {text!r} after {key!r}")

    def _key(self) -> str:
        kind, key = self._next()
        prefix, slash, name = key.rpartition("/")
        well_formed = _NAME.fullmatch(name) and (not slash or (_PREFIX.fullmatch(prefix) and len(prefix) <= 253))
        if kind != "word" or not well_formed:
            raise self._error(f"not a label name: {key!r}")
        return key

    def _checked(self, value: str) -> str:
        if value and not _NAME.fullmatch(value):
            raise self._error(f"not a label value: {value!r}")
        return value

    def _exact(self) -> str:
        if self._peek() in {"", ","}:
            return ""
        kind, value = self._next()
        if kind != "word":
            raise self._error(f"found {value!r}, expected a value")
        return value

    def _values(self) -> frozenset[str]:
        if self._next()[1] != "(":
            raise self._error("expected a list of values in parentheses")
        if self._peek() == ")":
            self._next()
            return frozenset({""})
        values: set[str] = set()
        while True:
            kind, text = self._next()
            if kind == "word":
                values.add(self._checked(text))
                if self._peek() not in {",", ")"}:
                    raise self._error(f"found {self._peek()!r} in a list of values")
            elif text == ",":
                self._after_comma(values)
            else:
                raise self._error(f"found {text!r} in a list of values")
            if self._peek() == ")":
                self._next()
                return frozenset(values)

    def _after_comma(self, values: set[str]) -> None:
        """Add the empty values that a comma, whose token was read, makes of the gaps around it.

        Kubernetes reads two commas in one step and then wants a value: that is why it refuses `(a,,)`.
        """
        if not values or self._peek() == ")":
            values.add("")
        if self._peek() == ",":
            self._next()
            values.add("")
            if self._peek() == ")":
                raise self._error("found ')' after two commas")
