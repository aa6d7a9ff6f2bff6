"""A proposal for the ATT&CK technique of a command: that of the most similar attack sample, or of its interpreter."""

from __future__ import annotations

import re
from functools import cache

import orjson

from tetratui.core.tuning.safety.attack_samples import recorded

TECHNIQUE = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?")
"""The form of an ATT&CK id."""
_WORD = re.compile(r"-\w+|\b(?!https?\b)[A-Za-z_][\w-]{2,}")
"""Flags, and words that begin with a letter; addresses and schemes say nothing about a command."""
_MIN_LIKENESS = 0.5
"""Share of an attack sample's words that a similar command has; one of them must be more than a flag."""
_INTERPRETERS = (
    (re.compile(r"(?:ba|da|z|k|a|c|tc|fi)?sh|busybox"), "T1059.004"),
    (re.compile(r"python[0-9.]*"), "T1059.006"),
    (re.compile(r"(?:perl|ruby|php|lua|node|tclsh)[0-9.]*"), "T1059"),
)
"""Unix shells, Python, and other interpreters, by the name of the binary."""


def technique_of(binary: str, arguments: str) -> str:
    """Return the technique of a command; empty when no attack sample is similar."""
    name = binary.rsplit("/", 1)[-1]
    words = _words(arguments)
    likeness, technique = max(
        (
            (_likeness(recorded_words, words), technique)
            for recorded_words, technique in _recorded_words().get(name, ())
        ),
        default=(0.0, ""),
    )
    if likeness >= _MIN_LIKENESS:
        return technique
    return next((technique for pattern, technique in _INTERPRETERS if pattern.fullmatch(name)), "")


def _likeness(recorded_words: frozenset[str], words: frozenset[str]) -> float:
    if recorded_words == words:
        return 1.0
    shared = recorded_words & words
    more_than_flags = any(not word.startswith("-") for word in shared)
    return len(shared) / len(recorded_words) if more_than_flags else 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


@cache
def _recorded_words() -> dict[str, list[tuple[frozenset[str], str]]]:
    """Return the words of each recorded command with its technique, by the name of the binary."""
    by_name: dict[str, list[tuple[frozenset[str], str]]] = {}
    for sample in recorded():
        body = next(value for value in orjson.loads(sample.line).values() if isinstance(value, dict))
        process = body.get("process") or {}
        name = str(process.get("binary", "")).rsplit("/", 1)[-1]
        by_name.setdefault(name, []).append((_words(str(process.get("arguments", ""))), sample.technique))
    return by_name
