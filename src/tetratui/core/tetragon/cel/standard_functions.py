"""Replace the standard functions of CEL whose results differ between Go's engine, which Tetragon uses, and this one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cel_expr_python import cel

from tetratui.core.tetragon.format.scanner import FilterError, parse_integer
from tetratui.core.tetragon.match.regex import compile_pattern

_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_SIGNED = re.compile(r"[+-]?[0-9]+")
_UNSIGNED = re.compile(r"[0-9]+")
_REAL = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?|nan)", re.IGNORECASE)
_TRAILING_ZEROS = re.compile(r"(\.[0-9]*?)0+(?=[sZ]$)")


def _matches(text: str, pattern: str) -> bool:
    try:
        return compile_pattern(pattern).search(text) is not None
    except FilterError as error:
        raise ValueError(error.message) from error


def _integer_parser(form: re.Pattern[str], lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = parse_integer(text) if form.fullmatch(text) is not None else None
        if number is None or not lowest <= number <= highest:
            raise ValueError(f"not a number: {text!r}")
        return number

    return parse


def _parse_double(text: str) -> float:
    if _REAL.fullmatch(text) is None or (math.isinf(float(text)) and "inf" not in text.lower()):
        raise ValueError(f"not a number: {text!r}")
    return float(text)


def _parse_bool(text: str) -> bool:
    if text not in _TRUE | _FALSE:
        raise ValueError(f"neither true nor false: {text!r}")
    return text in _TRUE


def _write_double(number: float) -> str:
    """Return the shortest decimal text without an exponent that reads back as the same number."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    text = format(Decimal(repr(number)), "f")
    return text.removesuffix(".0")


def _milliseconds(value: timedelta) -> int:
    micro = value // timedelta(microseconds=1)
    return int(math.copysign(abs(micro) // 1000, micro))


def _shorten(text: str) -> str:
    """Return a time or duration without zeros at the end of its fraction."""
    return _TRAILING_ZEROS.sub(lambda match: match[1] if len(match[1]) > 1 else "", text)


_TEXT = cel.Type.STRING
_FUNCTIONS: dict[str, tuple[Any, list[Any], Callable[..., object]]] = {
    "@matches": (cel.Type.BOOL, [_TEXT, _TEXT], _matches),
    "@int": (cel.Type.INT, [_TEXT], _integer_parser(_SIGNED, -(2**63), 2**63 - 1)),
    "@uint": (cel.Type.UINT, [_TEXT], _integer_parser(_UNSIGNED, 0, 2**64 - 1)),
    "@double": (cel.Type.DOUBLE, [_TEXT], _parse_double),
    "@bool": (cel.Type.BOOL, [_TEXT], _parse_bool),
    "@digits": (_TEXT, [cel.Type.DOUBLE], _write_double),
    "@milliseconds": (cel.Type.INT, [cel.Type.DURATION], _milliseconds),
    "+shortened": (_TEXT, [_TEXT], _shorten),
}
"""Name to result, parameters and implementation. No expression can write these names."""

REPLACED = {
    "matches": "@matches",
    "matches_string": "@matches",
    "string_to_int64": "@int",
    "string_to_uint64": "@uint",
    "string_to_double": "@double",
    "string_to_bool": "@bool",
    "double_to_string": "@digits",
    "duration_to_milliseconds": "@milliseconds",
    "timestamp_to_string": "+shortened",
    "duration_to_string": "+shortened",
}
"""The overload that the checker chose, to the function that is called instead (`checked_expression.replace_calls`)."""


def declare_functions() -> list[Any]:
    """Return the functions for an environment that evaluates expressions."""
    return [
        cel.FunctionDecl(name, [cel.Overload(name, result, parameters, impl=answer)])
        for name, (result, parameters, answer) in _FUNCTIONS.items()
    ]
