"""A destination as a pattern over `args`, the one text in which the manager prints all arguments of a hook.

The text is that of the C library inside the manager: an array of one-key objects, members on lines of their own behind
TABs, a TAB after the colon. A text is walked as one token, so nothing inside one is mistaken for a key.
"""

from __future__ import annotations

from tetratui.core.exclusion import SocketMatch
from tetratui.core.wazuh.networks import address_pattern
from tetratui.core.wazuh.raw_line import OBJECT, TEXT

_MEMBERS = rf'(?:{TEXT}|[^"{{}}]++)*?'
"""Any members of a flat object, as few as will do."""


def socket_pattern(socket: SocketMatch) -> str:
    """Write the pcre2 pattern of printed arguments of which one is a socket with such a destination.

    Raises:
        NoTwinError: a network that no pattern can tell (networks.py).
    """
    wanted = ""
    if socket.networks:
        addresses = "|".join(address_pattern(network) for network in socket.networks)
        wanted += rf'(?={_MEMBERS}"daddr":\t"(?:{addresses})"[,\n])'
    if socket.ports:
        # A port of 0 is not exported at all.
        ports = "|".join(str(port) for port in socket.ports if port)
        missing = rf'|(?!{_MEMBERS}"dport":)' if 0 in socket.ports else ""
        known = rf'(?={_MEMBERS}"dport":\t(?:{ports})[,\n])' if ports else "(?!)"
        wanted += f"(?:{known}{missing})"
    return rf'\A\[(?:{OBJECT}|[, ])*?\{{\n\t\t"sock_arg":\t\{{{wanted}'
