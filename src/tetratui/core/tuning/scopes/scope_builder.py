"""The exclusions of one scope, built from events: which fields it asks, exact or as a template (docs/drafts.md)."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Pattern, SocketMatch
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.commands import Commands
from tetratui.core.noise.matching import WITH_POLICY
from tetratui.core.noise.varying_forms import of_arguments, of_binary
from tetratui.core.tuning.safety.risky_binaries import interpreter
from tetratui.core.tuning.scopes.cartesian_cover import products

BASE = (Kind.EXEC, Kind.EXIT)
"""Always together: an exit without its exec, or the reverse, is half a lie."""
BY_COMMAND = ("exact", "command", "template", "binary")
BY_PARENT = ("caller", "subtree")
BY_SOCKET = ("destination", "network", "policy")
NAMES = ("exact", "command", "template", "caller", "subtree", "binary", "destination", "network", "policy")
WHAT = {
    "exact": "exact: this command line under this parent",
    "command": "command: this command line, whoever starts it",
    "template": "template: its varying parts as classes",
    "caller": "caller: this binary under this parent",
    "subtree": "subtree: all that this parent starts directly",
    "binary": "binary alone, whatever arguments and parent",
    "destination": "destination: this address and port",
    "network": "network: this network, or this port",
    "policy": "policy: this command, all destinations",
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
}
_COLUMN = {"binary": "bin", "arguments": "args", "parent_binary": "parent", "parent_arguments": "pargs"}
_TEMPLATES = {
    "template": "arguments",
    "network": "arguments",
    "policy": "arguments",
    "caller": "parent_arguments",
    "subtree": "parent_arguments",
}
_FIRST_ADDRESSES = {4: 24, 6: 64}
"""Bits of the network that stands for an address on scope n1."""

Combination = tuple[object, ...]


def reaches(max_scope: str, scope: str) -> bool:
    """Return whether a scope is no broader than the broadest one that may be used."""
    return NAMES.index(scope) <= NAMES.index(max_scope)


class ScopeBuilder:
    """Writes scopes for events of one picture of a table."""

    def __init__(self, columns: Columns, commands: Commands, *, anywhere: bool = False) -> None:
        """Take `anywhere` to hide in containers and outside them alike, whatever the events came from."""
        self._columns = columns
        self._commands = commands
        self._tells_containers = not anywhere and bool((columns.text["docker"].codes > 0).any())

    def build(self, scope: str, indexes: NDArray[np.int64]) -> tuple[Exclusion, ...]:
        """Give the fewest exclusions of this scope that cover these events, and nothing the scope does not ask for.

        Where containers were seen, each hides either in them or outside them. The caller leaves out events that
        `refusals.blockers` closes to the scope.
        """
        if not self._tells_containers:
            return self._built(scope, indexes)
        inside = self._columns.text["docker"].codes[indexes] > 0
        return tuple(
            replace(exclusion, in_container=side)
            for side, members in ((False, indexes[~inside]), (True, indexes[inside]))
            if len(members)
            for exclusion in self._built(scope, members)
        )

    def _built(self, scope: str, indexes: NDArray[np.int64]) -> tuple[Exclusion, ...]:
        if scope in {"destination", "network"}:
            return self._sockets(scope, indexes)
        kinds = self._columns.kind[indexes]
        base = np.isin(kinds, [int(kind) for kind in BASE])
        exclusions = self._plain(scope, BASE, (), indexes[base]) if base.any() else []
        policy = self._columns.text["policy"]
        hooks: dict[tuple[int, str], list[int]] = defaultdict(list)
        for index in indexes[~base].tolist():
            kind = Kind(int(self._columns.kind[index]))
            hooks[int(kind), policy.text(index) if kind in WITH_POLICY else ""].append(index)
        for (code, name), members in sorted(hooks.items()):
            policies = (name,) if name else ()
            exclusions += self._plain(scope, (Kind(code),), policies, np.array(members, dtype=np.int64))
        return tuple(exclusions)

    def _plain(
        self, scope: str, kinds: tuple[Kind, ...], policies: tuple[str, ...], indexes: NDArray[np.int64]
    ) -> list[Exclusion]:
        fields = _FIELDS[scope]
        found = []
        for product in products(self._combinations(scope, fields, indexes)):
            values = {field: _ordered(patterns) for field, patterns in zip(fields, product, strict=True)}
            plain = Exclusion(kinds=kinds, policies=policies, hosts=self._hosts(indexes))
            found.append(replace(plain, **values))  # type: ignore[arg-type]  # only fields of patterns
        return found

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
        if _TEMPLATES.get(scope) == field:
            binary, arguments = ("bin", "args") if field == "arguments" else ("parent", "pargs")
            return self._commands.template(seen[binary], seen[arguments])
        if field in {"binary", "parent_binary"}:
            return of_binary(seen[_COLUMN[field]])
        # A script in a temporary folder is what runs: its name is not just a place to write to.
        runs = seen["bin" if field == "arguments" else "parent"]
        return of_arguments(seen[_COLUMN[field]], temporary=not interpreter(runs))

    def _sockets(self, scope: str, indexes: NDArray[np.int64]) -> tuple[Exclusion, ...]:
        text, dport = self._columns.text, self._columns.dport
        seen: dict[tuple[Pattern, Pattern, str], set[tuple[str, int]]] = defaultdict(set)
        for index in indexes.tolist():
            names = {name: text[name].text(index) for name in ("bin", "args", "func")}
            command = (of_binary(names["bin"]), self._pattern(scope, "arguments", names), names["func"])
            seen[command].add((text["daddr"].text(index), int(dport[index])))
        combinations: list[Combination] = []
        for command, places in seen.items():
            combinations += [(*command, *place) for place in (places if scope == "destination" else _wider(places))]
        hosts = self._hosts(indexes)
        return tuple(_socket_exclusion(product, hosts) for product in products(map(_networked, combinations)))

    def _hosts(self, indexes: NDArray[np.int64]) -> tuple[str, ...]:
        host = self._columns.text["host"]
        return tuple(sorted({host.texts[code] for code in np.unique(host.codes[indexes]) if host.texts[code]}))


def comparable(address: str) -> bool:
    """Say whether CEL can compare this address: `ip()` fails on an IPv4-mapped one and on what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.version == 4 or (parsed.ipv4_mapped is None and parsed.scope_id is None)


def _wider(places: set[tuple[str, int]]) -> list[tuple[str, int]]:
    """Give up the address or the port, whichever varies more; -1 as a port asks for none, "" as an address neither."""
    networks = {_network(address, wide=True) for address, _ in places}
    ports = {port for _, port in places}
    if -1 not in ports and len(ports) < len(networks):
        return [("", port) for port in sorted(ports)]
    return [(network, -1) for network in sorted(networks)]


def _network(address: str, wide: bool = False) -> str:
    if "/" in address or not address:
        return address
    version = ipaddress.ip_address(address).version
    bits = _FIRST_ADDRESSES[version] if wide and address not in {"0.0.0.0", "::"} else {4: 32, 6: 128}[version]  # noqa: S104
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def _networked(combination: Combination) -> Combination:
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
