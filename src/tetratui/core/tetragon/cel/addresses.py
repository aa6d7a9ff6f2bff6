"""Declare the address functions of Tetragon's CEL, those of Kubernetes' library: `ip()`, `cidr()` and their members.

They follow Go's `netip`: no zones, no IPv4-mapped IPv6 addresses, no leading zeros. Any other text is an error value,
and an error value makes the whole filter false for that event.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from cel_expr_python import cel
from google.protobuf import message_factory  # type: ignore[import-untyped]

from tetratui.core.tetragon.cel.event_schema import ADDRESS_TYPES
from tetratui.core.tetragon.format.versions import Version

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Interface | ipaddress.IPv6Interface

_BITS = re.compile(r"0|[1-9][0-9]{0,2}")
_CONTAINS_CIDR_SINCE = Version(1, 5, 0)
"""Before, `containsCIDR` wants the same first address (kubernetes/kubernetes#130450, in its library from 0.33)."""
_BROADCAST = ipaddress.ip_address("255.255.255.255")


def parse_address(text: str) -> Address:
    """Return the address that `ip()` reads from a text; raises ValueError."""
    if "%" in text:
        raise ValueError("IP address with zone value is not allowed")
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        raise ValueError("IPv4-mapped IPv6 address is not allowed")
    return address


def parse_network(text: str) -> Network:
    """Return the network that `cidr()` reads from a text, with its host bits; raises ValueError."""
    host, slash, bits = text.partition("/")
    if not slash or not _BITS.fullmatch(bits):
        raise ValueError(f"not a CIDR: {text!r}")
    return ipaddress.ip_interface(f"{parse_address(host)}/{bits}")


def _test_for(parse: Callable[[str], object]) -> Callable[[str], bool]:
    """Return a function that returns whether a text can be parsed."""

    def can_parse(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return can_parse


def _is_link_local_multicast(value: Address) -> bool:
    packed = value.packed
    if value.version == 4:
        return packed[:3] == b"\xe0\x00\x00"
    return packed[0] == 0xFF and packed[1] & 0x0F == 0x02


def _is_global_unicast(value: Address) -> bool:
    special = value.is_unspecified or value.is_loopback or value.is_multicast or value.is_link_local
    return not special and value != _BROADCAST


def _has_address(outer: str, inner: str) -> bool:
    return parse_address(inner) in parse_network(outer).network


def _has_network(outer_text: str, inner_text: str) -> bool:
    outer, inner = parse_network(outer_text), parse_network(inner_text)
    if outer.version != inner.version or outer.network.prefixlen > inner.network.prefixlen:
        return False
    return inner.ip in outer.network


def _has_network_of_same_address(outer_text: str, inner_text: str) -> bool:
    outer, inner = parse_network(outer_text), parse_network(inner_text)
    return _has_network(outer_text, inner_text) and inner.ip == outer.network.network_address


def declare_functions(pool: Any, version: Version, to_check: bool = False) -> list[Any]:
    """Return the functions of a version for an environment whose pool has the address types.

    `to_check` returns them for an environment that only checks expressions. At run time the engine cannot tell one
    message type from another, so there one `string()` serves addresses and networks, which the checker sees as two.
    """
    declared = _Declarations(pool, _has_network if version >= _CONTAINS_CIDR_SINCE else _has_network_of_same_address)
    members = [*declared.address_members(), *declared.network_members()]
    return [*declared.constructors(), *members, declared.string_function(to_check)]


_TEXT, _FLAG, _INTEGER = cel.Type.STRING, cel.Type.BOOL, cel.Type.INT

_ADDRESS_TESTS: dict[str, Callable[[Address], bool]] = {
    "isUnspecified": lambda value: value.is_unspecified,
    "isLoopback": lambda value: value.is_loopback,
    "isLinkLocalMulticast": _is_link_local_multicast,
    "isLinkLocalUnicast": lambda value: value.is_link_local,
    "isGlobalUnicast": _is_global_unicast,
}


def _plain(key: str, result: Any, parameter: Any, answer: Callable[..., object]) -> Any:
    return cel.Overload(key, result, [parameter], impl=answer)


def _member(key: str, result: Any, parameters: list[Any], answer: Callable[..., object]) -> Any:
    return cel.Overload(key, result, parameters, is_member=True, impl=answer)


class _Declarations:
    """Declares the functions with the address and network types of one pool."""

    def __init__(self, pool: Any, has_network: Callable[[str, str], bool]) -> None:
        self._has_network = has_network
        self._ip, self._cidr = (cel.Type(name) for name in ADDRESS_TYPES)
        self._ip_of, self._cidr_of = (
            message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in ADDRESS_TYPES
        )

    def _read_ip(self, text: str) -> Any:
        return self._ip_of(text=str(parse_address(text)))

    def _read_cidr(self, text: str) -> Any:
        return self._cidr_of(text=str(parse_network(text)))

    def constructors(self) -> list[Any]:
        """Return the functions that make an address or a network of a text, or test whether a text is one."""
        first_address = _member(
            "cidr_ip", self._ip, [self._cidr], lambda value: self._ip_of(text=str(parse_network(value.text).ip))
        )
        canonical = _plain("ip_is_canonical", _FLAG, _TEXT, lambda value: str(parse_address(value)) == value)
        return [
            cel.FunctionDecl("isIP", [_plain("is_ip", _FLAG, _TEXT, _test_for(parse_address))]),
            cel.FunctionDecl("isCIDR", [_plain("is_cidr", _FLAG, _TEXT, _test_for(parse_network))]),
            cel.FunctionDecl("ip", [_plain("string_to_ip", self._ip, _TEXT, self._read_ip), first_address]),
            cel.FunctionDecl("cidr", [_plain("string_to_cidr", self._cidr, _TEXT, self._read_cidr)]),
            cel.FunctionDecl("ip.isCanonical", [canonical]),
        ]

    def address_members(self) -> list[Any]:
        """Return the member functions of an address."""

        def declare_test(name: str, answer: Callable[[Address], bool]) -> Any:
            overload = _member(f"ip_{name}", _FLAG, [self._ip], lambda value: answer(parse_address(value.text)))
            return cel.FunctionDecl(name, [overload])

        family = _member("ip_family", _INTEGER, [self._ip], lambda value: parse_address(value.text).version)
        tests = [declare_test(name, answer) for name, answer in _ADDRESS_TESTS.items()]
        return [*tests, cel.FunctionDecl("family", [family])]

    def string_function(self, to_check: bool) -> Any:
        """Return the function that writes an address or a network as a text."""
        of_address = _plain("ip_to_string", _TEXT, self._ip, lambda value: value.text)
        of_network = _plain("cidr_to_string", _TEXT, self._cidr, lambda value: value.text)
        return cel.FunctionDecl("string", [of_address, of_network] if to_check else [of_address])

    def network_members(self) -> list[Any]:
        """Return the member functions of a network."""
        cidr = self._cidr
        has_address = [
            _member("cidr_has_text", _FLAG, [cidr, _TEXT], lambda outer, inner: _has_address(outer.text, inner)),
            _member("cidr_has_ip", _FLAG, [cidr, self._ip], lambda outer, inner: _has_address(outer.text, inner.text)),
        ]
        contains = self._has_network
        has_network = [
            _member("cidr_in_text", _FLAG, [cidr, _TEXT], lambda outer, inner: contains(outer.text, inner)),
            _member("cidr_in_cidr", _FLAG, [cidr, cidr], lambda outer, inner: contains(outer.text, inner.text)),
        ]
        masked = _member("cidr_masked", cidr, [cidr], lambda v: self._cidr_of(text=str(parse_network(v.text).network)))
        length = _member("cidr_prefix_length", _INTEGER, [cidr], lambda v: parse_network(v.text).network.prefixlen)
        return [
            cel.FunctionDecl("containsIP", has_address),
            cel.FunctionDecl("containsCIDR", has_network),
            cel.FunctionDecl("masked", [masked]),
            cel.FunctionDecl("prefixLength", [length]),
        ]
