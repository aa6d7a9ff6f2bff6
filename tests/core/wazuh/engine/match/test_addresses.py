"""Addresses of rules: which are accepted, and how the two families are compared."""

from __future__ import annotations

import pytest

from tetratui.core.wazuh.engine.match.addresses import Addresses


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (b"10.0.0.0/8", b"10.1.2.3", b"11.1.2.3"),
        (b"10.9.9.9/255.0.0.0", b"10.1.2.3", b"11.1.2.3"),
        (b"1.2.3.4", b"1.2.3.4", b"1.2.3.5"),
        (b"::ffff:1.2.3.4", b"1.2.3.4", b"::ffff:1.2.3.4"),
        (b"fe80::/10", b"fe80::1", b"2001:db8::1"),
        (b"2001:db8::1", b"2001:DB8:0::1", b"2001:db8::2"),
        (b"any", b"1.2.3.4", b"host"),
        (b"any", b"::1", b""),
        (b"1.2.3.4", b"1.2.3.4", b"01.2.3.4"),
        (b"1.2.3.4", b"1.2.3.4", b"1.2.3.4 "),
    ],
)
def test_an_entry_contains_its_own_addresses(text: bytes, inside: bytes, outside: bytes) -> None:
    addresses = Addresses()
    assert addresses.add(text)
    assert addresses.matches(inside)
    assert not addresses.matches(outside)


def test_an_exclamation_mark_is_skipped_and_negates_nothing() -> None:
    addresses = Addresses()
    assert addresses.add(b"!1.2.3.4")
    assert addresses.matches(b"1.2.3.4")
    assert not addresses.matches(b"1.2.3.5")


@pytest.mark.parametrize("text", [b"", b"!", b"x", b"1.2.3", b"1.2.3.4/33", b"1.2.3.4/", b"::/0", b"1:2:3", b"ANY"])
def test_a_text_that_is_not_an_address_is_refused(text: bytes) -> None:
    assert not Addresses().add(text)


def test_the_bytes_of_an_ipv6_network_are_read_as_an_ipv4_one() -> None:
    loopback, other = Addresses(), Addresses()
    loopback.add(b"::1")
    other.add(b"a01:203:ffff:ff00::/64")
    assert loopback.matches(b"8.8.8.8")
    assert other.matches(b"10.1.2.3") is False
    assert not other.matches(b"9.9.9.9")


def test_whether_all_of_ipv4_contains_ipv6_is_unknown() -> None:
    addresses = Addresses()
    addresses.add(b"0.0.0.0/0")
    assert not addresses.is_known
    assert addresses.matches(b"8.8.8.8")
