"""Macros, functions and words of CEL by name: those that each version's environment has, and no others."""

from __future__ import annotations

import json

import pytest

from tetratui.core.tetragon import FilterList, Version, read
from tetratui.core.tetragon.cel.cel_expression import compile_checked
from tetratui.core.tetragon.cel.checked_expression import read_checked
from tetratui.core.tetragon.cel.known_names import ADDRESSES, STANDARD

VERSIONS = [Version(1, minor) for minor in range(4, 9)]

KNOWN = """
has(process_exec.process) | [1].all(x, x == 1) | [1].exists(x, x == 1) | [1].exists_one(x, x == 1)
[1].map(x, x + 1) == [2] | [1].map(x, x > 0, x + 1) == [2] | [1].filter(x, x > 0) == [1]
dyn(1) == 1u | type(1) == int | type([]) == list && type({}) == map && type(null) == null_type && type(int) == type
_in_(1, [1]) | __not_strictly_false__(true) | 1 in [1] && 'a' in {'a': 1}
size('a') == 1 && b'a'.size() == 1 && size([1]) == 1 && {1: 1}.size() == 1 && 'a'.size() + size(b'a') == 2
[1].size() + size({1: 1}) == 2 | 'a'.contains('a') && 'a'.startsWith('a') && 'a'.endsWith('a')
'a'.matches('a') && matches('a', 'a')
string(1) + string(1u) + string(1.0) + string(true) + string(b'a') == string('a')
string(timestamp(5)) == string(duration('1s')) | int(1u) + int(1.0) + int('1') + int(1) == int(timestamp(5))
int(duration('1s')) == 1 | uint(1) + uint(1.0) + uint('1') == uint(1u)
double(1) + double(1u) + double('1') == double(1.0)
bool('true') && bool(true) | bytes('a') == bytes(b'a') | timestamp(timestamp(5)) == timestamp('1970-01-01T00:00:05Z')
duration(duration('1s')) == duration('1s') | -1 < 1 && -1.0 <= 1.0 && 1u > 0u && 1 >= 0 | !(true && false || false)
5 % 2 + 4 / 2 * 3 - 1 == 6 && 5u % 2u + 4u / 2u * 3u - 1u == 6u && 4.0 / 2.0 * 3.0 - 1.0 + 1.0 != 6.0
'a' + 'b' == 'ab' && b'a' + b'b' == b'ab' && [1] + [2] == [1, 2] && [1][0] == {'a': 1}['a'] | true ? true : false
duration('1s') + duration('1s') > duration('1s') - duration('1s') | timestamp(5) - timestamp(4) == duration('1s')
timestamp(5) + duration('1s') >= duration('1s') + timestamp(5) && timestamp(5) - duration('1s') < timestamp(5)
true < false || true <= false || true > false || true >= false || 'a' < 'b' || 'a' <= 'b' || 'a' > 'b' || 'a' >= 'b'
b'a' < b'b' || b'a' <= b'b' || b'a' > b'b' || b'a' >= b'b' || duration('1s') < duration('2s')
duration('1s') <= duration('2s') || duration('1s') >= duration('2s')
timestamp(1) <= timestamp(2) || timestamp(1) > timestamp(2) || 1u < 2u || 1u <= 2u
1u >= 2u || 1 <= 2 || 1 > 2 || 1.0 < 2.0 || 1.0 > 2.0 || 1.0 >= 2.0
ip('1.2.3.4').family() == 4 | ip.isCanonical('1.2.3.4') | isIP('1.2.3.4') && isCIDR('1.2.3.0/24')
cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').containsIP(ip('10.1.2.3'))
cidr('10.0.0.0/8').containsCIDR('10.0.0.0/9') && cidr('10.0.0.0/8').containsCIDR(cidr('10.0.0.0/9'))
cidr('10.0.0.0/8').ip() == ip('10.0.0.0') && cidr('10.0.0.0/8').masked().prefixLength() == 8
string(ip('1.2.3.4')) == string(cidr('1.2.3.4/32')) | type(ip('1.2.3.4')) == net.IP && type(cidr('::/0')) == net.CIDR
ip('::1').isUnspecified() || ip('::1').isLoopback() || ip('::1').isLinkLocalMulticast()
ip('::1').isLinkLocalUnicast() || ip('::1').isGlobalUnicast() | KprobeAction.KPROBE_ACTION_POST == 1
[1].exists(dyn, dyn == 1) | -int("1") < 1 && -double("1") < 1.0
"""
PARTS = (
    "FullYear",
    "Month",
    "DayOfYear",
    "DayOfMonth",
    "Date",
    "DayOfWeek",
    "Hours",
    "Minutes",
    "Seconds",
    "Milliseconds",
)
UNKNOWN = """
[1].existsOne(x, x == 1) | [1].exists(i, v, v == 1) | [1].all(i, v, v == 1) | [1].exists_one(i, v, v == 1)
[1].transformList(i, v, v) == [1] | {1: 2}.transformMap(k, v, v) == {1: 2} | cel.bind(x, 1, x == 1)
optional.of(1).hasValue() | optional.none().hasValue() | process_exec.?process.hasValue() | {'a': 1}[?'a'].hasValue()
math.greatest(1, 2) == 2 | math.least(1, 2) == 1 | math.abs(-1) == 1 | 'a'.charAt(0) == 'a' | 'a'.indexOf('a') == 0
'A'.lowerAscii() == 'a' | 'a'.upperAscii() == 'A' | 'a'.replace('a', 'b') == 'b' | 'a,b'.split(',') == ['a', 'b']
['a'].join() == 'a' | 'abc'.substring(1) == 'bc' | ' a'.trim() == 'a' | 'ab'.reverse() == 'ba' | '%d'.format([1]) == '1'
base64.encode(b'a') == 'YQ==' | sets.contains([1], [1]) | [1].slice(0, 1) == [1] | [[1]].flatten() == [1]
[2, 1].sort() == [1, 2] | [1, 1].distinct() == [1] | lists.range(1) == [0] | [1].sum() == 1 | [1].isSorted()
regex.replace('a', 'a', 'b') == 'b' | 'a'.find('a') == 'a' | url('http://a').getHost() == 'a' | isURL('a')
quantity('1').isInteger() | semver('1.0.0').major() == 1 | format.dns1123Label() == 1 | '1.2.3.4'.isIP()
contains('a', 'a') | startsWith('a', 'a') | b'a'.contains(b'a') | 5.0 % 2.0 == 1.0 | -1u < 0u | 1 < 2u | 1 == 1.0
duration('1s') * 2 == duration('2s') | [1] < [2] | type(1) == dyn | type(1) == optional_type | now() == timestamp(5)
KprobeAction == KprobeAction | KprobeAction(1) == 1 | node_name == 'a' | duration('1s').getFullYear() == 0
"""


def words(text: str) -> list[str]:
    return [expression.strip() for line in text.strip().splitlines() for expression in line.split(" | ")]


def list_of(expression: str, version: Version) -> FilterList:
    return read(json.dumps({"cel_expression": [expression]}), version)


def of_times() -> list[str]:
    zoned = [f"timestamp(5).get{part}({zone}) == 0" for part in PARTS for zone in ("", "'UTC'")]
    return zoned + [f"duration('1s').get{part}() == 0" for part in PARTS[-4:]]


@pytest.mark.parametrize("expression", words(KNOWN) + of_times())
def test_what_every_version_has_is_accepted_and_answered(expression: str) -> None:
    for version in VERSIONS:
        filters = list_of(expression, version)
        assert filters.accepted, (version, filters.errors)
        assert not filters.unknown, (version, filters.unknown)


@pytest.mark.parametrize("expression", words(UNKNOWN))
def test_what_no_version_has_is_refused(expression: str) -> None:
    for version in VERSIONS:
        assert [error.stage for error in list_of(expression, version).errors] == ["build"], version


def test_the_other_name_of_exists_one_is_refused_with_the_right_one() -> None:
    (error,) = list_of("[1].existsOne(x, x == 1)", Version(1, 7)).errors
    assert "exists_one" in (error.remedy or "")


def test_a_duration_is_made_of_a_number_up_to_1_7_only() -> None:
    accepted = [list_of("duration(5) == duration('5s')", version).accepted for version in VERSIONS]
    assert accepted == [True, True, True, True, False]


@pytest.mark.parametrize(
    "expression",
    ["Filter{} == Filter{}", "tetragon.Filter{}.binary_regex == []", "HealthStatusType.HEALTH_STATUS_TYPE_UNDEF == 0",
     "google.protobuf.Empty{} == google.protobuf.Empty{}", "[1].map(x, __result__ == [x]) == [true]"],
)  # fmt: skip
def test_words_that_only_tetragons_engine_may_know_are_unknown(expression: str) -> None:
    filters = list_of(expression, Version(1, 7))
    assert filters.accepted
    assert len(filters.unknown) == 1
    assert [error.stage for error in list_of(f"{expression} && nosuch", Version(1, 7)).errors] == ["build"]


def test_every_overload_of_the_tables_is_one_that_an_expression_reaches() -> None:
    """A name that was mistyped in the tables would be called unknown where it is used."""
    reached: set[str] = set()
    for expression in [*words(KNOWN), *of_times(), "duration(5) == duration('5s')"]:
        reached |= read_checked(compile_checked(expression, Version(1, 7)).serialize()).overloads
    unreached = (STANDARD | ADDRESSES) - reached
    assert not reached - STANDARD - ADDRESSES
    assert unreached == set()
