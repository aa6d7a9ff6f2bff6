"""Events that no exclusion may be built from, and why, by name.

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

REDACTED = "*****"
"""What Tetragon's redaction filters put in place of a secret, before the export filters look."""
NO_MEMORY = "<enomem>"
"""What the agent writes for a field it could not keep."""
CUT_FLAGS = frozenset({"truncArgs", "errorArgs", "truncFilename", "errorFilename"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why some marked events get no exclusion."""

    reason: str
    """One clause, the same for every event it is about."""
    events: int


@dataclass(frozen=True, slots=True)
class Blockers:
    """Per held event, what cannot be built from it."""

    nothing: Mask
    """No process: throttle, rate limit, test, or a kind not known."""
    no_program: Mask
    """The path of the binary names no program."""
    bare: Mask
    """A process block without binary (an exit the agent's cache did not know)."""
    arguments: Mask
    no_parent: Mask
    parent_arguments: Mask

    def of(self, scope: str) -> list[tuple[str, Mask]]:
        """List what stands in the way of a scope, with the events it concerns."""
        ways = [("no process in a throttle, rate-limit or unknown event: no filter can name it", self.nothing)]
        ways.append(("the process block holds no binary", self.bare & ~self.nothing))
        if scope in {"command", "template", "caller", "binary", "network", "policy"}:
            told = (
                "/proc/self/exe and the like name no program (busybox runs every command so): only scope exact will do"
            )
            ways.append((told, self.no_program))
        if scope in {"exact", "command", "template", "destination", "network", "policy"}:
            ways.append(("arguments are redacted (*****) or cut by the agent", self.arguments))
        if scope in {"exact", "caller", "subtree"}:
            ways.append(("no parent block", self.no_parent & ~self.nothing))
            ways.append(("the parent's arguments are redacted (*****) or cut by the agent", self.parent_arguments))
        return ways

    def any(self, scope: str) -> Mask:
        """Say per held event whether this scope is closed to it."""
        return np.asarray(np.logical_or.reduce([mask for _, mask in self.of(scope)]), dtype=np.bool_)


def blockers(columns: Columns) -> Blockers:
    """Find what cannot be built, for every held event."""
    with_process = np.isin(columns.kind, [int(kind) for kind in WITH_PROCESS]) & columns.has_process
    nothing = ~with_process | (columns.kind == Kind.UNKNOWN)
    text = columns.text
    return Blockers(
        nothing=nothing,
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


def refusals(found: Blockers, scope: str, indexes: NDArray[np.int64]) -> list[Refusal]:
    """Count, for these events, what stands in the way of a scope; each event under the first reason that holds."""
    left = np.ones(len(indexes), dtype=np.bool_)
    told = []
    for reason, mask in found.of(scope):
        hit = left & mask[indexes]
        left &= ~hit
        if hit.any():
            told.append(Refusal(reason, int(hit.sum())))
    return told
