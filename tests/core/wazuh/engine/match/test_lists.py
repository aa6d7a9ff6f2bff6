"""CDB lists and their lookups."""

from __future__ import annotations

import pytest

from tetratui.core.wazuh.engine.match.lists import Lookup, parse_list
from tetratui.core.wazuh.engine.patterns import compile_pattern

LIST = b"""/bin/cat:
/tmp/c:d:v
"/tmp/a:b":quoted
"open:
no colon
10.1.:net
10.1.2.3:host\r
/bin/cat:second
key:"a:b"
"""


def test_keys_and_values_are_cut_at_the_first_colon_outside_quotes() -> None:
    assert parse_list(LIST) == {
        b"/bin/cat": b"",
        b"/tmp/c": b"d:v",
        b"/tmp/a:b": b"quoted",
        b"10.1.": b"net",
        b"10.1.2.3": b"host",
        b"key": b"a:b",
    }


@pytest.mark.parametrize(
    ("how", "text", "holds"),
    [
        ("match_key", b"/bin/cat", True),
        ("match_key", b"/bin/CAT", False),
        ("not_match_key", b"/bin/cat", False),
        ("not_match_key", b"other", True),
        ("match_key_value", b"10.1.2.3", True),
        ("match_key_value", b"/bin/cat", False),
        ("address_match_key", b"10.1.9.9", True),
        ("address_match_key", b"10.2.9.9", False),
        ("not_address_match_key", b"10.1.9.9", False),
        ("address_match_key_value", b"10.1.2.3", False),
        ("address_match_key_value", b"10.1.9.9", True),
        ("address_match_key_value", b"192.0.2.1", True),
    ],
)
def test_each_kind_of_lookup_has_its_own_answer(how: str, text: bytes, holds: bool) -> None:
    lookup = Lookup(b"f", False, how, parse_list(LIST), compile_pattern("osmatch", b"host"))
    assert lookup.holds(text) is holds
