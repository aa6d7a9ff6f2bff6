"""Where the exclusions of a draft apply: outside containers, or in the namespace, workload or container of its events.

A workload is selected by the names that Kubernetes gives its pods. Where these would select a pod of another workload
among the events held, a label tells them apart, and where none does, the workload is compared by its own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import re2
from numpy.typing import NDArray

from tetratui.core.exclusion import ANYWHERE, Chars, Exclusion, Literal, Part, Pattern, Place
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.interner import number_combinations

PLACES = ("container", "workload", "namespace", "anywhere")
"""The places that a draft may have, narrow to broad."""
DEFAULT_PLACE = "workload"
NO_POD = Place(namespaces=("",))
"""A container of which the sensor knows no pod."""

_SAFE = "bcdfghjklmnpqrstvwxz2456789"
"""The characters of the suffixes that Kubernetes makes: no vowels, so that no words come about."""
_ANY = "a-z0-9"
"""The characters that any suffix may have."""
_Suffix = tuple[Part, ...]
_LABEL_KEY = re.compile(r"(?:[a-z0-9][-a-z0-9.]*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_OF_ONE_POD = re.compile(r"hash$|pod-name$|uid$|pod-index$|revision|generation|timestamp|completion-index$")
"""Keys of labels that change with each version or pod of a workload."""
_BEST_KEYS = ("app.kubernetes.io/instance", "app.kubernetes.io/name", "k8s-app", "app")
"""Keys of labels that name a workload, the ones to prefer first."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Events that one exclusion may be about, and the conditions that bind it to where they ran."""

    members: NDArray[np.int64]
    place: Place = ANYWHERE
    in_container: bool | None = None

    def bind(self, exclusion: Exclusion) -> Exclusion:
        """Return the exclusion, limited to this place."""
        return replace(exclusion, place=self.place, in_container=self.in_container)


class PlaceBuilder:
    """Divides events by where they ran, as narrowly as a draft asks."""

    def __init__(self, columns: Columns, place: str) -> None:
        """Prepare for one version of a table; `place` is one of PLACES."""
        self._columns = columns
        self._place = place
        text = columns.text
        self._has_containers = bool((text["docker"].codes > 0).any())
        self._has_pods = bool((text["ns"].codes > 0).any())
        self._places: dict[int, Place] = {}

    def divide(self, indexes: NDArray[np.int64]) -> Iterator[Situation]:
        """Yield the situations of these events: those of the host first."""
        if self._place == "anywhere" or not (self._has_containers or self._has_pods):
            yield Situation(indexes)
            return
        text = self._columns.text
        in_pod = text["ns"].codes[indexes] > 0
        inside = text["docker"].codes[indexes] > 0
        host, without_pod = indexes[~in_pod & ~inside], indexes[~in_pod & inside]
        if len(host):
            yield Situation(host, in_container=False)
        if len(without_pod):
            yield Situation(without_pod, NO_POD if self._has_pods else ANYWHERE, in_container=True)
        if in_pod.any():
            codes = self._numbers[0][indexes]
            for code in np.unique(codes[in_pod]).tolist():
                yield Situation(indexes[in_pod & (codes == code)], self._place_of(code))

    @cached_property
    def _numbers(self) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
        """Number the distinct places of the events; the number of each event, and the texts of each number."""
        names = ["ns"]
        if self._place in {"workload", "container"}:
            names += ["workload_kind", "workload"]
        if self._place == "container":
            names.append("container")
        columns = [self._columns.text[name] for name in names]
        number, first = number_combinations([column.codes for column in columns])
        return number, [tuple(column.text(row) for column in columns) for row in first.tolist()]

    def _place_of(self, code: int) -> Place:
        if code not in self._places:
            namespace, *rest = self._numbers[1][code]
            place = Place(namespaces=(namespace,))
            if rest:
                place = self._workload_place(namespace, rest[0], rest[1])
            if len(rest) > 2 and rest[2]:
                place = replace(place, containers=(rest[2],))
            self._places[code] = place
        return self._places[code]

    def _workload_place(self, namespace: str, kind: str, name: str) -> Place:
        text = self._columns.text
        here = _having(text["ns"].codes, text["ns"].texts, namespace)
        same = here & _having(text["workload"].codes, text["workload"].texts, name)
        same &= _having(text["workload_kind"].codes, text["workload_kind"].texts, kind)
        own, others = self._pods(same), self._pods(here & ~same)
        whole = Place(namespaces=(namespace,))
        if not name or not kind:
            return replace(whole, pods=tuple(map(Pattern.exactly, own)))
        pattern = next((found for found in pod_patterns(kind, name) if all(_matches(found, pod) for pod in own)), None)
        if pattern is None:
            return replace(whole, workloads=((kind, name),))
        mistaken = [pod for pod in others if _matches(pattern, pod)]
        if not mistaken:
            return replace(whole, pods=(pattern,))
        wrong = here & ~same & np.isin(text["pod"].codes, [text["pod"].texts.index(pod) for pod in mistaken])
        label = self._telling_label(same, wrong)
        if label is None:
            return replace(whole, workloads=((kind, name),))
        return replace(whole, pods=(pattern,), labels=(label,))

    def _pods(self, mask: NDArray[np.bool_]) -> list[str]:
        pod = self._columns.text["pod"]
        return [pod.texts[code] for code in np.unique(pod.codes[mask]).tolist()]

    def _telling_label(self, same: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> tuple[str, str] | None:
        """Return a label that all pods of the workload have and none of the wrong ones has, or None."""
        labels = self._columns.text["labels"]
        own = [labels_of(labels.texts[code]) for code in np.unique(labels.codes[same]).tolist()]
        other = [labels_of(labels.texts[code]) for code in np.unique(labels.codes[wrong]).tolist()]
        common = set.intersection(*map(set, own)) if own else set()
        telling = [pair for pair in common if not any(pair in pairs for pairs in other) and _is_lasting(*pair)]
        return min(telling, key=_preference) if telling else None


def steps_of_place(columns: Columns) -> tuple[str, ...]:
    """Return the places that differ for drafts from these events, the default first; none without any container."""
    if (columns.text["ns"].codes > 0).any():
        return (DEFAULT_PLACE, "namespace", "anywhere", "container")
    return (DEFAULT_PLACE, "anywhere") if (columns.text["docker"].codes > 0).any() else ()


def labels_of(text: str) -> list[tuple[str, str]]:
    """Return the pairs of a pod's labels as the table holds them: `key=value`, joined by commas."""
    return [(key, value) for key, _, value in (label.partition("=") for label in text.split(",") if label)]


def _is_lasting(key: str, value: str) -> bool:
    is_valid = _LABEL_KEY.fullmatch(key) is not None and _LABEL_VALUE.fullmatch(value) is not None
    return is_valid and _OF_ONE_POD.search(key) is None


def _preference(pair: tuple[str, str]) -> tuple[int, str]:
    return (_BEST_KEYS.index(pair[0]) if pair[0] in _BEST_KEYS else len(_BEST_KEYS), pair[0])


def _having(codes: NDArray[np.int64], texts: Iterable[str], wanted: str) -> NDArray[np.bool_]:
    return np.isin(codes, [code for code, text in enumerate(texts) if text == wanted])


def _matches(pattern: Pattern, name: str) -> bool:
    return re2.search(pattern.to_re2(), name) is not None


def pod_patterns(kind: str, name: str) -> Iterator[Pattern]:
    """Yield the patterns of the pods that a workload of this kind may have, the narrowest first."""
    if kind == "Pod":
        yield Pattern.exactly(name)
        return
    for characters in (_SAFE, _ANY):
        for suffix in _suffixes(kind, characters):
            yield _pattern(name, suffix)


def _pattern(name: str, suffix: _Suffix) -> Pattern:
    # Kubernetes cuts a long name, so that five characters of suffix still fit: such pods need another condition.
    first, *rest = suffix
    return Pattern((Literal(f"{name}-"), first, *rest))


def _suffixes(kind: str, characters: str) -> list[_Suffix]:
    """Return what follows `NAME-` in the names of a workload's pods."""
    last = Chars(characters, 5, 5)
    hashed: _Suffix = (Chars(characters, 1, 10), Literal("-"), last)
    numbered: _Suffix = (Chars("0-9"), Literal("-"), last)
    by_kind: dict[str, list[_Suffix]] = {
        "Deployment": [hashed],
        "StatefulSet": [(Chars("0-9"),)],
        "CronJob": [(Chars("0-9", 8, 10), Literal("-"), last)],
        "DeploymentConfig": [numbered],
        "Job": [(last,), numbered],
    }
    return by_kind.get(kind, [(last,)])


def join_places(exclusions: Iterable[Exclusion]) -> tuple[Exclusion, ...]:
    """Join exclusions that differ in nothing but the pods, the workloads or the namespace; what each hides stays."""
    joined: dict[tuple[object, ...], Exclusion] = {}
    for exclusion in exclusions:
        key = _joining_key(exclusion)
        other = joined.get(key)
        joined[key] = exclusion if other is None else _join(other, exclusion)
    return tuple(joined.values())


def _joining_key(exclusion: Exclusion) -> tuple[object, ...]:
    place = exclusion.place
    rest = replace(exclusion, place=ANYWHERE, hosts=())
    if place.labels or place.namespaces == ("",):
        return rest, place
    if place.pods:
        return rest, "pods", replace(place, pods=())
    if place.workloads:
        return rest, "workloads", replace(place, workloads=())
    return rest, "namespaces", replace(place, namespaces=()), bool(place.namespaces)


def _join(one: Exclusion, other: Exclusion) -> Exclusion:
    place = Place(
        namespaces=tuple(sorted({*one.place.namespaces, *other.place.namespaces})),
        workloads=tuple(sorted({*one.place.workloads, *other.place.workloads})),
        pods=tuple(sorted({*one.place.pods, *other.place.pods}, key=Pattern.to_re2)),
        labels=one.place.labels,
        containers=one.place.containers,
    )
    return replace(one, place=place, hosts=tuple(sorted({*one.hosts, *other.hosts})))
