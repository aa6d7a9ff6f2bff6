"""The pattern of a network matches exactly the printed addresses of the network."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tetratui.core.wazuh.write.network_pattern import write_address_pattern
from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError


def matches(network: str, address: str) -> bool:
    return re.fullmatch(write_address_pattern(network), address) is not None


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4), st.integers(0, 32))
def test_an_ipv4_pattern_agrees_with_arithmetic(base, prefix, other, near) -> None:  # type: ignore[no-untyped-def]
    network = IPv4Network((base, prefix), strict=False)
    nearby = ip_address((int(base) & ~((1 << (32 - near)) - 1)) | (int(other) & ((1 << (32 - near)) - 1)))
    for address in (base, other, nearby):
        assert matches(str(network), str(address)) == (address in network)


@given(st.ip_addresses(v=6), st.integers(1, 128), st.ip_addresses(v=6), st.integers(0, 128))
def test_an_ipv6_pattern_agrees_with_arithmetic_or_is_refused(base, prefix, other, near) -> None:  # type: ignore[no-untyped-def]
    network = IPv6Network((base, prefix), strict=False)
    nearby = IPv6Address((int(base) & ~((1 << (128 - near)) - 1)) | (int(other) & ((1 << (128 - near)) - 1)))
    assume(all(address.ipv4_mapped is None for address in (base, other, nearby)))
    try:
        write_address_pattern(str(network))
    except NoSuppressionRuleError:
        return
    for address in (base, other, nearby):
        assert matches(str(network), str(address)) == (address in network)


@pytest.mark.parametrize("network", ["fe80::/10", "fc00::/7", "2000::/3", "2001:db8::/32", "::1/128"])
def test_common_ipv6_networks_have_a_pattern(network: str) -> None:
    assert matches(network, str(ip_network(network).network_address))


@pytest.mark.parametrize("network", ["::ffff:10.0.0.0/104", "2001:0:1::/48", "::/64", "nonsense"])
def test_a_network_without_a_common_printed_form_is_refused(network: str) -> None:
    with pytest.raises(NoSuppressionRuleError):
        write_address_pattern(network)


def test_all_of_ipv6_leaves_out_ipv4_mapped_addresses() -> None:
    assert matches("::/0", "2001:db8::1")
    assert not matches("::/0", "::ffff:10.0.0.1")
    assert not matches("::/0", "10.0.0.1")
