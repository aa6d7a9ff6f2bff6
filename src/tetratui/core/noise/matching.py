"""Find the events that exclusions hide, by searching each pattern once in the distinct texts.

The result is the same as from the filters that `core.tetragon` builds of the exclusions (tests compare the two). This
module exists because scopes and covers match thousands of exclusions against the same columns.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

import numpy as np
import re2

from tetratui.core.exclusion import ANYWHERE, Exclusion, Pattern, Place, SocketMatch
from tetratui.core.noise.columns import CodeColumn, Columns, Mask
from tetratui.core.tetragon.match.predicates import POLICY_KINDS

_COLUMNS = {"binary": "bin", "arguments": "args", "parent_binary": "parent", "parent_arguments": "pargs"}
"""The column of each field of an exclusion that holds patterns."""


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = 256 << 20
    options.log_errors = False
    return options


_OPTIONS = _options()


class Matcher:
    """Matches exclusions with the columns of a table, and remembers the matches of every pattern."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._matches: dict[tuple[str, Pattern], np.ndarray] = {}
        self._codes_by_text: dict[str, dict[str, list[int]]] = {}
        self._sides: dict[bool, Mask] = {}
        self._places: dict[Place, Mask] = {}

    def mask(self, exclusion: Exclusion) -> Mask:
        """Return a mask of the held events that the exclusion hides."""
        columns = self.columns
        hidden: Mask = np.isin(columns.kind, [int(kind) for kind in exclusion.kinds])
        for name, field in _COLUMNS.items():
            patterns: tuple[Pattern, ...] = getattr(exclusion, name)
            if patterns:
                hidden &= columns.has_parent if name.startswith("parent") else columns.has_process
                hidden &= self._texts(field, patterns)[columns.text[field].codes]
        if exclusion.in_container is not None:
            hidden &= columns.has_process & self._side(exclusion.in_container)
        if exclusion.place != ANYWHERE:
            hidden &= columns.has_process & self._in_place(exclusion.place)
        if exclusion.probe:
            hidden &= columns.probe
        if exclusion.policies:
            hidden &= np.isin(columns.kind, [int(kind) for kind in POLICY_KINDS])
            hidden &= _is_one_of(columns.text["policy"], exclusion.policies)
        if exclusion.functions:
            hidden &= _is_one_of(columns.text["func"], exclusion.functions)
        if exclusion.socket is not None:
            hidden &= self._socket(exclusion.socket)
        return hidden

    def any(self, exclusions: Iterable[Exclusion]) -> Mask:
        """Return a mask of the held events that at least one of the exclusions hides."""
        hidden = np.zeros(len(self.columns), dtype=np.bool_)
        for exclusion in exclusions:
            hidden |= self.mask(exclusion)
        return hidden

    def _texts(self, field: str, patterns: tuple[Pattern, ...]) -> np.ndarray:
        matching = np.zeros(len(self.columns.text[field].texts), dtype=np.bool_)
        for pattern in patterns:
            matching[self._matching_codes(field, pattern)] = True
        return matching

    def _matching_codes(self, field: str, pattern: Pattern) -> np.ndarray:
        """Return the codes of the texts that the pattern matches."""
        key = (field, pattern)
        if key not in self._matches:
            texts = self.columns.text[field].texts
            exact = pattern.literal
            if exact is not None:
                codes = self._codes(field).get(exact, [])
            else:
                search = re2.compile(pattern.to_re2(), _OPTIONS).search
                codes = [code for code, text in enumerate(texts) if search(text)]
            self._matches[key] = np.array(codes, dtype=np.int64)
        return self._matches[key]

    def _codes(self, field: str) -> dict[str, list[int]]:
        if field not in self._codes_by_text:
            codes_by_text: dict[str, list[int]] = {}
            for code, text in enumerate(self.columns.text[field].texts):
                codes_by_text.setdefault(text, []).append(code)
            self._codes_by_text[field] = codes_by_text
        return self._codes_by_text[field]

    def _side(self, in_container: bool) -> Mask:
        """Return a mask of the events whose process is in a container, or in none.

        It is what `.` and `^$` match in `container_id`: `.` does not match a line feed.
        """
        if in_container not in self._sides:
            docker = self.columns.text["docker"]
            answers = [bool(text.strip("\n")) if in_container else not text for text in docker.texts]
            self._sides[in_container] = np.array(answers, dtype=np.bool_)[docker.codes]
        return self._sides[in_container]

    def _in_place(self, place: Place) -> Mask:
        """Return a mask of the events whose pod a place selects; no pod is one of the namespace ""."""
        if place not in self._places:
            text = self.columns.text
            mask: Mask = np.ones(len(self.columns), dtype=np.bool_)
            if place.namespaces:
                mask &= _is_text_of(text["ns"], place.namespaces)
            if place.pods:
                mask &= self._texts("pod", place.pods)[text["pod"].codes] & (text["pod"].codes > 0)
            if place.containers:
                mask &= _is_one_of(text["container"], place.containers)
            if place.workloads:
                mask &= np.logical_or.reduce(
                    [
                        _is_one_of(text["workload_kind"], (kind,)) & _is_one_of(text["workload"], (name,))
                        for kind, name in place.workloads
                    ]
                )
            if place.labels:
                wanted = {f"{key}={value}" for key, value in place.labels}
                labels = text["labels"]
                answers = [wanted.issubset(labelled.split(",")) for labelled in labels.texts]
                mask &= np.array(answers, dtype=np.bool_)[labels.codes]
            self._places[place] = mask
        return self._places[place]

    def _socket(self, socket: SocketMatch) -> Mask:
        columns = self.columns
        matching: Mask = np.ones(len(columns), dtype=np.bool_)
        if socket.networks:
            networks = [ipaddress.ip_network(network) for network in socket.networks]
            texts = columns.text["daddr"].texts
            inside = np.array([_within(text, networks) for text in texts], dtype=np.bool_)
            matching &= inside[columns.text["daddr"].codes]
        if socket.ports:
            # Tetragon compares a missing port as 0.
            matching &= np.isin(np.maximum(columns.dport, 0), socket.ports)
            matching &= columns.text["daddr"].codes > 0
        return matching


def _is_text_of(column: CodeColumn, names: tuple[str, ...]) -> Mask:
    """Return whether each text is one of these; the empty one counts as well."""
    return np.isin(column.codes, [code for code, text in enumerate(column.texts) if text in names])


def _is_one_of(column: CodeColumn, names: tuple[str, ...]) -> Mask:
    wanted = [code for code, text in enumerate(column.texts) if text in names and text]
    return np.isin(column.codes, wanted)


def _within(text: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in networks)
