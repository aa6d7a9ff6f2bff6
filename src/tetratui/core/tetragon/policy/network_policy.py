"""Write `network-monitoring.yaml`, a TracingPolicy that reports connections to addresses that are not local.

It is the policy of the article "Mastering Linux Monitoring with Tetragon and Wazuh" (SOCFortress) with two faults fixed
(docs/export.md, "The network policy"). The UDP half of the article's policy looks at an address that the kernel has not
set yet, which is always 0.0.0.0. And its lists hold IPv4 networks only: Tetragon then reports every IPv6 connection
(from 1.5.0) or none (before).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from tetratui.core.errors import UsageError
from tetratui.core.tetragon.policy.edit import quote_yaml

ARTICLE_NAME = "connect-only-local-addrs"
"""The name of the article's policy. It stays the same so that filters and rules with that policy name go on working."""
QUIET = ("127.0.0.0/8", "10.0.0.0/8")
"""TCP destinations that the article's policy does not report. Over UDP it leaves out loopback only."""
_LOOPBACK_V4 = ("127.0.0.0/8",)
_LOOPBACK_V6 = ("::1/128",)
_UNSPECIFIED = ("0.0.0.0/32", "::/128")
"""sshd and resolvers connect datagram sockets to these to sort addresses: half of all such calls."""
_PORTS = re.compile(r"([0-9]{1,5})(?::([0-9]{1,5}))?")
_MAX_PORT = 65_535

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
    quiet_ports: tuple[str, ...] = ()
    """Destination ports that are not reported, as numbers or ranges such as `8000:8099`."""
    name: str = ARTICLE_NAME

    def yaml(self) -> bytes:
        """Return the policy as YAML.

        Raises:
            UsageError: a text is not a network or not a port.
        """
        shown = ".".join(map(str, self.version))
        lines = [
            _HEAD.format(version=shown),
            "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata:\n",
            f"  name: {quote_yaml(self.name)}\nspec:\n  kprobes:\n",
            self._tcp(),
            self._udp() if self.version >= (1, 4, 0) else _OLD_UDP,
        ]
        return "".join(lines).encode()

    def _tcp(self) -> str:
        quiet = [_parse_network(network) for network in (*_LOOPBACK_V4, *self.quiet, *_LOOPBACK_V6)]
        networks = (*map(str, quiet), *self._mapped(quiet))
        return self._hook("tcp_connect", 0, "sock", ("NotDAddr", "NotDPort"), networks)

    def _udp(self) -> str:
        quiet = [_parse_network(network) for network in (*_LOOPBACK_V4, *_LOOPBACK_V6, *_UNSPECIFIED, *self.quiet_udp)]
        v4 = tuple(str(network) for network in quiet if isinstance(network, IPv4Network))
        v6 = tuple(str(network) for network in quiet if isinstance(network, IPv6Network))
        return (
            _UDP
            + self._hook("ip4_datagram_connect", 1, "sockaddr", ("NotSAddr", "NotSPort"), v4)
            + self._hook("ip6_datagram_connect", 1, "sockaddr", ("NotSAddr", "NotSPort"), (*v6, *self._mapped(quiet)))
        )

    def _hook(self, call: str, index: int, kind: str, operators: tuple[str, str], networks: tuple[str, ...]) -> str:
        filters = [_filter(index, operators[0], networks)]
        if self.quiet_ports:
            filters.append(_filter(index, operators[1], tuple(map(_parse_ports, self.quiet_ports))))
        return (
            f'  - call: "{call}"\n    syscall: false\n'
            f'    args:\n    - index: {index}\n      type: "{kind}"\n'
            f"    selectors:\n    - matchArgs:\n{''.join(filters)}"
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


def _parse_ports(text: str) -> str:
    match = _PORTS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not 0 <= first <= last <= _MAX_PORT:
        raise UsageError(f"not a port: {text!r}", "write it as 443, or a range as 8000:8099")
    return text


def _filter(index: int, operator: str, values: tuple[str, ...]) -> str:
    lines = "".join(f"        - {quote_yaml(value)}\n" for value in dict.fromkeys(values))
    return f'      - index: {index}\n        operator: "{operator}"\n        values:\n{lines}'
