"""Measure the round trip to the operator's terminal: by a question to the terminal, and by asking the kernel."""

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
"""Offset of tcpi_rtt in it: microseconds, smoothed by the kernel (linux/tcp.h)."""
_MESSAGE = 72
"""Bytes of `struct inet_diag_msg`; attributes follow."""


class RoundTrip:
    """The shortest time in which the terminal has answered: a busy host can only make an answer later."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._sent_at: float | None = None
        self.seconds: float | None = None
        """None until it has answered; some terminals never do."""

    def note_question(self) -> None:
        """Note that the question is sent now."""
        self._sent_at = self._now()

    def note_answer(self) -> None:
        """Note that the answer has arrived."""
        if self._sent_at is not None:
            seconds = self._now() - self._sent_at
            self._sent_at = None
            self.seconds = seconds if self.seconds is None else min(seconds, self.seconds)


def connection_round_trip(environment: Mapping[str, str]) -> float | None:
    """Return the seconds that the kernel measured for the SSH connection; None without one or where it does not know.

    A terminal inside tmux cannot tell them. Of a connection through a jump host they are those to the jump host.
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
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as netlink:
        netlink.settimeout(1)
        netlink.send(header + request)
        return _round_trip(netlink.recv(8192))


def _round_trip(answer: bytes) -> float | None:
    """Return the round trip in the tcp_info attribute of an answer; None for an error, which has another type."""
    length, kind = struct.unpack_from("=IH", answer)
    offset = 16 + _MESSAGE
    while kind == _SOCK_DIAG_BY_FAMILY and offset + 4 <= length:
        size, attribute = struct.unpack_from("=HH", answer, offset)
        if attribute == _INFO:
            (microseconds,) = struct.unpack_from("=I", answer, offset + 4 + _RTT)
            return float(microseconds) / 1e6
        # Attributes are padded to four bytes; a size of zero must not loop for ever.
        offset += max(4, (size + 3) & ~3)
    return None
