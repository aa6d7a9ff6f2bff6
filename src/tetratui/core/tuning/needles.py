"""Attack-like events that must stay visible: the bundled corpus, and the operator's own from threat marks.

They count twice (docs/drafts.md, "Needles"): as recorded, where hiding one blocks a draft; and in context, the same
commands under a draft's own parents and folders, where the number hidden says what an attacker could do there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import orjson

from tetratui.core.amounts import counted
from tetratui.core.exclusion import Exclusion, Literal, Pattern
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import table_of
from tetratui.core.tuning.marks import Mark, Verdict

CORPUS = "needles.jsonl"
"""The bundled corpus, beside this module: one needle a line, `event` is the line of the export file."""


@dataclass(frozen=True, slots=True)
class Needle:
    """One event that must stay visible."""

    technique: str
    """ATT&CK id (`T1059.004`); empty for an operator's own."""
    tactic: str
    name: str
    sentence: str
    line: bytes
    """The event as Tetragon wrote it."""


@cache
def recorded() -> tuple[Needle, ...]:
    """Read the bundled corpus."""
    text = resources.files(__package__).joinpath(CORPUS).read_bytes()
    return tuple(_needle(orjson.loads(line)) for line in text.split(b"\n") if line)


def _needle(value: dict[str, Any]) -> Needle:
    line = orjson.dumps(value["event"])
    return Needle(value["technique"], value["tactic"], value["name"], value["sentence"], line)


def of_marks(marks: Iterable[Mark]) -> list[Needle]:
    """Make needles of the operator's threat marks."""
    threats = [mark for mark in marks if mark.verdict is Verdict.THREAT]
    sentence = "marked as a threat by the operator"
    return [Needle("", "marked", f"threat-{place}", sentence, mark.line) for place, mark in enumerate(threats, 1)]


class Shield:
    """Events that no draft may hide: the stored lines of *keep* and *threat* marks, and needles as recorded."""

    def __init__(self, keeps: Sequence[Mark] = (), needles: Sequence[Needle] | None = None) -> None:
        bundled = recorded() if needles is None else needles
        self.keeps = [mark for mark in keeps if mark.verdict is not Verdict.NOISE]
        self.needles = tuple(bundled)
        self._keeps = _matcher([mark.line for mark in self.keeps])
        self._needles = _matcher([needle.line for needle in self.needles])

    def kept(self, exclusions: Iterable[Exclusion]) -> int:
        """Count the *keep* and *threat* marks that these exclusions hide."""
        return int(self._keeps.any(exclusions).sum())

    def dark(self, exclusions: Iterable[Exclusion]) -> list[Needle]:
        """List the needles that these exclusions hide as recorded."""
        mask = self._needles.any(exclusions)
        return [needle for needle, hidden in zip(self.needles, mask.tolist(), strict=True) if hidden]

    def refuses(self, exclusions: Iterable[Exclusion]) -> str | None:
        """Say why these exclusions may not stand, or None."""
        asked = tuple(exclusions)
        kept = self.kept(asked)
        if kept:
            return f"would hide {counted(kept, 'event')} marked keep or threat"
        dark = self.dark(asked)
        if dark:
            return f"would hide the needle {dark[0].technique} {dark[0].name}: {dark[0].sentence}".replace("  ", " ")
        return None


def _matcher(lines: Sequence[bytes]) -> Matcher:
    return Matcher(Columns.of(table_of(lines)))


@dataclass(frozen=True, slots=True)
class InContext:
    """The needles under a draft's own parents and folders."""

    tried: int
    visible: int
    dark: tuple[Needle, ...]


def in_context(exclusions: Sequence[Exclusion], needles: Sequence[Needle] | None = None) -> InContext:
    """Place each needle's command under the parents and in the folders of these exclusions and see what they hide.

    A needle counts as visible if it is so in every place.
    """
    corpus = recorded() if needles is None else tuple(needles)
    lines: list[bytes] = []
    owners: list[int] = []
    for number, needle in enumerate(corpus):
        placed = {line for exclusion in exclusions for line in _placed(orjson.loads(needle.line), exclusion)}
        lines += sorted(placed)
        owners += [number] * len(placed)
    hidden = _matcher(lines).any(exclusions).tolist()
    dark = {owner for owner, gone in zip(owners, hidden, strict=True) if gone}
    return InContext(len(corpus), len(corpus) - len(dark), tuple(corpus[number] for number in sorted(dark)))


def _placed(event: dict[str, Any], exclusion: Exclusion) -> Iterable[bytes]:
    key = next(iter(event))
    body = event[key]
    process = body.get("process") or {}
    parent = dict(body.get("parent") or {"pid": 1, "exec_id": "", "binary": ""})
    if exclusion.parent_binary:
        parent["binary"] = example(exclusion.parent_binary[0])
    if exclusion.parent_arguments:
        parent["arguments"] = example(exclusion.parent_arguments[0])
    yield orjson.dumps({**event, key: {**body, "parent": parent}})
    folders = {example(pattern).rpartition("/")[0] for pattern in (*exclusion.binary, *exclusion.parent_binary)}
    name = str(process.get("binary", "")).rsplit("/", 1)[-1]
    for folder in sorted(folders):
        moved = {**process, "binary": f"{folder}/{name}", "cwd": folder or "/"}
        yield orjson.dumps({**event, key: {**body, "process": moved, "parent": parent}})


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
