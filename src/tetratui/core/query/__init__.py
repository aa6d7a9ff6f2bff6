"""The query language: parse, complete, compile to a mask over a table (docs/query-language.md)."""

from tetratui.core.query.badges import Badges
from tetratui.core.query.completion import Completion, complete
from tetratui.core.query.edit import add_term
from tetratui.core.query.errors import QueryError, QueryTimeout
from tetratui.core.query.fields import FIELDS, QueryField, Sort
from tetratui.core.query.hints import find_hints
from tetratui.core.query.query import Query, parse

__all__ = [
    "FIELDS",
    "Badges",
    "Completion",
    "Query",
    "QueryError",
    "QueryField",
    "QueryTimeout",
    "Sort",
    "add_term",
    "complete",
    "find_hints",
    "parse",
]
