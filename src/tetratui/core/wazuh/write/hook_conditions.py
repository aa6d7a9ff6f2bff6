"""Write the conditions on a hook itself: policy, function and destination, in the fields of each kind.

Tetragon's filters test the same fields: `policy_names`, and CEL for functions and destinations.
"""

from __future__ import annotations

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, SocketMatch
from tetratui.core.wazuh.write.alternatives import Alternative, make_exact_patterns, write_alternatives
from tetratui.core.wazuh.write.socket_pattern import SOCKET_ARGUMENTS, write_networks, write_ports, write_socket_pattern

_WITH_POLICY = frozenset({Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.LSM})
"""The kinds that Tetragon's filter `policy_names` can match."""
_FUNCTION_FIELD = {
    Kind.KPROBE: "function_name",
    Kind.LSM: "function_name",
    Kind.UPROBE: "symbol",
    Kind.USDT: "name",
}
_WITH_ARGUMENTS = frozenset({Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.USDT, Kind.LSM})


def write_hook_conditions(exclusion: Exclusion, kind: Kind) -> list[list[Alternative]] | None:
    """Write the conditions, each as a list of alternatives; None when no event of this kind can match.

    Raises:
        NoSuppressionRuleError: a Wazuh rule cannot express one of them.
    """
    conditions: list[list[Alternative]] = []
    if exclusion.policies:
        if kind not in _WITH_POLICY:
            return None
        conditions.append(write_alternatives(f"{kind.json_key}.policy_name", make_exact_patterns(exclusion.policies)))
    if exclusion.functions:
        if kind is not Kind.TRACEPOINT and kind not in _FUNCTION_FIELD:
            return None
        conditions.append(_write_functions(kind, exclusion.functions))
    if exclusion.socket is not None:
        if kind not in _WITH_ARGUMENTS:
            return None
        conditions.append(_write_destinations(kind, exclusion.socket))
    return conditions


def _write_functions(kind: Kind, names: tuple[str, ...]) -> list[Alternative]:
    key = kind.json_key
    if kind is not Kind.TRACEPOINT:
        return write_alternatives(f"{key}.{_FUNCTION_FIELD[kind]}", make_exact_patterns(names))
    pairs = [name.partition("/")[::2] for name in names]
    return [
        subsystem + event
        for pair in pairs
        for subsystem in write_alternatives(f"{key}.subsys", make_exact_patterns(pair[:1]))
        for event in write_alternatives(f"{key}.event", make_exact_patterns(pair[1:]))
    ]


def _write_destinations(kind: Kind, socket: SocketMatch) -> list[Alternative]:
    """Write the alternatives of a destination: in the printed arguments or, for a kprobe, in the returned object."""
    key = kind.json_key
    alternatives: list[Alternative] = [((f"{key}.args", write_socket_pattern(socket)),)]
    if kind is not Kind.KPROBE:
        return alternatives
    for argument, address, port in SOCKET_ARGUMENTS:
        fields: list[tuple[str, str]] = []
        if socket.networks:
            fields.append((f"{key}.return.{argument}.{address}", rf"\A(?:{write_networks(socket)})\z"))
        if socket.ports and not write_ports(socket):
            # Only port 0 is asked for, which is a missing field: no field condition can match that.
            continue
        if socket.ports:
            fields.append((f"{key}.return.{argument}.{port}", rf"\A(?:{write_ports(socket)})\z"))
        alternatives.append(tuple(fields))
    return alternatives
