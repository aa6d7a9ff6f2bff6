"""The ATT&CK technique of a command, proposed: of the recorded attack sample most like it, or of its interpreter."""

from __future__ import annotations

import re
from functools import cache

import orjson

from tetratui.core.tuning.safety.attack_samples import recorded

TECHNIQUE = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?")
"""The form of an ATT&CK id."""
_WORD = re.compile(r"-\w+|\b(?!https?\b)[A-Za-z_][\w-]{2,}")
"""Flags, and words that begin with a letter; addresses and schemes tell nothing."""
_LIKE = 0.5
"""Share of an attack sample's words that a command must have to be called like it, one of them more than a flag."""
_INTERPRETERS = (
    (re.compile(r"(?:ba|da|z|k|a|c|tc|fi)?sh|busybox"), "T1059.004"),
    (re.compile(r"python[0-9.]*"), "T1059.006"),
    (re.compile(r"(?:perl|ruby|php|lua|node|tclsh)[0-9.]*"), "T1059"),
)
"""Unix shells, Python, and other interpreters, by the name of the binary."""


def technique_of(binary: str, arguments: str) -> str:
    """Name the technique of a command; empty when nothing recorded is like it."""
    name = binary.rsplit("/", 1)[-1]
    words = _words(arguments)
    likeness, technique = max(
        ((_likeness(known, words), technique) for known, technique in _known().get(name, ())),
        default=(0.0, ""),
    )
    if likeness >= _LIKE:
        return technique
    return next((shown for pattern, shown in _INTERPRETERS if pattern.fullmatch(name)), "")


def _likeness(known: frozenset[str], words: frozenset[str]) -> float:
    if known == words:
        return 1.0
    shared = known & words
    tells = any(not word.startswith("-") for word in shared)
    return len(shared) / len(known) if tells else 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


@cache
def _known() -> dict[str, list[tuple[frozenset[str], str]]]:
    """The words of each recorded command and its technique, by the name of the binary."""
    found: dict[str, list[tuple[frozenset[str], str]]] = {}
    for attack_sample in recorded():
        body = next(value for value in orjson.loads(attack_sample.line).values() if isinstance(value, dict))
        process = body.get("process") or {}
        name = str(process.get("binary", "")).rsplit("/", 1)[-1]
        found.setdefault(name, []).append((_words(str(process.get("arguments", ""))), attack_sample.technique))
    return found
