"""Attack-like events that must stay visible: the bundled corpus, and the operator's own from threat marks.

They count twice (docs/drafts.md, "Attack samples"): as recorded, where hiding one blocks a draft; and in context, the
same commands under a draft's own parents and folders, where the number hidden says what an attacker could do there.
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
from tetratui.core.exclusion import Exclusion, Literal, Pattern, SocketMatch
from tetratui.core.noise.columns import Columns, Mask
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import build_table
from tetratui.core.tuning.marks import Mark, Verdict

_CONTAINER = "b56d59ecdf5c904691b87c16b1abe5d"
"""An id of a container as Tetragon writes it."""
_OF_PROCESS = (Kind.EXEC, Kind.EXIT)
_ADDRESS = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])")
CORPUS = "attack_samples.jsonl"
"""The bundled corpus, beside this module: one attack sample a line, `event` is the line of the export file."""


@dataclass(frozen=True, slots=True)
class AttackSample:
    """One event that must stay visible."""

    technique: str
    """ATT&CK id (`T1059.004`); empty for an operator's own."""
    tactic: str
    name: str
    sentence: str
    line: bytes
    """The event as Tetragon wrote it."""


@cache
def recorded() -> tuple[AttackSample, ...]:
    """Read the bundled corpus."""
    text = resources.files(__package__).joinpath(CORPUS).read_bytes()
    return tuple(_attack_sample(orjson.loads(line)) for line in text.split(b"\n") if line)


def _attack_sample(value: dict[str, Any]) -> AttackSample:
    line = orjson.dumps(value["event"])
    return AttackSample(value["technique"], value["tactic"], value["name"], value["sentence"], line)


def of_marks(marks: Iterable[Mark]) -> list[AttackSample]:
    """Make attack samples of the operator's threat marks."""
    threats = [mark for mark in marks if mark.verdict is Verdict.THREAT]
    sentence = "marked as a threat by the operator"
    return [AttackSample("", "marked", f"threat-{place}", sentence, mark.line) for place, mark in enumerate(threats, 1)]


class Protection:
    """Events that no draft may hide: the stored lines of *keep* and *threat* marks, and attack samples as recorded."""

    def __init__(self, keeps: Sequence[Mark] = (), attack_samples: Sequence[AttackSample] | None = None) -> None:
        bundled = recorded() if attack_samples is None else attack_samples
        self.keeps = [mark for mark in keeps if mark.verdict is not Verdict.NOISE]
        self.attack_samples = tuple(bundled)
        self._keeps = _matcher([mark.line for mark in self.keeps])
        self._attack_samples = _matcher([attack_sample.line for attack_sample in self.attack_samples])
        self._bundled = np.array(
            [bool(attack_sample.technique) for attack_sample in self.attack_samples], dtype=np.bool_
        )

    def kept(self, exclusions: Iterable[Exclusion]) -> int:
        """Count the *keep* and *threat* marks that these exclusions hide."""
        return int(self._keeps.any(exclusions).sum())

    def hidden(self, exclusions: Iterable[Exclusion]) -> list[AttackSample]:
        """List the attack samples that these exclusions hide as recorded, or whose hook events they hide."""
        asked = tuple(exclusions)
        # The bundled ones stand for what an attacker does anywhere: in a container as well as outside.
        anywhere = self._attack_samples.any([replace(one, in_container=None) for one in asked])
        mask = self._attack_samples.any(asked) | (anywhere & self._bundled) | self._hooks_of_attack_samples(asked)
        return [
            attack_sample for attack_sample, hidden in zip(self.attack_samples, mask.tolist(), strict=True) if hidden
        ]

    def _hooks_of_attack_samples(self, exclusions: Iterable[Exclusion]) -> Mask:
        """Say of each attack sample that is an exec or exit whether hook events of its process may be hidden.

        What its hooks see is not recorded: an exclusion of hooks that names its process hides them, unless the address
        that its arguments name lies outside.
        """
        found: Mask = np.zeros(len(self.attack_samples), dtype=np.bool_)
        for exclusion in exclusions:
            hooks = [kind for kind in exclusion.kinds if kind not in _OF_PROCESS]
            if hooks and (exclusion.binary or exclusion.arguments or exclusion.parent_binary):
                process = replace(exclusion, kinds=_OF_PROCESS, policies=(), functions=(), socket=None)
                found |= self._attack_samples.mask(process) & self._reached(exclusion.socket)
        return found

    def _reached(self, socket: SocketMatch | None) -> Mask:
        if socket is None:
            return np.ones(len(self.attack_samples), dtype=np.bool_)
        networks = [ipaddress.ip_network(network) for network in socket.networks]
        arguments = self._attack_samples.columns.text["args"]
        inside = np.array([_may_reach(text, networks) for text in arguments.texts], dtype=np.bool_)
        return np.asarray(inside[arguments.codes])

    def refuses(self, exclusions: Iterable[Exclusion]) -> str | None:
        """Say why these exclusions may not stand, or None."""
        asked = tuple(exclusions)
        kept = self.kept(asked)
        if kept:
            return f"would hide {format_count(kept, 'event')} marked keep or threat"
        hidden = self.hidden(asked)
        if hidden:
            return f"would hide the attack sample {hidden[0].technique} {hidden[0].name}: {hidden[0].sentence}".replace(
                "  ", " "
            )
        return None


def _may_reach(arguments: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    """Say whether a command may connect to one of these networks (none: to any), by the addresses that it names."""
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
    """The attack samples under a draft's own parents and folders."""

    tried: int
    visible: int
    hidden: tuple[AttackSample, ...]


def in_context(exclusions: Sequence[Exclusion], attack_samples: Sequence[AttackSample] | None = None) -> InContext:
    """Run each attack sample's command under the parents and in the folders of these exclusions; see what they hide.

    An attack sample counts as visible if it is so in every place.
    """
    corpus = recorded() if attack_samples is None else tuple(attack_samples)
    lines: list[bytes] = []
    owners: list[int] = []
    for number, attack_sample in enumerate(corpus):
        placed = {line for exclusion in exclusions for line in _placed(orjson.loads(attack_sample.line), exclusion)}
        lines += sorted(placed)
        owners += [number] * len(placed)
    hidden = _matcher(lines).any(exclusions).tolist()
    hidden = {owner for owner, gone in zip(owners, hidden, strict=True) if gone}
    return InContext(len(corpus), len(corpus) - len(hidden), tuple(corpus[number] for number in sorted(hidden)))


def _placed(event: dict[str, Any], exclusion: Exclusion) -> Iterable[bytes]:
    key = next(iter(event))
    body = event[key]
    process = in_place(body.get("process") or {}, exclusion)
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


def in_place(process: dict[str, Any], exclusion: Exclusion) -> dict[str, Any]:
    """Put a process into a container, or out of it, as the exclusion asks."""
    if exclusion.in_container is None:
        return process
    outside = {name: value for name, value in process.items() if name not in {"docker", "pod"}}
    return {**process, "docker": _CONTAINER} if exclusion.in_container else outside


def example(pattern: Pattern) -> str:
    """Write one text that the pattern matches."""
    texts = []
    for part in pattern.parts:
        if isinstance(part, Literal):
            texts.append(part.text)
        else:
            first = "x" if part.chars.startswith("^") else part.chars[0]
            texts.append(first * max(part.low, 1 if part.high is None else min(part.high, 1)))
    return "".join(texts)
