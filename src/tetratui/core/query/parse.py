"""Parse the text of a query into a tree.

    query    := any
    any      := all ("or" all)*
    all      := unit unit*
    unit     := ["-" | "!"] ( "(" any ")" | term )
    term     := [field op] value ("," value)*
    value    := '"' … '"' | a run without space, comma or unbalanced ")"

A bare word, a value without field and operator, searches the command line.

Inside quotes `\\"` is a quote. A backslash elsewhere stands for itself, so that regular expressions need no second
escape. Only right before a quote do two backslashes mean one, as on the command lines of Windows and Go.
"""

from __future__ import annotations

import re

from tetratui.core.query.errors import QueryError
from tetratui.core.query.field_names import explain_unknown
from tetratui.core.query.fields import ALIASES, FIELDS, OPERATORS
from tetratui.core.query.foreign import (
    CONNECTIVES,
    QUOTES,
    ForeignSpelling,
    explain_quotes,
    find_foreign_operator,
    find_joined_terms,
)
from tetratui.core.query.syntax import BARE, All, Any, Node, Not, Term, Value

_FIELD = re.compile(r"(@?[A-Za-z_][A-Za-z_0-9]*)(>=|<=|:|=|~|>|<)")
_WORD = re.compile(r"[^\s()]*")
_RUN = re.compile(r'[^"\\]+|\\+')
_MAX_DEPTH = 50
"""Groups inside groups; more are a mistake, or an attack on the stack of this parser."""
_JSON_PATH = re.compile(r"((?:process|parent)\w*(?:\.\w+)+)(>=|<=|:|=|~|>|<)")
"""A field as the events themselves spell it."""


class QueryParser:
    """Reads one query from left to right, by recursive descent over the grammar above."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._depth = 0

    def parse(self) -> Node | None:
        """Return the tree of the query, None for an empty one; raises QueryError with the column of the fault."""
        self._skip_spaces()
        if self._at_end():
            return None
        node = self._parse_any()
        if not self._at_end():
            raise self._error("this ) closes no group", "remove it, or put it in quotes")
        return node

    def _error(self, message: str, remedy: str = "", position: int | None = None) -> QueryError:
        return QueryError(message, (self._position if position is None else position) + 1, remedy)

    def _at_end(self) -> bool:
        return self._position >= len(self._text)

    def _character(self) -> str:
        return self._text[self._position : self._position + 1]

    def _skip_spaces(self) -> None:
        while self._character().isspace():
            self._position += 1

    def _word(self) -> str:
        """Return the characters up to the next space or parenthesis, without moving on."""
        match = _WORD.match(self._text, self._position)
        return match[0] if match else ""

    def _parse_any(self) -> Node:
        nodes = [self._parse_all()]
        while self._word().lower() == "or":
            self._position += 2
            nodes.append(self._parse_all())
        return nodes[0] if len(nodes) == 1 else Any(tuple(nodes))

    def _parse_all(self) -> Node:
        nodes: list[Node] = []
        self._skip_spaces()
        while not self._at_end() and self._character() != ")" and self._word().lower() != "or":
            nodes.append(self._parse_unit())
            self._skip_spaces()
        if not nodes:
            raise self._error("expected a term", "write one, as in kind:exec")
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def _parse_unit(self) -> Node:
        if self._character() and self._character() in "-!":
            start = self._position
            self._position += 1
            if self._at_end() or self._character().isspace() or self._character() in "-!)":
                raise self._error(
                    "nothing to negate", f'to search for the text, quote it: "{self._text[start]}…"', start
                )
            return Not(self._parse_group() if self._character() == "(" else self._parse_term())
        return self._parse_group() if self._character() == "(" else self._parse_term()

    def _parse_group(self) -> Node:
        start = self._position
        self._position += 1
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._error(f"more than {_MAX_DEPTH} groups inside each other", "use fewer parentheses", start)
        node = self._parse_any()
        if self._character() != ")":
            raise self._error("this ( is not closed", "add )", start)
        self._position += 1
        self._depth -= 1
        if not (self._at_end() or self._character().isspace() or self._character() in "()"):
            raise self._error("expected a space after )", "add one")
        return node

    def _parse_term(self) -> Term:
        start = self._position
        self._refuse(find_foreign_operator(self._text, start))
        match = _FIELD.match(self._text, start) or _JSON_PATH.match(self._text, start)
        if not match:
            return self._parse_bare()
        written, operator = match[1], match[2]
        name = ALIASES.get(written, written)
        if name not in FIELDS:
            if operator in ("<", ">") and self._word() == match[0]:
                # A redirection in a command line: no value follows it.
                return self._parse_bare()
            remedy = explain_unknown(name, operator, self._word()[len(match[0]) :])
            remedy = f"{remedy} To search for the text, quote it"
            raise self._error(f"unknown field: {name}", remedy)
        if operator not in OPERATORS[FIELDS[name].sort]:
            known = " ".join(OPERATORS[FIELDS[name].sort])
            raise self._error(f"{name} does not take {operator}", f"use one of {known}", start + len(written))
        self._position = match.end()
        return Term(name, operator, self._parse_values(f"{name}{operator}"), False, start + 1)

    def _parse_bare(self) -> Term:
        start = self._position
        word = self._word()
        if word.lower() in CONNECTIVES:
            raise self._error(
                f"{word} is not an operator here", f"{CONNECTIVES[word.lower()]}; to search for the text, quote it"
            )
        if word[:1] and word[0] in ":=~<>":
            raise self._error(f"expected a field before {word[0]}", "write field, operator and value without spaces")
        return Term(BARE, ":", self._parse_values("a term"), True, start + 1)

    def _refuse(self, spelling: ForeignSpelling | None) -> None:
        if spelling is not None:
            remedy = f"{spelling.remedy}; to search for the text, quote it"
            raise self._error(spelling.message, remedy, spelling.position)

    def _parse_values(self, before: str) -> tuple[Value, ...]:
        values = [self._parse_value(before)]
        while self._character() == ",":
            self._position += 1
            values.append(self._parse_value("the comma"))
        return tuple(values)

    def _parse_value(self, before: str) -> Value:
        start = self._position
        if self._character() == '"':
            return self._parse_quoted(start)
        if self._character() and self._character() in QUOTES:
            raise self._error(f"{self._character()} is not a quote here", explain_quotes(self._text, start), start)
        # Balanced parentheses belong to the value, as in args~(a|b); the one that closes a group does not.
        depth = 0
        while not self._at_end() and not self._character().isspace() and self._character() != ",":
            depth += {"(": 1, ")": -1}.get(self._character(), 0)
            if depth < 0:
                break
            self._position += 1
        if depth > 0:
            raise self._error("a ( in this value is not closed", "quote the value", start)
        if self._position == start:
            raise self._error(f"{before} needs a value", "write one; quote a text with spaces, commas or parentheses")
        value = self._text[start : self._position]
        self._refuse(find_joined_terms(value, start))
        return Value(value, False, start + 1)

    def _parse_quoted(self, start: int) -> Value:
        closed = _read_quoted(self._text, start)
        if closed is None:
            raise self._error("this quote is not closed", 'add ", and write \\" for a quote inside', start)
        text, self._position = closed
        if not (self._at_end() or self._character().isspace() or self._character() in ",)"):
            raise self._error("text after the closing quote", 'write \\" for a quote inside')
        if not text:
            raise self._error(
                "an empty value", "write field:* for events with the field, -field:* for events without it", start
            )
        return Value(text, True, start + 1)


def _read_quoted(text: str, start: int) -> tuple[str, int] | None:
    """Return the text of the quotes that open at `start`, and the position behind them; None if they never close."""
    parts: list[str] = []
    position = start + 1
    while position < len(text):
        match = _RUN.match(text, position)
        run = match[0] if match else ""
        position += len(run)
        before_quote = text[position : position + 1] == '"'
        if not (run.startswith("\\") and before_quote):
            parts.append(run)
        else:
            parts.append("\\" * (len(run) // 2))
            if len(run) % 2:
                parts.append('"')
                position += 1
                before_quote = False
        if before_quote:
            return "".join(parts), position + 1
    return None
