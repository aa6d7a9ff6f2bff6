"""Build the exclusions of a scope from events: the fields it compares, exactly or as a template (docs/drafts.md)."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Pattern, SocketMatch
from tetratui.core.lineage.programs import is_interpreter
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.varying_forms import of_arguments, of_binary
from tetratui.core.tetragon.match.predicates import POLICY_KINDS
from tetratui.core.tuning.scopes.cartesian_cover import products
from tetratui.core.tuning.scopes.places import DEFAULT_PLACE, PlaceBuilder, join_places

BASE = (Kind.EXEC, Kind.EXIT)
"""Always hidden together: an exit without its exec, or the reverse, would mislead a reader of the export."""
BY_COMMAND = ("exact", "command", "template", "binary")
BY_PARENT = ("caller", "subtree")
BY_SOCKET = ("destination", "network", "policy")
BY_PLACE = ("probe", "namespace")
NAMES = (
    *("exact", "command", "template", "probe", "caller", "subtree", "binary", "destination", "network", "policy"),
    "namespace",
)
WHAT = {
    "exact": "exact: this command line under this parent",
    "command": "command: this command line, any parent",
    "template": "template: this command, varying parts wildcarded",
    "caller": "caller: this binary under this parent, any arguments",
    "subtree": "subtree: all that this parent starts directly",
    "binary": "binary: this binary, any arguments, any parent",
    "destination": "destination: this address and port",
    "network": "network: this network, or this port",
    "policy": "policy: this command, any destination",
    "probe": "probe: what Tetragon flags as a probe, whoever runs its command line",
    "namespace": "namespace: all that runs in the namespace",
}
"""Each scope in words."""

_FIELDS = {
    "exact": ("parent_binary", "parent_arguments", "binary", "arguments"),
    "command": ("binary", "arguments"),
    "template": ("binary", "arguments"),
    "caller": ("parent_binary", "parent_arguments", "binary"),
    "subtree": ("parent_binary", "parent_arguments"),
    "binary": ("binary",),
    "policy": ("binary", "arguments"),
    "probe": (),
    "namespace": (),
}
_COLUMN = {"binary": "bin", "arguments": "args", "parent_binary": "parent", "parent_arguments": "pargs"}
_TEMPLATE_FIELD = {
    "template": "arguments",
    "network": "arguments",
    "policy": "arguments",
    "caller": "parent_arguments",
    "subtree": "parent_arguments",
}
"""The field that a scope compares as a template; the others it compares exactly."""
_NETWORK_BITS = {4: 24, 6: 64}
"""Prefix length of the network that stands for an address on scope network, by IP version."""

Combination = tuple[object, ...]


def reaches(max_scope: str, scope: str) -> bool:
    """Return whether a scope is no broader than the broadest one that may be used."""
    return NAMES.index(scope) <= NAMES.index(max_scope)


class ScopeBuilder:
    """Builds scopes for events of one version of a table."""

    def __init__(self, columns: Columns, commands: Commands, *, place: str = DEFAULT_PLACE) -> None:
        """Remember what scopes are built from; `place` says how narrowly they are bound to where the events ran."""
        self._columns = columns
        self._commands = commands
        self._places = PlaceBuilder(columns, place)
        self._namespaces = PlaceBuilder(columns, "namespace")

    def build(self, scope: str, indexes: NDArray[np.int64]) -> tuple[Exclusion, ...]:
        """Return the fewest exclusions of this scope that cover these events.

        Where containers or pods were seen, each hides only where its events ran. The events must be open to the scope
        (`TuningContext.closed`).
        """
        places = self._namespaces if scope == "namespace" else self._places
        return join_places(
            situation.bind(exclusion)
            for situation in places.divide(indexes)
            for exclusion in self._build_for_kinds(scope, situation.members)
        )

    def _build_for_kinds(self, scope: str, indexes: NDArray[np.int64]) -> tuple[Exclusion, ...]:
        if scope in {"destination", "network"}:
            return self._by_sockets(scope, indexes)
        kinds = self._columns.kind[indexes]
        base = np.isin(kinds, [int(kind) for kind in BASE])
        exclusions = self._by_patterns(scope, BASE, (), indexes[base]) if base.any() else []
        policy = self._columns.text["policy"]
        hooks: dict[tuple[int, str], list[int]] = defaultdict(list)
        for index in indexes[~base].tolist():
            kind = Kind(int(self._columns.kind[index]))
            hooks[int(kind), policy.text(index) if kind in POLICY_KINDS else ""].append(index)
        for (code, name), members in sorted(hooks.items()):
            policies = (name,) if name else ()
            exclusions += self._by_patterns(scope, (Kind(code),), policies, np.array(members, dtype=np.int64))
        return tuple(exclusions)

    def _by_patterns(
        self, scope: str, kinds: tuple[Kind, ...], policies: tuple[str, ...], indexes: NDArray[np.int64]
    ) -> list[Exclusion]:
        fields = _FIELDS[scope]
        common = Exclusion(kinds, policies=policies, probe=scope == "probe", hosts=self._hosts(indexes))
        exclusions = []
        for product in products(self._combinations(scope, fields, indexes)):
            values = {field: _ordered(patterns) for field, patterns in zip(fields, product, strict=True)}
            exclusions.append(replace(common, **values))  # type: ignore[arg-type]  # only fields of patterns
        return exclusions

    def _combinations(
        self, scope: str, fields: tuple[str, ...], indexes: NDArray[np.int64]
    ) -> Iterable[tuple[Pattern, ...]]:
        text = self._columns.text
        names = ("bin", "args", "parent", "pargs")
        codes = np.unique(np.stack([text[name].codes[indexes] for name in names]), axis=1)
        for column in codes.T.tolist():
            seen = {name: text[name].texts[code] for name, code in zip(names, column, strict=True)}
            yield tuple(self._pattern(scope, field, seen) for field in fields)

    def _pattern(self, scope: str, field: str, seen: dict[str, str]) -> Pattern:
        if _TEMPLATE_FIELD.get(scope) == field:
            binary, arguments = ("bin", "args") if field == "arguments" else ("parent", "pargs")
            return self._commands.template(seen[binary], seen[arguments])
        if field in {"binary", "parent_binary"}:
            return of_binary(seen[_COLUMN[field]])
        # A script in a temporary folder is what runs: its name is not just a place to write to.
        runs = seen["bin" if field == "arguments" else "parent"]
        return of_arguments(seen[_COLUMN[field]], temporary=not is_interpreter(runs))

    def _by_sockets(self, scope: str, indexes: NDArray[np.int64]) -> tuple[Exclusion, ...]:
        text, dport = self._columns.text, self._columns.dport
        seen: dict[tuple[Pattern, Pattern, str], set[tuple[str, int]]] = defaultdict(set)
        for index in indexes.tolist():
            names = {name: text[name].text(index) for name in ("bin", "args", "func")}
            command = (of_binary(names["bin"]), self._pattern(scope, "arguments", names), names["func"])
            seen[command].add((text["daddr"].text(index), int(dport[index])))
        combinations: list[Combination] = []
        for command, destinations in seen.items():
            wanted = destinations if scope == "destination" else _widened(destinations)
            combinations += [(*command, *destination) for destination in wanted]
        hosts = self._hosts(indexes)
        return tuple(_socket_exclusion(product, hosts) for product in products(map(_with_network, combinations)))

    def _hosts(self, indexes: NDArray[np.int64]) -> tuple[str, ...]:
        host = self._columns.text["host"]
        return tuple(sorted({host.texts[code] for code in np.unique(host.codes[indexes]) if host.texts[code]}))


def is_comparable(address: str) -> bool:
    """Return whether CEL can compare this address: `ip()` fails on an IPv4-mapped one and on what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.version == 4 or (parsed.ipv4_mapped is None and parsed.scope_id is None)


def _widened(destinations: set[tuple[str, int]]) -> list[tuple[str, int]]:
    """Drop the address or the port, whichever varies more; "" stands for any address, -1 for any port."""
    networks = {_network(address, wide=True) for address, _ in destinations}
    ports = {port for _, port in destinations}
    if -1 not in ports and len(ports) < len(networks):
        return [("", port) for port in sorted(ports)]
    return [(network, -1) for network in sorted(networks)]


def _network(address: str, wide: bool = False) -> str:
    if "/" in address or not address:
        return address
    version = ipaddress.ip_address(address).version
    bits = _NETWORK_BITS[version] if wide and address not in {"0.0.0.0", "::"} else {4: 32, 6: 128}[version]  # noqa: S104
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def _with_network(combination: Combination) -> Combination:
    *command, address, port = combination
    return (*command, _network(str(address)), port)


def _socket_exclusion(product: tuple[frozenset[object], ...], hosts: tuple[str, ...]) -> Exclusion:
    binary, arguments, functions, networks, ports = product
    return Exclusion(
        kinds=(Kind.KPROBE,),
        binary=_ordered(binary),
        arguments=_ordered(arguments),
        functions=tuple(sorted(str(name) for name in functions if name)),
        socket=SocketMatch(
            tuple(sorted(str(network) for network in networks if network)),
            tuple(sorted(port for port in ports if isinstance(port, int) and port >= 0)),
        ),
        hosts=hosts,
    )


def _ordered(patterns: Iterable[object]) -> tuple[Pattern, ...]:
    return tuple(sorted((pattern for pattern in patterns if isinstance(pattern, Pattern)), key=Pattern.to_re2))
