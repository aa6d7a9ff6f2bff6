"""The network policy names both address families, and UDP's real destination where the version can see it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from tetratui.core.errors import UsageError
from tetratui.core.tetragon.format.versions import SUPPORTED, Version
from tetratui.core.tetragon.policy.check_policy import check_policy
from tetratui.core.tetragon.policy.load_checks import LoadingAgent
from tetratui.core.tetragon.policy.network_policy import NetworkPolicy

GOLDEN = Path(__file__).parents[3] / "golden"


@pytest.mark.parametrize("version", [(1, 3, 0), (1, 7, 0)])
def test_the_policy_equals_the_golden_file(version: tuple[int, int, int]) -> None:
    name = f"network-monitoring-{'.'.join(map(str, version))}.yaml"
    assert NetworkPolicy(version).yaml().decode() == (GOLDEN / name).read_text()


def networks_of(policy: bytes, call: str) -> list[str]:
    hook = policy.decode().split(f'call: "{call}"')[1].split("- call:")[0]
    return [line.split('"')[1] for line in hook.splitlines() if line.strip().startswith('- "')]


def test_local_connections_are_quiet_in_every_form_of_their_address() -> None:
    networks = [ip_network(text) for text in networks_of(NetworkPolicy().yaml(), "tcp_connect")]
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3"):
        assert any(ip_address(address) in network for network in networks), address
    for address in ("203.0.113.9", "2001:db8::1", "::ffff:203.0.113.9"):
        assert not any(ip_address(address) in network for network in networks), address


def test_udp_is_looked_at_by_its_own_argument_from_1_4_on() -> None:
    assert networks_of(NetworkPolicy().yaml(), "ip4_datagram_connect") == ["127.0.0.0/8", "0.0.0.0/32"]
    assert "::/128" in networks_of(NetworkPolicy().yaml(), "ip6_datagram_connect")
    assert "datagram" not in NetworkPolicy((1, 3, 0)).yaml().decode().split("# UDP")[0]


def test_more_quiet_networks_go_to_the_family_they_are_of() -> None:
    policy = NetworkPolicy(quiet=("2001:db8::/32",), quiet_udp=("192.0.2.53", "fe80::/10")).yaml()
    assert "2001:db8::/32" in networks_of(policy, "tcp_connect")
    assert "192.0.2.53/32" in networks_of(policy, "ip4_datagram_connect")
    assert "fe80::/10" in networks_of(policy, "ip6_datagram_connect")


def test_a_text_that_is_not_a_network_is_refused() -> None:
    with pytest.raises(UsageError, match="not a network"):
        NetworkPolicy(quiet=('"\nevil: 1',)).yaml()


def test_quiet_ports_join_every_hook() -> None:
    policy = NetworkPolicy(quiet_ports=("53", "8000:8099")).yaml()
    assert policy.count(b'"NotDPort"') == 1
    assert policy.count(b'"NotSPort"') == 2
    assert check_policy(policy, LoadingAgent()).loads


@pytest.mark.parametrize("text", ["https", "70000", "9:3", "-1", '1"', ""])
def test_a_text_that_is_not_a_port_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a port"):
        NetworkPolicy(quiet_ports=(text,)).yaml()


@pytest.mark.parametrize("version", SUPPORTED)
def test_each_version_loads_its_policy(version: Version) -> None:
    policy = NetworkPolicy((version.major, version.minor, version.patch)).yaml()
    checked = check_policy(policy, LoadingAgent(version=version))
    assert checked.loads, checked.errors
    assert [finding.code for finding in checked.lints if finding.severity != "info"] == []
