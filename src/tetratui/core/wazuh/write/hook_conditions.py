"""What an exclusion asks of a hook itself: policy, function and destination, in the fields of each kind.

Tetragon's filter looks at the same places (policy_names; CEL for functions and destinations).
"""

from __future__ import annotations

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, SocketMatch
from tetratui.core.wazuh.write.alternatives import Alternative, exactly, one_of
from tetratui.core.wazuh.write.socket_pattern import addresses, held_ports, holders, socket_pattern

_WITH_POLICY = frozenset({Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.LSM})
"""The kinds that Tetragon's `policy_names` looks at."""
_FUNCTION_FIELD = {
    Kind.KPROBE: "function_name",
    Kind.LSM: "function_name",
    Kind.UPROBE: "symbol",
    Kind.USDT: "name",
}
_WITH_ARGUMENTS = frozenset({Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.USDT, Kind.LSM})


def hook_conditions(exclusion: Exclusion, kind: Kind) -> list[list[Alternative]] | None:
    """Write the conditions, each as its alternatives; None when no event of this kind can match.

    Raises:
        NoTwinError: Wazuh cannot say one of them.
    """
    found: list[list[Alternative]] = []
    if exclusion.policies:
        if kind not in _WITH_POLICY:
            return None
        found.append(one_of(f"{kind.json_key}.policy_name", exactly(exclusion.policies)))
    if exclusion.functions:
        if kind is not Kind.TRACEPOINT and kind not in _FUNCTION_FIELD:
            return None
        found.append(_functions(kind, exclusion.functions))
    if exclusion.socket is not None:
        if kind not in _WITH_ARGUMENTS:
            return None
        found.append(_destinations(kind, exclusion.socket))
    return found


def _functions(kind: Kind, names: tuple[str, ...]) -> list[Alternative]:
    key = kind.json_key
    if kind is not Kind.TRACEPOINT:
        return one_of(f"{key}.{_FUNCTION_FIELD[kind]}", exactly(names))
    pairs = [name.partition("/")[::2] for name in names]
    return [
        subsystem + event
        for pair in pairs
        for subsystem in one_of(f"{key}.subsys", exactly(pair[:1]))
        for event in one_of(f"{key}.event", exactly(pair[1:]))
    ]


def _destinations(kind: Kind, socket: SocketMatch) -> list[Alternative]:
    """Look at the printed arguments and, of a kprobe, at the one object that the hook gave back."""
    key = kind.json_key
    found: list[Alternative] = [((f"{key}.args", socket_pattern(socket)),)]
    if kind is not Kind.KPROBE:
        return found
    for holder, address, port in holders():
        conditions: list[tuple[str, str]] = []
        if socket.networks:
            conditions.append((f"{key}.return.{holder}.{address}", rf"\A(?:{addresses(socket)})\z"))
        if socket.ports and not held_ports(socket):
            continue
        if socket.ports:
            conditions.append((f"{key}.return.{holder}.{port}", rf"\A(?:{held_ports(socket)})\z"))
        found.append(tuple(conditions))
    return found
