"""Attack samples: attack-like events that must stay visible, recorded ones and those of the operator's threat marks.

They are used twice (docs/drafts.md, "Attack samples"). As recorded: a draft that hides one is refused. In context,
which is the same commands under a draft's own parents and folders: how many it hides shows what an attacker could do
there.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import orjson

from tetratui.core.amounts import format_count
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import ANYWHERE, Exclusion, Literal, Pattern, Place, SocketMatch
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import build_table
from tetratui.core.tuning.marks import Mark, Verdict

_CONTAINER = "b56d59ecdf5c904691b87c16b1abe5d"
"""A container id in the form that Tetragon writes."""
_OF_PROCESS = (Kind.EXEC, Kind.EXIT)
_ADDRESS = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])")
CORPUS = "attack_samples.jsonl"
"""The recorded samples, beside this module: one on each line, `event` is the line of the export file."""


@dataclass(frozen=True, slots=True)
class AttackSample:
    """One event that must stay visible."""

    technique: str
    """ATT&CK id (`T1059.004`); empty for those of the operator."""
    tactic: str
    name: str
    sentence: str
    line: bytes
    """The event as Tetragon wrote it."""


@cache
def recorded() -> tuple[AttackSample, ...]:
    """Read the recorded attack samples."""
    text = resources.files(__package__).joinpath(CORPUS).read_bytes()
    return tuple(_attack_sample(orjson.loads(line)) for line in text.split(b"\n") if line)


def _attack_sample(value: dict[str, Any]) -> AttackSample:
    line = orjson.dumps(value["event"])
    return AttackSample(value["technique"], value["tactic"], value["name"], value["sentence"], line)


def of_marks(marks: Iterable[Mark]) -> list[AttackSample]:
    """Make attack samples from the operator's threat marks."""
    threats = [mark for mark in marks if mark.verdict is Verdict.THREAT]
    sentence = "marked as a threat by the operator"
    return [
        AttackSample("", "marked", f"threat-{number}", sentence, mark.line) for number, mark in enumerate(threats, 1)
    ]


class Protection:
    """Refuses exclusions that hide what must stay visible: *keep* and *threat* marks, attack samples as recorded."""

    def __init__(self, keeps: Sequence[Mark] = (), attack_samples: Sequence[AttackSample] | None = None) -> None:
        """Prepare the events; `attack_samples` None takes the recorded ones."""
        self.keeps = [mark for mark in keeps if mark.verdict is not Verdict.NOISE]
        self.attack_samples = tuple(recorded() if attack_samples is None else attack_samples)
        self._keeps = _matcher([mark.line for mark in self.keeps])
        self._samples = _matcher([sample.line for sample in self.attack_samples])
        self._recorded = np.array([bool(sample.technique) for sample in self.attack_samples], dtype=np.bool_)

    def kept(self, exclusions: Iterable[Exclusion]) -> int:
        """Count the *keep* and *threat* marks that these exclusions hide."""
        return int(self._keeps.any(exclusions).sum())

    def hidden(self, exclusions: Iterable[Exclusion]) -> list[AttackSample]:
        """Return the attack samples that these exclusions hide as recorded, or whose hook events they hide."""
        exclusions = tuple(exclusions)
        # The recorded ones stand for what an attacker does in a container as well as outside.
        anywhere = self._samples.any(
            [
                replace(exclusion, in_container=None, place=ANYWHERE, probe=False)
                for exclusion in exclusions
                if not exclusion.is_about_place_only
            ]
        )
        mask = self._samples.any(exclusions) | (anywhere & self._recorded) | self._with_hidden_hooks(exclusions)
        return [sample for sample, hidden in zip(self.attack_samples, mask.tolist(), strict=True) if hidden]

    def _with_hidden_hooks(self, exclusions: Iterable[Exclusion]) -> Mask:
        """Return the attack samples, execs and exits, whose processes' hook events may be hidden.

        No hook events are recorded. So an exclusion of hooks that matches the process counts as hiding them, unless the
        arguments name an address outside its networks.
        """
        samples: Mask = np.zeros(len(self.attack_samples), dtype=np.bool_)
        for exclusion in exclusions:
            hooks = [kind for kind in exclusion.kinds if kind not in _OF_PROCESS]
            if hooks and (exclusion.binary or exclusion.arguments or exclusion.parent_binary):
                process = replace(exclusion, kinds=_OF_PROCESS, policies=(), functions=(), socket=None)
                samples |= self._samples.mask(process) & self._reaching(exclusion.socket)
        return samples

    def _reaching(self, socket: SocketMatch | None) -> Mask:
        """Return the attack samples that may connect to what a socket match covers."""
        if socket is None:
            return np.ones(len(self.attack_samples), dtype=np.bool_)
        networks = [ipaddress.ip_network(network) for network in socket.networks]
        arguments = self._samples.columns.text["args"]
        inside = np.array([_may_reach(text, networks) for text in arguments.texts], dtype=np.bool_)
        return np.asarray(inside[arguments.codes])

    def refuses(self, exclusions: Iterable[Exclusion]) -> str | None:
        """Return why these exclusions are refused, or None."""
        exclusions = tuple(exclusions)
        kept = self.kept(exclusions)
        if kept:
            return f"would hide {format_count(kept, 'event')} marked keep or threat"
        hidden = self.hidden(exclusions)
        if not hidden:
            return None
        name = " ".join(filter(None, (hidden[0].technique, hidden[0].name)))
        return f"would hide the attack sample {name}: {hidden[0].sentence}"


def _may_reach(arguments: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    """Return whether a command may connect to one of these networks (none: to any), by the addresses it names."""
    named = [ipaddress.ip_address(text) for text in _ADDRESS.findall(arguments) if _is_address(text)]
    return not networks or not named or any(address in network for address in named for network in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _matcher(lines: Sequence[bytes]) -> Matcher:
    return Matcher(Columns.of(build_table(lines)))


@dataclass(frozen=True, slots=True)
class InContext:
    """The attack samples tried under a draft's own parents and folders."""

    tried: int
    visible: int
    hidden: tuple[AttackSample, ...]


def in_context(exclusions: Sequence[Exclusion], attack_samples: Sequence[AttackSample] | None = None) -> InContext:
    """Try each attack sample's command under the parents and in the folders of these exclusions.

    An attack sample counts as visible if none of its variants is hidden.
    """
    samples = recorded() if attack_samples is None else tuple(attack_samples)
    lines: list[bytes] = []
    owners: list[int] = []
    for number, sample in enumerate(samples):
        variants = {line for exclusion in exclusions for line in _variants(orjson.loads(sample.line), exclusion)}
        lines += sorted(variants)
        owners += [number] * len(variants)
    mask = _matcher(lines).any(exclusions).tolist()
    hidden = {owner for owner, is_hidden in zip(owners, mask, strict=True) if is_hidden}
    return InContext(len(samples), len(samples) - len(hidden), tuple(samples[number] for number in sorted(hidden)))


def _variants(event: dict[str, Any], exclusion: Exclusion) -> Iterable[bytes]:
    """Yield an event under the parent of an exclusion, in its own folder and in each of the exclusion."""
    key = next(iter(event))
    body = event[key]
    process = fit_container(body.get("process") or {}, exclusion)
    parent = dict(body.get("parent") or {"pid": 1, "exec_id": "", "binary": ""})
    if exclusion.parent_binary:
        parent["binary"] = example(exclusion.parent_binary[0])
    if exclusion.parent_arguments:
        parent["arguments"] = example(exclusion.parent_arguments[0])
    yield orjson.dumps({**event, key: {**body, "process": process, "parent": parent}})
    folders = {example(pattern).rpartition("/")[0] for pattern in (*exclusion.binary, *exclusion.parent_binary)}
    name = str(process.get("binary", "")).rsplit("/", 1)[-1]
    for folder in sorted(folders):
        moved = {**process, "binary": f"{folder}/{name}", "cwd": folder or "/"}
        yield orjson.dumps({**event, key: {**body, "process": moved, "parent": parent}})


def fit_container(process: dict[str, Any], exclusion: Exclusion) -> dict[str, Any]:
    """Return a process inside a container or pod, or outside of any, as the exclusion demands."""
    outside = {name: value for name, value in process.items() if name not in {"docker", "pod"}}
    if exclusion.in_container is not None:
        return {**outside, "docker": _CONTAINER} if exclusion.in_container else outside
    place = exclusion.place
    if place == ANYWHERE:
        return process
    return {**process, "docker": _CONTAINER, "pod": _example_pod(place)}


def _example_pod(place: Place) -> dict[str, Any]:
    """Return a pod that a place selects."""
    kind, workload = next(iter(place.workloads), ("", ""))
    return {
        "namespace": next(iter(place.namespaces), "default"),
        "name": example(place.pods[0]) if place.pods else "pod-0",
        "container": {"id": f"containerd://{_CONTAINER}", "name": next(iter(place.containers), "main")},
        "pod_labels": dict(place.labels),
        "workload": workload,
        "workload_kind": kind,
    }


def example(pattern: Pattern) -> str:
    """Return one text that the pattern matches."""
    texts = []
    for part in pattern.parts:
        if isinstance(part, Literal):
            texts.append(part.text)
        else:
            first = "x" if part.chars.startswith("^") else part.chars[0]
            texts.append(first * max(part.low, 1 if part.high is None else min(part.high, 1)))
    return "".join(texts)
