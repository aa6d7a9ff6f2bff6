"""A noise group in words: as a line of the board, and as a query of the Live screen."""

from __future__ import annotations

from tetratui.core.exclusion import Pattern
from tetratui.core.noise.groups import Group
from tetratui.core.noise.roots import Root


def command_of(binary: str, template: Pattern) -> str:
    """Write a command as it is read, its varying parts as classes: `/usr/bin/awk {print $[0-9]+}`."""
    return f"{binary} {template.display_text}".rstrip()


def words_of(group: Group) -> str:
    """Write a group in a line: program, arguments, who started it, by their bare names."""
    started = f"  < {group.parent.rsplit('/', 1)[-1]}" if group.parent else ""
    return command_of(group.binary.rsplit("/", 1)[-1], group.template) + started


def name_of(root: Root) -> str:
    """Write a root cause's command."""
    return command_of(root.binary, root.template)[:300]


def query_of(group: Group) -> str:
    """Write the query that selects a group, and its neighbours with other arguments."""
    # Imported here: the query language is needed by the Live screen first, and that has imported it by then.
    from tetratui.core.query.edit import add_term

    text = add_term("", "kind", "=", group.kind.word, negate=False)
    text = add_term(text, "bin", "=", group.binary, negate=False) if group.binary else text
    return add_term(text, "parent", "=", group.parent, negate=False) if group.parent else text
