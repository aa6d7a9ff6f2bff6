"""From what is typed to a tree: `term := [-|!] field op value`, a space is AND, `or`, `( )`, bare words.

    query    := any
    any      := all ("or" all)*
    all      := unit unit*
    unit     := ["-" | "!"] ( "(" any ")" | term )
    term     := [field op] value ("," value)*
    value    := '"' … '"' | a run without blank, comma or unbalanced ")"

Inside quotes `\\"` is a quote; a backslash elsewhere stands for itself, so that expressions need no second escape
(backslashes right before a quote: two are one, as Windows and Go's command lines do).
"""

from __future__ import annotations

import re

from tetratui.core.nearest import nearest
from tetratui.core.query.errors import QueryError
from tetratui.core.query.fields import FIELDS, OPERATORS
from tetratui.core.query.syntax import BARE, All, Any, Node, Not, Term, Value

_FIELD = re.compile(r"([A-Za-z_]+)(>=|<=|:|=|~|>|<)")
_WORD = re.compile(r"[^\s()]*")
_RUN = re.compile(r'[^"\\]+|\\+')
_DEEPEST = 50
"""Groups inside groups; deeper is a mistake or an attack on the stack."""
_FOREIGN = {"and": "a space means and", "&&": "a space means and", "||": "write or", "not": "write - before the term"}


class QueryParser:
    """Reads one query text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def whole(self) -> Node | None:
        """Read it all; None when there is nothing but blanks."""
        self._blanks()
        if self._ended():
            return None
        node = self._any()
        if not self._ended():
            raise self._error("this ) closes nothing", "remove it, or put it in quotes")
        return node

    def _error(self, message: str, remedy: str = "", at: int | None = None) -> QueryError:
        return QueryError(message, (self.at if at is None else at) + 1, remedy)

    def _ended(self) -> bool:
        return self.at >= len(self.text)

    def _here(self) -> str:
        return self.text[self.at : self.at + 1]

    def _blanks(self) -> None:
        while self._here().isspace():
            self.at += 1

    def _word(self) -> str:
        """Look at the run of characters up to the next blank or parenthesis, without reading it."""
        found = _WORD.match(self.text, self.at)
        return found[0] if found else ""

    def _any(self) -> Node:
        nodes = [self._all()]
        while self._word().lower() == "or":
            self.at += 2
            nodes.append(self._all())
        return nodes[0] if len(nodes) == 1 else Any(tuple(nodes))

    def _all(self) -> Node:
        nodes: list[Node] = []
        self._blanks()
        while not self._ended() and self._here() != ")" and self._word().lower() != "or":
            nodes.append(self._unit())
            self._blanks()
        if not nodes:
            raise self._error("a term is missing here", "write one, as in kind:exec")
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def _unit(self) -> Node:
        if self._here() and self._here() in "-!":
            start = self.at
            self.at += 1
            if self._ended() or self._here().isspace() or self._here() in "-!)":
                raise self._error(
                    "nothing to negate", f'to search for the text, quote it: "{self.text[start]}…"', start
                )
            return Not(self._group() if self._here() == "(" else self._term())
        return self._group() if self._here() == "(" else self._term()

    def _group(self) -> Node:
        start = self.at
        self.at += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._error(f"more than {_DEEPEST} groups inside each other", "write it flatter", start)
        node = self._any()
        if self._here() != ")":
            raise self._error("this ( is not closed", "add )", start)
        self.at += 1
        self.depth -= 1
        if not (self._ended() or self._here().isspace() or self._here() in "()"):
            raise self._error("a blank is missing after )", "add one")
        return node

    def _term(self) -> Term:
        start = self.at
        found = _FIELD.match(self.text, self.at)
        if not found:
            return self._bare()
        name, operator = found[1], found[2]
        if name not in FIELDS:
            near = nearest(name.lower(), FIELDS, likeness=0.5)
            hint = f"did you mean {near}?" if near else f"fields: {' '.join(FIELDS)}"
            raise self._error(f"no field is called {name}", f"{hint} To search for the text, quote it")
        if operator not in OPERATORS[FIELDS[name].sort]:
            known = " ".join(OPERATORS[FIELDS[name].sort])
            raise self._error(f"{name} does not take {operator}", f"it takes {known}", start + len(name))
        self.at = found.end()
        return Term(name, operator, self._values(f"{name}{operator}"), False, start + 1)

    def _bare(self) -> Term:
        start = self.at
        word = self._word()
        if word.lower() in _FOREIGN:
            raise self._error(f"{word} is no word of the language", f"{_FOREIGN[word.lower()]}; or quote it")
        if word[:1] and word[0] in ":=~<>":
            raise self._error(f"a field is missing before {word[0]}", "write field, operator and value without blanks")
        return Term(BARE, ":", self._values("a term"), True, start + 1)

    def _values(self, before: str) -> tuple[Value, ...]:
        values = [self._value(before)]
        while self._here() == ",":
            self.at += 1
            values.append(self._value("the comma"))
        return tuple(values)

    def _value(self, before: str) -> Value:
        start = self.at
        if self._here() == '"':
            return self._quoted(start)
        open_here = 0
        while not self._ended() and not self._here().isspace() and self._here() != ",":
            open_here += {"(": 1, ")": -1}.get(self._here(), 0)
            if open_here < 0:
                break
            self.at += 1
        if open_here > 0:
            raise self._error("a ( in this value is not closed", "quote the value", start)
        if self.at == start:
            raise self._error(f"{before} needs a value", "write one; quote a text with blanks, commas or parentheses")
        return Value(self.text[start : self.at], False, start + 1)

    def _quoted(self, start: int) -> Value:
        found = _closed(self.text, start)
        if found is None:
            raise self._error("this quote is not closed", 'add ", and write \\" for a quote inside', start)
        text, self.at = found
        if not (self._ended() or self._here().isspace() or self._here() in ",)"):
            raise self._error("text after the closing quote", 'write \\" for a quote inside')
        if not text:
            raise self._error(
                "an empty value", "field:* asks whether there is one, -field:* whether there is none", start
            )
        return Value(text, True, start + 1)


def _closed(text: str, start: int) -> tuple[str, int] | None:
    """Read the quoted text that opens at `start`: (text, where to go on), or None if it never closes."""
    made: list[str] = []
    at = start + 1
    while at < len(text):
        found = _RUN.match(text, at)
        run = found[0] if found else ""
        at += len(run)
        before_quote = text[at : at + 1] == '"'
        if not (run.startswith("\\") and before_quote):
            made.append(run)
        else:
            made.append("\\" * (len(run) // 2))
            if len(run) % 2:
                made.append('"')
                at += 1
                before_quote = False
        if before_quote:
            return "".join(made), at + 1
    return None
