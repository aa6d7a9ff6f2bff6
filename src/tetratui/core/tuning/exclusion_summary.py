"""Exclusions in a few words: what they hide and what started it, for lists in which one is told from another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.tuning.learning.script_arguments import command_of

_MOST_NAMES = 3
"""Binaries that are named; the others are counted."""
_LONGEST = 200
"""Characters of one argument list."""
_ANYTHING = "all"


def summarise(exclusions: Sequence[Exclusion]) -> str:
    """Return what exclusions hide and under which parent: `apt, find, tar … (16) ← backup-loop.sh`."""
    command, parent = summarise_command(exclusions), summarise_parent(exclusions)
    return f"{command} ← {parent}" if parent else command


def summarise_command(exclusions: Sequence[Exclusion]) -> str:
    """Return the command line of exclusions, or the names of their binaries where they hold several."""
    binaries = _distinct(pattern for exclusion in exclusions for pattern in exclusion.binary)
    arguments = _distinct(pattern for exclusion in exclusions for pattern in exclusion.arguments)
    ends = _distinct_texts(_socket_text(exclusion) for exclusion in exclusions)
    if len(binaries) > 1:
        return _join(_listed([_base_name(binary) for binary in binaries]), *ends[:1])
    name = _base_name(binaries[0]) if binaries else _ANYTHING
    if len(arguments) > 1:
        return _join(name, f"{arguments[0][:_LONGEST]} … ({len(arguments):,})", *ends[:1])
    return _join(name, *(text[:_LONGEST] for text in arguments), *ends[:1])


def summarise_parent(exclusions: Sequence[Exclusion]) -> str:
    """Return the script or command that starts what exclusions hide; empty where any parent will do."""
    parents = []
    for exclusion in exclusions:
        for arguments in exclusion.parent_arguments or (Pattern(()),):
            parents += [_parent_text(binary, arguments) for binary in exclusion.parent_binary]
    return _listed(_distinct_texts(parents))


def _parent_text(binary: Pattern, arguments: Pattern) -> str:
    """Return a script by its own name, anything else with its arguments."""
    words = arguments.display_text
    script = command_of(binary.display_text, words).script
    if script and script in words:
        rest = words.partition(script)[2]
        return f"{script.rsplit('/', 1)[-1]}{rest}"[:_LONGEST]
    return _join(_base_name(binary.display_text), words)[:_LONGEST]


def _socket_text(exclusion: Exclusion) -> str:
    """Return the destination or the policy of an exclusion of hooks."""
    socket = exclusion.socket
    if socket is None:
        return f"[{exclusion.policies[0]}]" if exclusion.policies else ""
    return f"→ {', '.join((*socket.networks[:1], *map(str, socket.ports[:1])))}"


def _distinct(patterns: Iterable[Pattern]) -> list[str]:
    return list(dict.fromkeys(pattern.display_text for pattern in patterns))


def _distinct_texts(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]


def _base_name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _listed(names: Sequence[str]) -> str:
    """Return names side by side; the number of all where there are more than have room."""
    distinct = _distinct_texts(names)
    more = f" … ({len(distinct):,})" if len(distinct) > _MOST_NAMES else ""
    return ", ".join(distinct[:_MOST_NAMES]) + more


def _join(*words: str) -> str:
    return " ".join(filter(None, words))
