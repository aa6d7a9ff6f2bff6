"""Match the addresses and networks of `<srcip>` and `<dstip>` as the manager does (validate_op.c).

The manager compares an address with a network of the other family over the same bytes. So an IPv6 network whose first
eight bytes happen to fit contains IPv4 addresses too: `::1` contains all of them.
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
    """One entry: its masked address and its mask, of 4 or 16 bytes each."""

    address: bytes
    mask: bytes

    def contains(self, address: bytes) -> bool:
        if len(address) == len(self.address):
            return _mask_address(address, self.mask) == self.address
        if len(address) == 4:
            return _mask_address(address, self.address[4:8]) == self.address[:4]
        # An IPv4 network lies in 24 bytes of which all but its own eight are zero: only 0.0.0.0/0 could fit.
        return False


class Addresses:
    """The addresses of one element of a rule; a text matches if any entry contains it."""

    exact: frozenset[bytes] | None = None

    def __init__(self) -> None:
        self._networks: list[_Network] = []

    def add(self, text: bytes) -> bool:
        """Add an entry; return False if the manager refuses it and does not start."""
        network = _parse_network(text.decode("latin-1").removeprefix("!"))
        if network is not None:
            self._networks.append(network)
        return network is not None

    @property
    def is_known(self) -> bool:
        """False with the entry 0.0.0.0/0: whether it contains IPv6 addresses depends on the manager's memory."""
        return _Network(bytes(4), bytes(4)) not in self._networks

    def matches(self, text: bytes) -> bool:
        """Return whether the text is an address that an entry contains."""
        address = _pack(text.decode("latin-1"))
        return address is not None and any(network.contains(address) for network in self._networks)


def _parse_network(text: str) -> _Network | None:
    if text == "any":
        return _Network(bytes(16), bytes(16))
    four, six = _IPV4.fullmatch(text), _IPV6.fullmatch(text)
    if four is not None:
        mask = _pack(four[2]) if four[2] and len(four[2]) > 2 else _prefix_mask(int(four[2] or 32), 4)
        address = _pack(four[1])
        assert address is not None and mask is not None  # noqa: PT018 - the pattern matches nothing else
        return _Network(_mask_address(address, mask), mask)
    address = _pack(six[1]) if six is not None else None
    if six is None or address is None or (six[1] == "::" and six[2]):
        return None
    mask = _prefix_mask(int(six[2] or 128), 16)
    return _Network(_mask_address(address, mask), mask)


def _pack(text: str) -> bytes | None:
    """Return the bytes of an address as `inet_pton` does; None if the text is not one."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_pton(family, text)
        except (OSError, ValueError):
            continue
    return None


def _prefix_mask(bits: int, length: int) -> bytes:
    whole = 8 * length
    return (((1 << whole) - 1) ^ ((1 << (whole - bits)) - 1)).to_bytes(length, "big")


def _mask_address(address: bytes, mask: bytes) -> bytes:
    return bytes(byte & kept for byte, kept in zip(address, mask, strict=True))
