"""Where an export list stands in a file that holds more than the list."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tetratui.core.tetragon.format.scanner import FilterError

ListRole = Literal["denylist", "allowlist"]
ListForm = Literal["list", "helm", "configmap", "agent"]
"""A file that is the list itself; Helm values; a ConfigMap; the agent's own tetragon.yaml."""


@dataclass(frozen=True)
class ListLocation:
    """The place of one list in its file: the key it stands under, and where each character of it is written."""

    file: str
    form: ListForm
    role: ListRole
    path: str = ""
    """The keys that lead to it, such as `tetragon.exportDenyList`; empty for a file that is the list itself."""
    line: int = 1
    """The line on which it begins, from 1."""
    column: int = 1
    offsets: Sequence[int] = ()
    """The offset in the file of each character of the list; empty where both are the same."""
    line_starts: Sequence[int] = ()
    """The offset in the file at which each line begins."""
    list_line_starts: Sequence[int] = ()
    """The offset in the list at which each of its lines begins."""

    @property
    def words(self) -> str:
        """Return the file and the key, as an operator reads them."""
        return f"{self.file}, {self.path}" if self.path else self.file

    def find_in_file(self, line: int, column: int) -> tuple[int, int]:
        """Return line and column in the file of a line and column in the list; all count from 1."""
        if not self.offsets or not 0 < line <= len(self.list_line_starts):
            return line, column
        inside = min(self.list_line_starts[line - 1] + column - 1, len(self.offsets) - 1)
        offset = self.offsets[inside]
        number = bisect_right(self.line_starts, offset)
        return number, offset - self.line_starts[number - 1] + 1

    def move_error(self, error: FilterError) -> FilterError:
        """Let the line and column of an error in the list be those in the file, and return the error."""
        if error.line:
            error.line, error.column = self.find_in_file(error.line, error.column)
        return error


def find_line_starts(text: str) -> list[int]:
    """Return the offset at which each line of a text begins."""
    starts = [0]
    while (end := text.find("\n", starts[-1])) >= 0:
        starts.append(end + 1)
    return starts
