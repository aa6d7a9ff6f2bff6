"""Events that no exclusion may be built from, and why.

A filter built from a redacted or cut command line would look right and miss the event it was made for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.noise.columns import CodeColumn, Columns, Mask
from tetratui.core.noise.nameless_programs import names_no_program
from tetratui.core.table.rebuilt_events import LOSSY, LOSSY_REMEDY

REDACTED = "*****"
"""What Tetragon's redaction filters put in place of a secret, before the export filters look."""
NO_MEMORY = "<enomem>"
"""What the agent writes for a field it could not keep."""
CUT_FLAGS = frozenset({"truncArgs", "errorArgs", "truncFilename", "errorFilename"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why some marked events get no exclusion."""

    reason: str
    """One clause, the same for all of its events."""
    events: int


@dataclass(frozen=True, slots=True)
class Blockers:
    """Masks over the held events: why no exclusion, or not one of every scope, can be built from them."""

    nothing: Mask
    """No process: throttle, rate limit, test, or a kind not known."""
    rebuilt: Mask
    """An event rebuilt from fields that do not hold all of it."""
    no_program: Mask
    """The path of the binary names no program."""
    bare: Mask
    """A process block without binary (an exit the agent's cache did not know)."""
    arguments: Mask
    no_parent: Mask
    parent_arguments: Mask

    def of(self, scope: str) -> list[tuple[str, Mask]]:
        """Return the reasons against a scope, each with the events that it concerns."""
        reasons = [("no process in a throttle, rate-limit or unknown event: no filter can name it", self.nothing)]
        reasons.append((f"{LOSSY}: {LOSSY_REMEDY}", self.rebuilt))
        reasons.append(("the process block holds no binary", self.bare & ~self.nothing))
        if scope in {"command", "template", "caller", "binary", "network", "policy"}:
            text = "/proc/self/exe and the like name no program (busybox runs every command so): only scope exact works"
            reasons.append((text, self.no_program))
        if scope in {"exact", "command", "template", "destination", "network", "policy"}:
            reasons.append(("arguments are redacted (*****) or cut by the agent", self.arguments))
        if scope in {"exact", "caller", "subtree"}:
            reasons.append(("no parent block", self.no_parent & ~self.nothing))
            reasons.append(("the parent's arguments are redacted (*****) or cut by the agent", self.parent_arguments))
        return reasons

    def any(self, scope: str) -> Mask:
        """Return the held events that this scope cannot be built from."""
        return np.asarray(np.logical_or.reduce([mask for _, mask in self.of(scope)]), dtype=np.bool_)


def blockers(columns: Columns) -> Blockers:
    """Find what speaks against each held event."""
    with_process = np.isin(columns.kind, [int(kind) for kind in WITH_PROCESS]) & columns.has_process
    nothing = ~with_process | (columns.kind == Kind.UNKNOWN)
    text = columns.text
    return Blockers(
        nothing=nothing,
        rebuilt=columns.rebuilt,
        no_program=_where(text["bin"], names_no_program),
        bare=_where(text["bin"], lambda binary: not binary or NO_MEMORY in binary),
        arguments=_damaged(text["args"], text["flags"]),
        no_parent=~columns.has_parent,
        parent_arguments=columns.has_parent & _damaged(text["pargs"], columns.parent_flags),
    )


def _damaged(arguments: CodeColumn, flags: CodeColumn) -> Mask:
    damaged = _where(arguments, lambda text: REDACTED in text or NO_MEMORY in text)
    damaged |= _where(flags, lambda words: not CUT_FLAGS.isdisjoint(words.split()))
    # Arguments sent apart come whole, or are lost without a trace: then the field is empty.
    damaged |= _where(flags, lambda words: "dataArgs" in words.split()) & (arguments.codes == 0)
    return damaged


def _where(column: CodeColumn, test: Callable[[str], bool]) -> Mask:
    answers: NDArray[np.bool_] = np.array([test(text) for text in column.texts], dtype=np.bool_)
    return answers[column.codes]


def refusals(against: Blockers, scope: str, indexes: NDArray[np.int64]) -> list[Refusal]:
    """Count these events by the reason against a scope, each under the first one that concerns it."""
    left = np.ones(len(indexes), dtype=np.bool_)
    refused = []
    for reason, mask in against.of(scope):
        concerned = left & mask[indexes]
        left &= ~concerned
        if concerned.any():
            refused.append(Refusal(reason, int(concerned.sum())))
    return refused
