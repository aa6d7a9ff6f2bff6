"""Errors of a query: what is wrong, and at which column."""

from __future__ import annotations

from tetratui.core.errors import UsageError


class QueryError(UsageError):
    """A query that is not valid; `column` counts characters from 1."""

    def __init__(self, message: str, column: int, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.column = column

    def __str__(self) -> str:
        return f"query, column {self.column}: {super().__str__()}"


class QueryTimeout(QueryError):  # noqa: N818 - named after what happened
    """A regular expression ran into its time limit; its term begins at `column`."""
