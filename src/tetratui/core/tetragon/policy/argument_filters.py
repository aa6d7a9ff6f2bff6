"""Check the argument filters of a selector as the agent's selector compiler does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv6Network, ip_network
from typing import Final

from tetratui.core.tetragon.format.versions import Version
from tetratui.core.tetragon.policy.policy import ArgumentFilter, HookArgument
from tetratui.core.tetragon.policy.policy_error import PolicyError, Stage
from tetratui.core.tetragon.policy.schema import V14, V17

MAX_VALUES: Final = 4
"""Values that Equal and the like take for a number; InMap takes more."""
MAX_PREFIX: Final = 256
MAX_POSTFIX: Final = 127
_SIGNED_32 = frozenset({"int", "sint32", "int32", "size_t", "sint16", "int16", "sint8", "int8"})
_UNSIGNED_32 = frozenset({"uint32", "uint16", "uint8"})
_SIGNED_64 = frozenset({"sint64", "int64", "long", "syscall64"})
_UNSIGNED_64 = frozenset({"uint64", "ulong"})
_NUMBERS = _SIGNED_32 | _UNSIGNED_32 | _SIGNED_64 | _UNSIGNED_64
_CAPABILITIES = frozenset({"kernel_cap_t", "cap_inheritable", "cap_permitted", "cap_effective"})
STRINGS: Final = frozenset(
    {"fd", "file", "path", "string", "char_buf", "linux_binprm", "data_loc", "net_device", "sockaddr_un"}
)
"""Argument types whose Equal compares texts."""
SOCKETS: Final = frozenset({"sock", "skb", "sockaddr", "socket"})
"""Argument types that hold addresses and ports."""
_SOCKET_OPERATORS = frozenset({"SPort", "NotSPort", "DPort", "NotDPort", "Protocol", "Family", "State"})
_ADDRESS_OPERATORS = frozenset({"SAddr", "NotSAddr", "DAddr", "NotDAddr"})
_PRIVILEGED_OPERATORS = frozenset({"SPortPriv", "NotSportPriv", "DPortPriv", "NotDPortPriv"})
OPERATORS_WITHOUT_VALUES: Final = _PRIVILEGED_OPERATORS | {"CapabilitiesGained"}
"""Operators that compare with nothing."""
_NOT_FOR_SOCKADDR = frozenset(
    {"DPort", "NotDPort", "Protocol", "State", "DAddr", "NotDAddr", "DPortPriv", "NotDPortPriv"}
)
_NUMBER = re.compile(r"-?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9][0-9]*|0)")
_NAMED_SOCKET_VALUE = re.compile(r"[A-Za-z0-9_]+")
_BITS = {True: 64, False: 32}


def check_argument_filter(
    filter_: ArgumentFilter, arguments: Sequence[HookArgument], version: Version
) -> Iterator[PolicyError]:
    """Yield why the selector compiler refuses a filter on one of the hook's arguments."""
    argument = find_argument(filter_, arguments)
    if argument is None:
        yield _error(filter_, f"no argument of the hook has index {filter_.index}: list it in args first")
        return
    operator, type_ = filter_.operator, argument.type
    if version >= V17 and operator in {"GT", "LT"} and type_ not in _NUMBERS:
        yield _error(filter_, f"{operator} compares numbers, not {type_}")
    elif operator in _SOCKET_OPERATORS | _ADDRESS_OPERATORS | _PRIVILEGED_OPERATORS:
        yield from _check_socket(filter_, type_, version)
    elif operator in {"InRange", "NotInRange", "InMap", "NotInMap"}:
        yield from _check_ranges(filter_, type_)
    elif operator in {"Prefix", "NotPrefix"}:
        yield from _check_lengths(filter_, MAX_PREFIX)
    elif operator in {"Postfix", "NotPostfix"}:
        yield from _check_lengths(filter_, MAX_POSTFIX)
    elif operator in {"FileType", "NotFileType"}:
        if type_ not in {"file", "path"}:
            yield _error(filter_, f"{operator} works on the types file and path, not on {type_}")
    elif operator == "CapabilitiesGained":
        if len(filter_.args) != 2 or type_ not in _CAPABILITIES:
            yield _error(filter_, "CapabilitiesGained needs args with the new and the old capabilities")
    elif operator not in {"SubString", "SubStringIgnCase", "CelExpr"}:
        yield from _check_values(filter_, type_)


def find_argument(filter_: ArgumentFilter, arguments: Sequence[HookArgument]) -> HookArgument | None:
    """Return the argument that a filter looks at, None if the hook reads no such argument."""
    if filter_.args:
        position = filter_.args[0]
        return arguments[position] if position < len(arguments) else None
    return next((argument for argument in arguments if argument.index == filter_.index), None)


def parse_number(text: str) -> int | None:
    """Return a whole number as Go reads it: decimal, 0x, 0o, 0b or with a leading 0; None if it is none."""
    if not _NUMBER.fullmatch(text):
        return None
    digits = text.lstrip("-")
    octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
    value = int(digits, 8 if octal else 0)
    return -value if text.startswith("-") else value


def _check_socket(filter_: ArgumentFilter, type_: str, version: Version) -> Iterator[PolicyError]:
    operator = filter_.operator
    if type_ == "sockaddr_un" and operator != "Family":
        yield _error(filter_, "an argument of type sockaddr_un takes Family, Equal, Prefix and their opposites")
    elif type_ not in SOCKETS and type_ != "sockaddr_un":
        yield _error(filter_, f"{operator} works on the types sock, skb, socket and sockaddr, not on {type_}")
    elif type_ == "sockaddr" and operator in _NOT_FOR_SOCKADDR:
        yield _error(filter_, f"the type sockaddr holds one address: use SAddr, SPort or Family, not {operator}")
    elif operator in _ADDRESS_OPERATORS:
        for value in filter_.values:
            if not _is_network(value):
                yield _error(filter_, f"{value!r} is no address and no network: write it as 10.0.0.0/8")
            elif version < V14 and _is_mapped_network(value):
                yield _error(filter_, f"{version} refuses {value!r}: it takes the mapped address for an IPv4 one")
    elif operator in _SOCKET_OPERATORS:
        for value in filter_.values:
            named = operator in {"Protocol", "Family", "State"} and _NAMED_SOCKET_VALUE.fullmatch(value)
            if not named and not _is_range(value, 64, signed=False):
                yield _error(filter_, f"{value!r} is no number and no range such as 1:1024")


def _check_ranges(filter_: ArgumentFilter, type_: str) -> Iterator[PolicyError]:
    if type_ not in _NUMBERS:
        yield _error(filter_, f"{filter_.operator} works on numbers, not on {type_}")
        return
    if "Range" in filter_.operator and len(filter_.values) > MAX_VALUES:
        yield _error(filter_, f"{filter_.operator} has {len(filter_.values)} values: at most {MAX_VALUES} are allowed")
    for value in filter_.values:
        if not value.startswith("list:") and not _is_range(value, 64, signed=type_ in _SIGNED_32 | _SIGNED_64):
            yield _error(filter_, f"{value!r} is no number and no range such as 1:10")


def _check_lengths(filter_: ArgumentFilter, most: int) -> Iterator[PolicyError]:
    for value in filter_.values:
        if len(value.encode()) > most:
            yield _error(filter_, f"{filter_.operator}: a value has {len(value.encode())} bytes, more than {most}")


def _check_values(filter_: ArgumentFilter, type_: str) -> Iterator[PolicyError]:
    if type_ in STRINGS and filter_.operator in {"Equal", "NotEqual"}:
        return
    if len(filter_.values) > MAX_VALUES:
        more = "use InMap or NotInMap"
        yield _error(filter_, f"{filter_.operator} has {len(filter_.values)} values, at most {MAX_VALUES} work: {more}")
    if type_ in SOCKETS or type_ == "net_device":
        if filter_.values:
            yield _error(filter_, f"the type {type_} does not support {filter_.operator}")
    elif type_ in _NUMBERS:
        wide, signed = type_ in _SIGNED_64 | _UNSIGNED_64, type_ in _SIGNED_32 | _SIGNED_64
        for value in filter_.values:
            if not _is_number(value, _BITS[wide], signed=signed):
                yield _error(filter_, f"{value!r} is no {type_}")
    elif type_ not in _CAPABILITIES and filter_.values:
        yield _error(filter_, f"the type {type_} does not support {filter_.operator}")


def _is_number(text: str, bits: int, *, signed: bool) -> bool:
    number = parse_number(text)
    if number is None:
        return False
    return -(1 << bits - 1) <= number < 1 << bits - 1 if signed else 0 <= number < 1 << bits


def _is_range(text: str, bits: int, *, signed: bool) -> bool:
    parts = text.split(":")
    return len(parts) <= 2 and all(_is_number(part, bits, signed=signed) for part in parts)


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    # Python takes a netmask behind the slash, Go a length only.
    return "." not in text.partition("/")[2]


def _is_mapped_network(text: str) -> bool:
    network = ip_network(text, strict=False)
    return isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None and "/" in text


def _error(filter_: ArgumentFilter, message: str) -> PolicyError:
    return filter_.node.error(message, Stage.LOAD)
