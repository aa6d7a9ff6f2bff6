"""The address functions of Tetragon's CEL: those of Kubernetes' library, `ip()`, `cidr()` and their members.

They follow Go's `netip`: no zones, no IPv4-mapped IPv6 addresses, no leading zeros; what cannot be read is an error
value, and an error value makes the whole filter false for that event.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from cel_expr_python import cel
from google.protobuf import message_factory  # type: ignore[import-untyped]

from tetratui.core.tetragon.cel_schema import ADDRESS_TYPES

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Interface | ipaddress.IPv6Interface

_BITS = re.compile(r"0|[1-9][0-9]{0,2}")
_BROADCAST = ipaddress.ip_address("255.255.255.255")


def address(text: str) -> Address:
    """Read an address as `ip()` does; raises ValueError."""
    if "%" in text:
        raise ValueError("IP address with zone value is not allowed")
    read = ipaddress.ip_address(text)
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is not None:
        raise ValueError("IPv4-mapped IPv6 address is not allowed")
    return read


def network(text: str) -> Network:
    """Read a network as `cidr()` does, host bits kept; raises ValueError."""
    host, slash, bits = text.partition("/")
    if not slash or not _BITS.fullmatch(bits):
        raise ValueError(f"no CIDR: {text!r}")
    return ipaddress.ip_interface(f"{address(host)}/{bits}")


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    def readable(text: str) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return True

    return readable


def _is_link_local_multicast(value: Address) -> bool:
    packed = value.packed
    if value.version == 4:
        return packed[:3] == b"\xe0\x00\x00"
    return packed[0] == 0xFF and packed[1] & 0x0F == 0x02


def _is_global_unicast(value: Address) -> bool:
    special = value.is_unspecified or value.is_loopback or value.is_multicast or value.is_link_local
    return not special and value != _BROADCAST


def _has_address(outer: str, inner: str) -> bool:
    return address(inner) in network(outer).network


def _has_network(outer_text: str, inner_text: str) -> bool:
    outer, inner = network(outer_text), network(inner_text)
    if outer.version != inner.version or outer.network.prefixlen > inner.network.prefixlen:
        return False
    return inner.ip in outer.network


def functions(pool: Any) -> list[Any]:
    """Declare the functions for an environment whose pool holds the address types."""
    ip_class, cidr_class = (message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in ADDRESS_TYPES)
    ip_type, cidr_type = (cel.Type(name) for name in ADDRESS_TYPES)
    text, flag, integer = cel.Type.STRING, cel.Type.BOOL, cel.Type.INT

    def pack_ip(value: Address) -> Any:
        return ip_class(text=str(value))

    def pack_cidr(value: Network) -> Any:
        return cidr_class(text=str(value))

    def of_ip(answer: Callable[[Address], object]) -> Callable[[Any], object]:
        return lambda value: answer(address(value.text))

    def of_cidr(answer: Callable[[Network], object]) -> Callable[[Any], object]:
        return lambda value: answer(network(value.text))

    def declared(name: str, *overloads: Any) -> Any:
        return cel.FunctionDecl(name, list(overloads))

    def plain(result: Any, parameter: Any, answer: Callable[..., object], key: str) -> Any:
        return cel.Overload(key, result, [parameter], impl=answer)

    def member(result: Any, parameters: list[Any], answer: Callable[..., object], key: str) -> Any:
        return cel.Overload(key, result, parameters, is_member=True, impl=answer)

    def question(name: str, answer: Callable[[Address], bool]) -> Any:
        return declared(name, member(flag, [ip_type], of_ip(answer), f"ip_{name}"))

    return [
        declared("isIP", plain(flag, text, _reads(address), "is_ip")),
        declared("isCIDR", plain(flag, text, _reads(network), "is_cidr")),
        declared(
            "ip",
            plain(ip_type, text, lambda value: pack_ip(address(value)), "string_to_ip"),
            member(ip_type, [cidr_type], of_cidr(lambda value: pack_ip(value.ip)), "cidr_ip"),
        ),
        declared("cidr", plain(cidr_type, text, lambda value: pack_cidr(network(value)), "string_to_cidr")),
        declared("ip.isCanonical", plain(flag, text, lambda value: str(address(value)) == value, "ip_is_canonical")),
        declared("family", member(integer, [ip_type], of_ip(lambda value: value.version), "ip_family")),
        question("isUnspecified", lambda value: value.is_unspecified),
        question("isLoopback", lambda value: value.is_loopback),
        question("isLinkLocalMulticast", _is_link_local_multicast),
        question("isLinkLocalUnicast", lambda value: value.is_link_local),
        question("isGlobalUnicast", _is_global_unicast),
        declared(
            "containsIP",
            member(flag, [cidr_type, text], lambda o, i: _has_address(o.text, i), "cidr_has_text"),
            member(flag, [cidr_type, ip_type], lambda o, i: _has_address(o.text, i.text), "cidr_has_ip"),
        ),
        declared(
            "containsCIDR",
            member(flag, [cidr_type, text], lambda o, i: _has_network(o.text, i), "cidr_in_text"),
            member(flag, [cidr_type, cidr_type], lambda o, i: _has_network(o.text, i.text), "cidr_in_cidr"),
        ),
        declared(
            "masked",
            member(cidr_type, [cidr_type], of_cidr(lambda v: cidr_class(text=str(v.network))), "cidr_masked"),
        ),
        declared(
            "prefixLength",
            member(integer, [cidr_type], of_cidr(lambda value: value.network.prefixlen), "cidr_prefix_length"),
        ),
        # The engine tells overloads apart at run time by "is a message" alone: `string(cidr)` cannot stand beside it.
        declared("string", plain(text, ip_type, lambda value: value.text, "ip_to_string")),
    ]
