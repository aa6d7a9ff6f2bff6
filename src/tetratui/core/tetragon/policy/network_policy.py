"""Write `network-monitoring.yaml`, a TracingPolicy that reports connections to addresses that are not local.

It is the policy of the article "Mastering Linux Monitoring with Tetragon and Wazuh" (SOCFortress) with two faults fixed
(docs/export.md, "The network policy"). The UDP half of the article's policy looks at an address that the kernel has not
set yet, which is always 0.0.0.0. And its lists hold IPv4 networks only: Tetragon then reports every IPv6 connection
(from 1.5.0) or none (before).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from tetratui.core.errors import UsageError

ARTICLE_NAME = "connect-only-local-addrs"
"""The name of the article's policy. It stays the same so that filters and rules with that policy name go on working."""
QUIET = ("127.0.0.0/8", "10.0.0.0/8")
"""TCP destinations that the article's policy does not report. Over UDP it leaves out loopback only."""
_LOOPBACK_V4 = ("127.0.0.0/8",)
_LOOPBACK_V6 = ("::1/128",)

_Network = IPv4Network | IPv6Network

_HEAD = """\
# Connections to addresses that are not local, for Tetragon {version} and later.
# Copy it to /etc/tetragon/tetragon.tp.d/ and remove any older policy of the same name from that folder:
# Tetragon loads every file there, and two policies of one name stop it.
"""
_OLD_UDP = """\
  # UDP needs Tetragon 1.4.0 (an argument of type sockaddr): before it the destination of a datagram socket is not seen.
"""
_UDP = """\
  # The destination that connect(2) asks for on a datagram socket; sendto(2) without connect is not seen.
"""


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """The settings of the policy."""

    version: tuple[int, int, int] = (1, 7, 0)
    """The oldest Tetragon that must load it."""
    quiet: tuple[str, ...] = QUIET
    """Networks (CIDR) whose TCP connections are not reported, besides loopback."""
    quiet_udp: tuple[str, ...] = ()
    """Networks (CIDR) whose UDP connections are not reported, besides loopback."""
    name: str = ARTICLE_NAME

    def yaml(self) -> bytes:
        """Return the policy as YAML.

        Raises:
            UsageError: a text is not a network.
        """
        shown = ".".join(map(str, self.version))
        lines = [
            _HEAD.format(version=shown),
            "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata:\n",
            f"  name: {json.dumps(self.name)}\nspec:\n  kprobes:\n",
            self._tcp(),
            self._udp() if self.version >= (1, 4, 0) else _OLD_UDP,
        ]
        return "".join(lines).encode()

    def _tcp(self) -> str:
        quiet = [_parse_network(network) for network in (*_LOOPBACK_V4, *self.quiet, *_LOOPBACK_V6)]
        return _hook("tcp_connect", 0, "sock", "NotDAddr", (*map(str, quiet), *self._mapped(quiet)))

    def _udp(self) -> str:
        quiet = [_parse_network(network) for network in (*_LOOPBACK_V4, *_LOOPBACK_V6, *self.quiet_udp)]
        v4 = tuple(str(network) for network in quiet if isinstance(network, IPv4Network))
        v6 = tuple(str(network) for network in quiet if isinstance(network, IPv6Network))
        return (
            _UDP
            + _hook("ip4_datagram_connect", 1, "sockaddr", "NotSAddr", v4)
            + _hook("ip6_datagram_connect", 1, "sockaddr", "NotSAddr", (*v6, *self._mapped(quiet)))
        )

    def _mapped(self, networks: list[_Network]) -> tuple[str, ...]:
        """Return the IPv4 networks as an IPv6 socket shows them; none for 1.3, which refuses such a prefix."""
        if self.version < (1, 4, 0):
            return ()
        v4 = [network for network in networks if isinstance(network, IPv4Network)]
        return tuple(f"::ffff:{network.network_address}/{96 + network.prefixlen}" for network in v4)


def _parse_network(network: str) -> _Network:
    try:
        return ip_network(network, strict=False)
    except ValueError as error:
        raise UsageError(f"not a network: {network!r}", "write it as 10.0.0.0/8") from error


def _hook(call: str, index: int, kind: str, operator: str, networks: tuple[str, ...]) -> str:
    values = "".join(f"        - {json.dumps(network)}\n" for network in dict.fromkeys(networks))
    return (
        f'  - call: "{call}"\n    syscall: false\n'
        f'    args:\n    - index: {index}\n      type: "{kind}"\n'
        f"    selectors:\n    - matchArgs:\n      - index: {index}\n"
        f'        operator: "{operator}"\n        values:\n{values}'
    )
