"""A destination as a pattern over `args`, the one text in which the manager prints all arguments of a hook.

The text is that of the C library inside the manager: an array of one-key objects, members on lines of their own behind
TABs, a TAB after the colon. A text is walked as one token, so nothing inside one is mistaken for a key.
"""

from __future__ import annotations

from tetratui.core.exclusion import SocketMatch
from tetratui.core.wazuh.write.network_pattern import address_pattern
from tetratui.core.wazuh.write.raw_line import OBJECT, TEXT

_MEMBERS = rf'(?:{TEXT}|[^"{{}}]++)*?'
"""Any members of a flat object, as few as will do."""


def holders() -> tuple[tuple[str, str, str], ...]:
    """Name the arguments that hold a destination, with the names of its address and port there."""
    return (("sock_arg", "daddr", "dport"), ("skb_arg", "daddr", "dport"), ("sockaddr_arg", "addr", "port"))


def addresses(socket: SocketMatch) -> str:
    """Write the alternatives of its networks.

    Raises:
        NoTwinError: a network that no pattern can tell (networks.py).
    """
    return "|".join(address_pattern(network) for network in socket.networks)


def held_ports(socket: SocketMatch) -> str:
    """Write the alternatives of its ports that Tetragon exports: a port of 0 it leaves out."""
    return "|".join(str(port) for port in socket.ports if port)


def socket_pattern(socket: SocketMatch) -> str:
    """Write the pcre2 pattern of printed arguments of which one has such a destination.

    Raises:
        NoTwinError: a network that no pattern can tell (networks.py).
    """
    flat = _holder("(?:sock|skb)_arg", "daddr", "dport", socket)
    return rf"\A\[(?:{OBJECT}|[, ])*?\{{\n\t\t(?:{flat}|{_holder('sockaddr_arg', 'addr', 'port', socket)})"


def _holder(name: str, address: str, port: str, socket: SocketMatch) -> str:
    wanted = ""
    if socket.networks:
        wanted += rf'(?={_MEMBERS}"{address}":\t"(?:{addresses(socket)})"[,\n])'
    if socket.ports:
        told = [rf'(?={_MEMBERS}"{port}":\t(?:{held_ports(socket)})[,\n])'] if held_ports(socket) else []
        told += [rf'(?!{_MEMBERS}"{port}":)'] if 0 in socket.ports else []
        wanted += f"(?:{'|'.join(told)})"
    return rf'"{name}":\t\{{{wanted}'
