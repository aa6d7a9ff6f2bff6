"""Write a destination as a pattern over `args`, the text in which the manager prints all arguments of a hook.

The manager's JSON library (cJSON) prints an array of objects with one key each: a line for each member, TABs before it
and a TAB after its colon. The pattern walks a text as one token, so nothing inside a text is mistaken for a key.
"""

from __future__ import annotations

from tetratui.core.exclusion import SocketMatch
from tetratui.core.wazuh.write.network_pattern import write_address_pattern
from tetratui.core.wazuh.write.raw_line import OBJECT, TEXT

_MEMBERS = rf'(?:{TEXT}|[^"{{}}]++)*?'
"""Matches members of a flat object, as few as possible."""
SOCKET_ARGUMENTS = (("sock_arg", "daddr", "dport"), ("skb_arg", "daddr", "dport"), ("sockaddr_arg", "addr", "port"))
"""The arguments of a hook that hold a destination, each with the keys of its address and port."""


def write_networks(socket: SocketMatch) -> str:
    """Write the networks as one alternation, without anchors.

    Raises:
        NoSuppressionRuleError: no pattern can express a network (network_pattern.py).
    """
    return "|".join(write_address_pattern(network) for network in socket.networks)


def write_ports(socket: SocketMatch) -> str:
    """Write the ports as one alternation; without port 0, which Tetragon leaves out of its events."""
    return "|".join(str(port) for port in socket.ports if port)


def write_socket_pattern(socket: SocketMatch) -> str:
    """Write the pcre2 pattern of printed arguments of which one holds such a destination.

    Raises:
        NoSuppressionRuleError: no pattern can express a network (network_pattern.py).
    """
    sock = _write_argument("(?:sock|skb)_arg", "daddr", "dport", socket)
    sockaddr = _write_argument("sockaddr_arg", "addr", "port", socket)
    return rf"\A\[(?:{OBJECT}|[, ])*?\{{\n\t\t(?:{sock}|{sockaddr})"


def _write_argument(name: str, address: str, port: str, socket: SocketMatch) -> str:
    lookaheads = ""
    if socket.networks:
        lookaheads += rf'(?={_MEMBERS}"{address}":\t"(?:{write_networks(socket)})"[,\n])'
    if socket.ports:
        choices = [rf'(?={_MEMBERS}"{port}":\t(?:{write_ports(socket)})[,\n])'] if write_ports(socket) else []
        choices += [rf'(?!{_MEMBERS}"{port}":)'] if 0 in socket.ports else []
        lookaheads += f"(?:{'|'.join(choices)})"
    return rf'"{name}":\t\{{{lookaheads}'
