"""Which events an exclusion hides, asked once per distinct text.

It answers what Tetragon would (`core.tetragon` is the judge, and the tests hold the two together); it exists because
the scopes and the cover ask thousands of times over the same columns.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

import numpy as np
import re2

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Pattern, SocketMatch
from tetratui.core.noise.columns import CodeColumn, Columns, Mask

WITH_POLICY = (Kind.KPROBE, Kind.TRACEPOINT, Kind.UPROBE, Kind.LSM)
"""The kinds whose policy name Tetragon's `policy_names` looks at (not usdt: reference in docs/tetragon.md)."""

_FIELDS = {"binary": "bin", "arguments": "args", "parent_binary": "parent", "parent_arguments": "pargs"}


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = 256 << 20
    options.log_errors = False
    return options


_OPTIONS = _options()


class Matcher:
    """Answers exclusions over one picture of a table; remembers the answer of every pattern it has seen."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._answers: dict[tuple[str, Pattern], np.ndarray] = {}
        self._places: dict[str, dict[str, list[int]]] = {}
        self._sides: dict[bool, Mask] = {}

    def mask(self, exclusion: Exclusion) -> Mask:
        """Say per held event whether the exclusion hides it."""
        columns = self.columns
        found: Mask = np.isin(columns.kind, [int(kind) for kind in exclusion.kinds])
        for name, field in _FIELDS.items():
            patterns: tuple[Pattern, ...] = getattr(exclusion, name)
            if patterns:
                found &= columns.has_parent if name.startswith("parent") else columns.has_process
                found &= self._texts(field, patterns)[columns.text[field].codes]
        if exclusion.in_container is not None:
            found &= columns.has_process & self._side(exclusion.in_container)
        if exclusion.policies:
            found &= np.isin(columns.kind, [int(kind) for kind in WITH_POLICY])
            found &= _one_of(columns.text["policy"], exclusion.policies)
        if exclusion.functions:
            found &= _one_of(columns.text["func"], exclusion.functions)
        if exclusion.socket is not None:
            found &= self._socket(exclusion.socket)
        return found

    def any(self, exclusions: Iterable[Exclusion]) -> Mask:
        """Say per held event whether one of the exclusions hides it."""
        found = np.zeros(len(self.columns), dtype=np.bool_)
        for exclusion in exclusions:
            found |= self.mask(exclusion)
        return found

    def _texts(self, field: str, patterns: tuple[Pattern, ...]) -> np.ndarray:
        found = np.zeros(len(self.columns.text[field].texts), dtype=np.bool_)
        for pattern in patterns:
            found[self._answer(field, pattern)] = True
        return found

    def _answer(self, field: str, pattern: Pattern) -> np.ndarray:
        """Give the codes of the texts that the pattern matches."""
        key = (field, pattern)
        if key not in self._answers:
            texts = self.columns.text[field].texts
            exact = pattern.literal
            if exact is not None:
                codes = self._codes(field).get(exact, [])
            else:
                search = re2.compile(pattern.to_re2(), _OPTIONS).search
                codes = [code for code, text in enumerate(texts) if search(text)]
            self._answers[key] = np.array(codes, dtype=np.int64)
        return self._answers[key]

    def _codes(self, field: str) -> dict[str, list[int]]:
        if field not in self._places:
            places: dict[str, list[int]] = {}
            for code, text in enumerate(self.columns.text[field].texts):
                places.setdefault(text, []).append(code)
            self._places[field] = places
        return self._places[field]

    def _side(self, in_container: bool) -> Mask:
        """Say per event whether its process is in a container, or in none; as `.` and `^$` do."""
        if in_container not in self._sides:
            docker = self.columns.text["docker"]
            answers = [bool(text.strip("\n")) if in_container else not text for text in docker.texts]
            self._sides[in_container] = np.array(answers, dtype=np.bool_)[docker.codes]
        return self._sides[in_container]

    def _socket(self, socket: SocketMatch) -> Mask:
        columns = self.columns
        found: Mask = np.ones(len(columns), dtype=np.bool_)
        if socket.networks:
            networks = [ipaddress.ip_network(network) for network in socket.networks]
            texts = columns.text["daddr"].texts
            inside = np.array([_within(text, networks) for text in texts], dtype=np.bool_)
            found &= inside[columns.text["daddr"].codes]
        if socket.ports:
            # An event without a port prints none; Tetragon's field is 0 then.
            found &= np.isin(np.maximum(columns.dport, 0), socket.ports)
            found &= columns.text["daddr"].codes > 0
        return found


def _one_of(column: CodeColumn, names: tuple[str, ...]) -> Mask:
    wanted = [code for code, text in enumerate(column.texts) if text in names and text]
    return np.isin(column.codes, wanted)


def _within(text: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in networks)
