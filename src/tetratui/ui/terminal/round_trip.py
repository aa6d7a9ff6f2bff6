"""How long the way to the operator's terminal and back takes: asked of the terminal, and of the kernel."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from time import monotonic

QUESTION = "\x1b[6n"
"""Asks where the cursor is, which every terminal answers; Textual makes a CursorPosition of the answer."""
_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_INFO = 2
"""The attribute that holds `struct tcp_info`: INET_DIAG_INFO of linux/inet_diag.h."""
_RTT = 68
"""Where tcpi_rtt stands in it: microseconds, smoothed by the kernel (linux/tcp.h)."""
_MESSAGE = 72
"""Bytes of `struct inet_diag_msg`; attributes follow."""


class RoundTrip:
    """The shortest time in which the terminal has answered: a busy host only ever makes an answer late."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._asked: float | None = None
        self.seconds: float | None = None
        """None until it has answered; some terminals never do."""

    def asked(self) -> None:
        """Note that the question goes out."""
        self._asked = self._now()

    def answered(self) -> None:
        """Note that the answer has come."""
        if self._asked is not None:
            took = self._now() - self._asked
            self._asked = None
            self.seconds = took if self.seconds is None else min(took, self.seconds)


def of_connection(environment: Mapping[str, str]) -> float | None:
    """Ask the kernel for the round trip of the SSH connection, which a terminal inside tmux cannot tell.

    Gives None without one, or where the kernel does not say. A jump host hides what lies behind it.
    """
    try:
        peer, peer_port, own, own_port = environment["SSH_CONNECTION"].split()
        return _ask_kernel((own, int(own_port)), (peer, int(peer_port)))
    except (KeyError, ValueError, OSError, struct.error):
        return None


def _ask_kernel(own: tuple[str, int], peer: tuple[str, int]) -> float | None:
    family = socket.AF_INET6 if ":" in own[0] else socket.AF_INET
    ends = ip_address(own[0].partition("%")[0]).packed.ljust(16, b"\0")
    ends += ip_address(peer[0].partition("%")[0]).packed.ljust(16, b"\0")
    # struct inet_diag_sockid: ports and addresses in network order, any interface, no cookie.
    identity = struct.pack("!HH", own[1], peer[1]) + ends + struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    request = struct.pack("=BBBxI", family, socket.IPPROTO_TCP, 1 << (_INFO - 1), 0xFFFFFFFF) + identity
    header = struct.pack("=IHHII", 16 + len(request), _SOCK_DIAG_BY_FAMILY, 1, 0, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as asking:
        asking.settimeout(1)
        asking.send(header + request)
        return _round_trip(asking.recv(8192))


def _round_trip(answer: bytes) -> float | None:
    """Find tcp_info among the attributes of an answer; an error has another type and none."""
    length, kind = struct.unpack_from("=IH", answer)
    at = 16 + _MESSAGE
    while kind == _SOCK_DIAG_BY_FAMILY and at + 4 <= length:
        size, attribute = struct.unpack_from("=HH", answer, at)
        if attribute == _INFO:
            (microseconds,) = struct.unpack_from("=I", answer, at + 4 + _RTT)
            return float(microseconds) / 1e6
        at += max(4, (size + 3) & ~3)
    return None
