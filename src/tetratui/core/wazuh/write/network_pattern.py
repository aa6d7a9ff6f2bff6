"""Write a network as a pattern over addresses as Tetragon prints them: dotted IPv4, and IPv6 in its canonical form."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_REST_OF_V6 = "[0-9a-f:.]*"


def write_address_pattern(network: str) -> str:
    """Write the pcre2 pattern, without anchors, that matches every address of a network (CIDR text).

    Raises:
        NoSuppressionRuleError: it is not a network, or the printed addresses of an IPv6 one have no common form.
    """
    try:
        parsed = ip_network(network, strict=False)
    except ValueError as error:
        raise NoSuppressionRuleError(f"{network!r} is not a network", "write it as 203.0.113.0/24") from error
    return _write_v4(parsed) if isinstance(parsed, IPv4Network) else _write_v6(parsed)


def _write_v4(network: IPv4Network) -> str:
    octets = []
    for index, octet in enumerate(network.network_address.packed):
        bits = min(max(network.prefixlen - 8 * index, 0), 8)
        octets.append(_write_octet_range(octet, octet + (1 << (8 - bits)) - 1))
    return r"\.".join(octets)


def _write_octet_range(first: int, last: int) -> str:
    """Write a range of octets that begins at a multiple of its length, as the octets of a network do."""
    if (first, last) == (0, 255):
        return _OCTET
    if first == last:
        return str(first)
    return "(?:" + "|".join(map(str, range(first, last + 1))) + ")"


def _write_v6(network: IPv6Network) -> str:
    if network.prefixlen == 0:
        # CEL's ip() refuses an IPv4-mapped IPv6 address, so the filter does not match one either.
        return f"(?!::ffff:)[0-9a-f]*:{_REST_OF_V6}"
    mapped = network.network_address.ipv4_mapped
    if network.prefixlen == 128:
        # From 1.7 on Tetragon prints the last four bytes of an IPv4-mapped address with dots.
        return network.network_address.compressed if mapped is None else rf"::ffff:{_write_v4(IPv4Network(mapped))}"
    if mapped is not None:
        raise NoSuppressionRuleError(f"{network} holds IPv4 addresses in IPv6 form", "write the IPv4 network")
    # A group of zeros may be printed as `::` or not at all, so a fixed group must not be zero.
    whole, rest = divmod(network.prefixlen, 16)
    groups = [int(group, 16) for group in network.network_address.exploded.split(":")]
    if 0 in groups[:whole] or (rest and not groups[whole]):
        raise NoSuppressionRuleError(
            f"the addresses of {network} have no common printed form",
            "exclude single addresses, or leave it to Tetragon",
        )
    parts = [f"{group:x}" for group in groups[:whole]]
    if rest:
        parts.append(_write_hex_group(groups[whole], 16 - rest))
    # A group that is not zero is followed by a colon, unless it is the last of the eight.
    return ":".join(parts) + (f":{_REST_OF_V6}" if len(parts) < 8 else "")


def _write_hex_group(first: int, free_bits: int) -> str:
    """Write the groups that differ from `first` only in the last `free_bits` bits; all have as many digits as it."""
    digits, bits = divmod(free_bits, 4)
    head = f"{first:x}"
    fixed = head[: len(head) - digits - (1 if bits else 0)]
    varying = ""
    if bits:
        low = int(head[len(head) - digits - 1], 16) if len(head) > digits else 0
        varying = "[" + "".join(f"{low + step:x}" for step in range(1 << bits)) + "]"
    return fixed + varying + (f"[0-9a-f]{{{digits}}}" if digits else "")
