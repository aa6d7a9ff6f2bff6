"""`<srcip>` and `<dstip>`: addresses and networks that a static field is looked up in (validate_op.c).

An address of one family is compared with a network of the other as the original does it, over the same bytes: so an
IPv6 network whose first eight bytes happen to fit takes IPv4 addresses too (`::1` takes them all).
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_V4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_IPV4 = re.compile(rf"(?:::[fF]{{4}}:)?({_V4})(?:/((?:3[0-2]|[1-2]?[0-9])|{_V4}))?\n?")
_IPV6 = re.compile(r"([0-9a-fA-F:]+)(?:/(12[0-8]|1[0-1][0-9]|[0-9]?[0-9]))?\n?")


@dataclass(frozen=True, slots=True)
class _Network:
    """One entry: its bytes, masked, and its mask, of 4 or of 16 bytes."""

    address: bytes
    mask: bytes

    def holds(self, address: bytes) -> bool:
        if len(address) == len(self.address):
            return _masked(address, self.mask) == self.address
        if len(address) == 4:
            return _masked(address, self.address[4:8]) == self.address[:4]
        # An IPv4 network lies in 24 bytes of which all but its own eight are zero: only 0.0.0.0/0 could fit.
        return False


class Addresses:
    """The addresses of one rule; any of them is enough."""

    exact: frozenset[bytes] | None = None

    def __init__(self) -> None:
        self._networks: list[_Network] = []

    def add(self, text: bytes) -> bool:
        """Take one more; False when the manager does not, and then does not start."""
        network = _network(text.decode("latin-1").removeprefix("!"))
        if network is not None:
            self._networks.append(network)
        return network is not None

    @property
    def understood(self) -> bool:
        """Whether it is known what every entry takes: what 0.0.0.0/0 does with IPv6 depends on the manager's memory."""
        return _Network(bytes(4), bytes(4)) not in self._networks

    def matches(self, text: bytes) -> bool:
        """Whether the text is an address in one of them."""
        address = _packed(text.decode("latin-1"))
        return address is not None and any(network.holds(address) for network in self._networks)


def _network(text: str) -> _Network | None:
    if text == "any":
        return _Network(bytes(16), bytes(16))
    four, six = _IPV4.fullmatch(text), _IPV6.fullmatch(text)
    if four is not None:
        mask = _packed(four[2]) if four[2] and len(four[2]) > 2 else _prefix(int(four[2] or 32), 4)
        address = _packed(four[1])
        assert address is not None and mask is not None  # noqa: PT018 - both patterns take nothing else
        return _Network(_masked(address, mask), mask)
    address = _packed(six[1]) if six is not None else None
    if six is None or address is None or (six[1] == "::" and six[2]):
        return None
    mask = _prefix(int(six[2] or 128), 16)
    return _Network(_masked(address, mask), mask)


def _packed(text: str) -> bytes | None:
    """Read an address as `inet_pton` does."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_pton(family, text)
        except (OSError, ValueError):
            continue
    return None


def _prefix(bits: int, length: int) -> bytes:
    whole = 8 * length
    return (((1 << whole) - 1) ^ ((1 << (whole - bits)) - 1)).to_bytes(length, "big")


def _masked(address: bytes, mask: bytes) -> bytes:
    return bytes(one & other for one, other in zip(address, mask, strict=True))
