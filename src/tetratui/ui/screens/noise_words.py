"""A noise group in words: as a line of the board, and as a query of the Live screen."""

from __future__ import annotations

from tetratui.core.noise.groups import Group


def key_of(group: Group) -> str:
    """Name a group so that it is found again at the next counting."""
    parts = (group.kind.word, group.binary, group.template.re2(), group.parent, group.parent_template.re2())
    return "\0".join(parts)


def words_of(group: Group) -> str:
    """Write a group as it is read: program, arguments with their varying parts as an expression, who started it."""
    template = group.template.literal
    arguments = template if template is not None else group.template.re2().removeprefix("^").removesuffix("$")
    started = f"  < {group.parent.rsplit('/', 1)[-1]}" if group.parent else ""
    return f"{group.binary.rsplit('/', 1)[-1]} {arguments}".rstrip() + started


def query_of(group: Group) -> str:
    """Write the query that selects a group, and its neighbours with other arguments."""
    # Imported here: the query language is needed by the Live screen first, and that has imported it by then.
    from tetratui.core.query.edit import with_term

    text = with_term("", "kind", "=", group.kind.word, negate=False)
    text = with_term(text, "bin", "=", group.binary, negate=False) if group.binary else text
    return with_term(text, "parent", "=", group.parent, negate=False) if group.parent else text
