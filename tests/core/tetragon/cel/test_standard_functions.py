"""Where CEL of C++ and of Go part, the answer is Go's (google/cel-go, common/types and common/stdlib)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tetratui.core.tetragon import FilterList, Version, read

EXEC: dict[str, Any] = {
    "process_exec": {"process": {"pid": 7, "binary": "/usr/bin/curl", "start_time": "2026-01-02T03:04:05.5Z"}}
}
GUARD = "has(process_exec.process)"


def list_of(*expressions: str, version: str = "1.7.0") -> FilterList:
    return read(json.dumps({"cel_expression": expressions}), Version.parse(version))


def answer(expression: str) -> bool | None:
    """Return true or false, None for an error value, which hides the expression after it."""
    alone, before = list_of(f"{GUARD} && ({expression})"), list_of(f"{GUARD} && ({expression})", GUARD)
    assert alone.accepted, alone.errors
    assert not alone.unknown
    if alone.first_match(EXEC) == 0:
        return True
    return False if before.first_match(EXEC) == 0 else None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("string(cidr('10.1.0.0/8')) == '10.1.0.0/8' && string(cidr('2001:DB8::1/64')) == '2001:db8::1/64'", True),
        ("string(cidr('10.1.0.0/8').masked()) == '10.0.0.0/8' && string(dyn(ip('1.2.3.4'))) == '1.2.3.4'", True),
        ("[ip('1.2.3.4')].exists(x, string(x) == '1.2.3.4')", True),
        ("type(ip('1.2.3.4')) == net.IP && type(cidr('::/0')) == net.CIDR", True),
        ("string(null) == ''", None),
        ("int('+5') == 5 && int('-9223372036854775808') < 0 && uint('18446744073709551615') > 0u", True),
        ("int(' 5') == 5", None),
        ("int('9223372036854775808') == 5", None),
        ("uint('+5') == 5u", None),
        (f"int('{'9' * 5000}') == 5", None),
        (f"int('{'0' * 5000}5') == 5", True),
        ("int(dyn('5')) == 5 && string(dyn(5)) == '5'", True),
        ("double('.5e1') == 5.0 && double('-Inf') < 0.0 && double('nan') != 1.0", True),
        ("double('1_0') == 10.0", None),
        ("double('1e999') > 1.0", None),
        ("bool('T') && !bool('False') && bool('1')", True),
        ("bool('yes')", None),
        ("string(1e21) == '1000000000000000000000' && string(1.5e-7) == '0.00000015' && string(2.0) == '2'", True),
        ("string(double('nan')) == 'NaN' && string(-1.0/0.0) == '-Inf' && string(1.0/0.0) == '+Inf'", True),
        ("string(process_exec.process.start_time) == '2026-01-02T03:04:05.5Z'", True),
        ("string(timestamp('2026-01-02T03:04:00Z')) == '2026-01-02T03:04:00Z'", True),
        ("string(duration('90m')) == '5400s' && string(duration('-1.5s')) == '-1.5s'", True),
        ("duration('-1500ms').getMilliseconds() == -1500", True),
        ("process_exec.process.start_time.getMilliseconds() == 500", True),
        ("process_exec.process.binary.matches('^/usr/bin/c.*l$') && matches('x', '')", True),
        ("'x'.matches('(') || true", True),
        ("'x'.matches('(')", None),
        (r"'x'.matches('\\C')", None),
        (r"'Ж'.matches('\\p{cyrillic}')", True),
        ("[1, 2].exists_one(x, x == 1) && ['a'] . exists_one (x, x == '.existsOne(') == false", True),
        ("{'a': 1, 'a': 2}.size() == 1", None),
        ("EventType.PROCESS_USDT == 29", True),
    ],
)  # fmt: skip
def test_the_answer_is_gos(expression: str, expected: bool | None) -> None:
    assert answer(expression) is expected


@pytest.mark.parametrize(
    "expression",
    ["ip('1.2.3.4').text == ''", "net.IP{} == ip('1.2.3.4')", "has(cidr('::/0').text)",
     "string(process_exec.process) == ''", "string(cidr('::/0')) == 5"],
)  # fmt: skip
def test_addresses_are_opaque(expression: str) -> None:
    assert [error.stage for error in list_of(expression).errors] == ["build"]


def test_an_event_type_has_a_name_from_its_first_version_on() -> None:
    named = f"{GUARD} && EventType.PROCESS_USDT == 29"
    assert [list_of(named, version=version).accepted for version in ("1.5.0", "1.6.0")] == [False, True]


@pytest.mark.parametrize(
    "expression",
    ["1" + " - 1" * 60 + " < 0", "(" * 60 + "true" + ")" * 60,
     "size(" + "[1].map(a, true, " * 15 + "a" + ")" * 16 + " == 1"],
)  # fmt: skip
def test_what_is_nested_too_deeply_is_unknown_and_matches_nothing(expression: str) -> None:
    filters = list_of(f"{GUARD} && {expression}")
    assert filters.accepted
    assert [(entry, "32 levels" in reason) for entry, reason in filters.unknown] == [(0, True)]
    assert filters.first_match(EXEC) is None


def test_a_long_row_of_alternatives_is_not_deep() -> None:
    row = " || ".join(f"process_exec.process.binary == '/bin/{number}'" for number in range(200))
    assert answer(f"{row} || process_exec.process.pid == 7u") is True
