"""Write CEL for what no other field of a filter can compare: hooked function, destination, workload, and the name of a
container before Tetragon 1.6.

Every expression first tests what it reads, so that no event makes it an error. An error would make the whole filter
false.
"""

from __future__ import annotations

import ipaddress

from tetratui.core.errors import RefusedError
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Place, SocketMatch

_SOCKETS = (("sock_arg", "daddr", "dport"), ("skb_arg", "daddr", "dport"), ("sockaddr_arg", "addr", "port"))
"""The types of argument that hold a destination, with the names of its address and port."""
_WITH_ARGUMENTS = frozenset({Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.USDT, Kind.LSM})
_FUNCTION_FIELD = {
    Kind.KPROBE: "function_name",
    Kind.LSM: "function_name",
    Kind.UPROBE: "symbol",
    Kind.USDT: "name",
}


def needs_expression(exclusion: Exclusion) -> bool:
    """Return whether an exclusion compares anything that is written in CEL."""
    hook = exclusion.socket is not None or bool(exclusion.functions)
    return hook or bool(exclusion.place.workloads or exclusion.place.containers)


def write_expressions(exclusion: Exclusion) -> tuple[str, ...]:
    """Return one expression for each kind, which tests function and destination, workload and name of the container.

    Raises:
        RefusedError: a kind has no function and no destination, or a network cannot be written in CEL.
    """
    return tuple(_of_kind(kind, exclusion) for kind in exclusion.kinds)


def _of_kind(kind: Kind, exclusion: Exclusion) -> str:
    if kind not in _WITH_ARGUMENTS and (exclusion.functions or exclusion.socket is not None):
        raise RefusedError(f"{kind.word} events have no function and no destination")
    parts: list[str] = []
    if exclusion.functions:
        parts.append(_function(kind, exclusion.functions))
    if exclusion.socket is not None:
        parts.append(_destination(kind.json_key, exclusion.socket))
    parts += _in_pod(f"{kind.json_key}.process.pod", exclusion.place)
    return " && ".join(parts)


def _in_pod(pod: str, place: Place) -> list[str]:
    """Return the tests of workload and container; without a pod both are empty texts to CEL, which no name equals."""
    parts = []
    if place.workloads:
        tests = [
            f"({pod}.workload_kind == {quote(kind)} && {pod}.workload == {quote(name)})"
            for kind, name in place.workloads
        ]
        parts.append(tests[0] if len(tests) == 1 else f"({' || '.join(tests)})")
    if place.containers:
        parts.append(write_membership(f"{pod}.container.name", [quote(name) for name in place.containers]))
    return parts


def _function(kind: Kind, names: tuple[str, ...]) -> str:
    if kind is Kind.TRACEPOINT:
        pairs = [name.partition("/") for name in names]
        tests = [f"({kind.json_key}.subsys == {quote(s)} && {kind.json_key}.event == {quote(e)})" for s, _, e in pairs]
        return tests[0] if len(tests) == 1 else f"({' || '.join(tests)})"
    return write_membership(f"{kind.json_key}.{_FUNCTION_FIELD[kind]}", [quote(name) for name in names])


def _destination(key: str, socket: SocketMatch) -> str:
    def matches(holder: str) -> str:
        return " || ".join(
            f"(has({holder}.{argument}){_conditions(f'{holder}.{argument}', address, port, socket)})"
            for argument, address, port in _SOCKETS
        )

    anywhere = f"{key}.args.exists(a, {matches('a')})"
    if key != Kind.KPROBE.json_key:
        return anywhere
    # A hook like inet_csk_accept returns its socket instead of taking it as an argument.
    return f"({anywhere} || {matches(key + '.return')})"


def _conditions(holder: str, address: str, port: str, socket: SocketMatch) -> str:
    text = ""
    if socket.networks:
        text += f" && {_networks(f'{holder}.{address}', socket.networks)}"
    if socket.ports:
        text += f" && {write_membership(f'{holder}.{port}', [f'{number}u' for number in socket.ports])}"
    return text


def _networks(field: str, networks: tuple[str, ...]) -> str:
    hosts: list[str] = []
    wide: list[str] = []
    for text in networks:
        network = ipaddress.ip_network(text, strict=False)
        if network.prefixlen == network.max_prefixlen:
            # Compared as text: ip() refuses an IPv4-mapped address, which 1.7 prints as ::ffff:192.0.2.1.
            hosts.append(_as_printed(network.network_address))
        elif isinstance(network, ipaddress.IPv6Network) and network.network_address.ipv4_mapped is not None:
            raise RefusedError(
                f"Tetragon's cidr() takes no IPv4-mapped network: {text}", "name the addresses one by one"
            )
        else:
            wide.append(str(network))
    parts = [write_membership(field, [quote(host) for host in hosts])] if hosts else []
    if wide:
        inside = " || ".join(f"cidr({quote(text)}).containsIP({field})" for text in wide)
        parts.append(f"(isIP({field}) && {inside if len(wide) == 1 else f'({inside})'})")
    return parts[0] if len(parts) == 1 else f"({' || '.join(parts)})"


def _as_printed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(address) if mapped is None else f"::ffff:{mapped}"


def write_membership(field: str, values: list[str]) -> str:
    """Return `field == value`, or `field in [values]` for several."""
    return f"{field} == {values[0]}" if len(values) == 1 else f"{field} in [{', '.join(values)}]"


def quote(text: str) -> str:
    """Return a text as a CEL string in single quotes."""
    return "'" + "".join(_escaped(character) for character in text) + "'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    return f"\\u{ord(character):04x}" if character < " " or "\x7f" <= character <= "\x9f" else character
