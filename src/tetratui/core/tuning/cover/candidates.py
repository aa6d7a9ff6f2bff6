"""Exclusions that might be chosen, what they hide and what they cost to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.noise.columns import Mask
from tetratui.core.tuning.exclusion_summary import summarise
from tetratui.core.tuning.scopes.scopes import expressions

_ALTERNATIVES = 20
"""Candidates not chosen that are reported."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One exclusion that might be chosen, and what it hides."""

    exclusion: Exclusion
    scope: str
    mask: Mask
    collateral: int
    """Events that it hides and should not: in a suggestion those that do not recur, else those that nobody marked."""

    @property
    def words(self) -> str:
        """The candidate in a few words: `scope caller under /bin/bash /opt/x.sh`."""
        exclusion = self.exclusion
        command = _join(_text(exclusion.binary), _text(exclusion.arguments))
        caller = _join(_text(exclusion.parent_binary), _text(exclusion.parent_arguments))
        return _join(f"scope {self.scope}", command, caller and f"under {caller}")

    @property
    def brief(self) -> str:
        """The same in fewer words, with bare names: `caller      all ← x.sh`."""
        return _join(f"{self.scope:<11}", summarise([self.exclusion]))

    @property
    def cost(self) -> float:
        """What it costs a reader: the entry itself, each decision in it, and a little for each expression of a list."""
        return 1.0 + 0.25 * decisions(self.exclusion) + 0.02 * expressions(self.exclusion)


def decisions(exclusion: Exclusion) -> int:
    """Count what a reader decides: each expression, but a list of binaries under one caller is one decision."""
    by_caller = bool(exclusion.parent_binary) and not exclusion.arguments
    return 1 if by_caller and len(exclusion.parent_binary) == 1 else expressions(exclusion)


def hidden_by(candidates: Iterable[Candidate], base: Mask) -> Mask:
    """Return the events that these candidates hide, besides those of a base mask."""
    hidden = base.copy()
    for candidate in candidates:
        hidden |= candidate.mask
    return hidden


def _join(*words: str) -> str:
    return " ".join(filter(None, words))


def _text(patterns: tuple[Pattern, ...]) -> str:
    if not patterns:
        return ""
    more = f" (and {len(patterns) - 1} more)" if len(patterns) > 1 else ""
    return patterns[0].display_text[:80] + more


@dataclass(frozen=True, slots=True)
class Alternative:
    """A candidate that was not chosen."""

    candidate: Candidate
    reason: str
    more: int
    """Events that it would hide in addition to those that are hidden."""

    @property
    def why(self) -> str:
        """What it is, and why it was not chosen."""
        return f"{self.candidate.words}: {self.reason}"


def rank_alternatives(rejected: Iterable[tuple[Candidate, str]], hidden: Mask) -> tuple[Alternative, ...]:
    """Rank candidates that were not chosen, each given with the reason, by what more they would hide.

    Those that would hide nothing more are dropped.
    """
    alternatives = [
        Alternative(candidate, reason, int((candidate.mask & ~hidden).sum())) for candidate, reason in rejected
    ]
    useful = (alternative for alternative in alternatives if alternative.more)
    ranked = sorted(useful, key=lambda alternative: (-alternative.more, alternative.why))
    return tuple(ranked[:_ALTERNATIVES])
