"""What is wrong with a query, and where."""

from __future__ import annotations

from tetratui.core.errors import UsageError


class QueryError(UsageError):
    """A query that does not make sense; `column` counts characters from 1."""

    def __init__(self, message: str, column: int, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.column = column

    def __str__(self) -> str:
        return f"query, column {self.column}: {super().__str__()}"


class QueryTimeout(QueryError):  # noqa: N818 - it is an error and a fact: the time was up
    """A regular expression that took longer than the texts are worth; its term stands at `column`."""
