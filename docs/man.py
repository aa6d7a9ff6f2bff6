"""Writes man/tetratui.1 from docs/command-line.md, docs/files.md and the verbs' own help (`make man`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import click
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tetratui import __version__
from tetratui.cli.verbs import VERBS, group

HERE = Path(__file__).parent
PAGE = HERE.parent / "man" / "tetratui.1"
TEXTS = ("command-line.md", "files.md")


def page() -> str:
    """Compose the manual page in roff."""
    head = [
        f'.TH TETRATUI 1 "" "tetratui {__version__}" "User commands"',
        ".SH NAME",
        r"tetratui \- watch Tetragon's events, mark the noise, write export filters and Wazuh rules",
        ".SH SYNOPSIS",
        r".B tetratui",
        "[SOURCE…]",
        ".br",
        r".B tetratui",
        "VERB …",
    ]
    body = [line for name in TEXTS for line in roff((HERE / name).read_text("utf-8"))]
    tail = [".SH SEE ALSO", "The folder docs of the project;", ".BR tetra (1),", ".BR tetragon (8)."]
    return "\n".join([*head, *body, ".SH OPTIONS", *options(), *tail]) + "\n"


def roff(markdown: str) -> Iterator[str]:
    """Turn headings, paragraphs, tables and code blocks into roff; a table's first column tags a list."""
    cells: list[str] = []
    for before, token in pairwise([Token("", "", 0), *MarkdownIt("commonmark").enable("table").parse(markdown)]):
        if token.type == "fence":
            yield from (".PP", ".nf", *map(escaped, token.content.rstrip("\n").split("\n")), ".fi")
        elif token.type == "tr_open":
            cells.clear()
        elif token.type == "tr_close" and cells:
            yield from (".TP", f"\\fB{cells[0]}\\fR", ". ".join(filter(None, cells[1:])))
        elif token.type == "inline" and before.type == "td_open":
            cells.append(inline(token.children or [], bold_code=False))
        elif token.type == "inline" and before.type == "heading_open":
            heading = inline(token.children or [], bold_code=False)
            yield f'.SH "{heading.upper()}"' if before.tag == "h1" else f'.SS "{heading}"'
        elif token.type == "inline" and before.type != "th_open":
            yield from (".PP", inline(token.children or []))


def inline(tokens: Sequence[Token], *, bold_code: bool = True) -> str:
    """Write the text of one paragraph or cell: code is bold, the words of a link stay."""
    said: list[str] = []
    for token in tokens:
        if token.type == "softbreak":
            said.append(" ")
        elif token.type == "code_inline" and bold_code:
            said.append(f"\\fB{escaped(token.content)}\\fR")
        elif token.type in {"text", "code_inline"}:
            said.append(escaped(token.content))
        elif token.type == "strong_open":
            said.append("\\fB")
        elif token.type == "strong_close":
            said.append("\\fR")
    return re.sub(r"\A(?=[.'])", r"\\&", "".join(said))


def escaped(text: str) -> str:
    """Take the meaning from what roff would read as a request; keep hyphens as typed."""
    return re.sub(r"(?m)^(?=[.'])", r"\\&", text.replace("\\", "\\e").replace("-", "\\-"))


def options() -> Iterator[str]:
    """List every verb with its help and options."""
    context = click.Context(group, info_name="tetratui")
    for verb in VERBS:
        command = group.get_command(context, verb)
        yield from _verb(command, click.Context(command, info_name=verb, parent=context))
        if isinstance(command, click.Group):
            for name, inner in sorted(command.commands.items()):
                yield from _verb(inner, click.Context(inner, info_name=f"{verb} {name}", parent=context))


def _verb(command: click.Command, context: click.Context) -> Iterator[str]:
    arguments = [one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)]
    yield f'.SS "{escaped(" ".join([f"tetratui {context.info_name}", *arguments]))}"'
    paragraphs = re.split(r"\n\s*\n", (command.help or "").strip())
    yield from (line for text in paragraphs for line in (".PP", escaped(" ".join(text.split()))))
    for option in command.params:
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record:
            yield from (".TP", f"\\fB{escaped(record[0])}\\fR", escaped(record[1]) or "\\&")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")
