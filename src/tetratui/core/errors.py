"""Define the errors that an operator may see. The core raises them; verbs and screens show them."""

from __future__ import annotations


class TetratuiError(Exception):
    """A problem that an operator can act on: what is wrong, where, and the remedy."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        """One sentence that names the file, the line or the field."""
        self.remedy = remedy
        """What to do about it; may be empty."""

    def __str__(self) -> str:
        return f"{self.message}: {self.remedy}" if self.remedy else self.message


class UsageError(TetratuiError):
    """Arguments that are wrong or do not fit together (exit code 2)."""


class RefusedError(TetratuiError):
    """A list, rule file or draft that Tetragon or Wazuh would refuse, or that is not safe (exit code 1)."""


class SourceError(TetratuiError):
    """A source that could not be read (exit code 3)."""


class TargetError(TetratuiError):
    """A file that could not be written (exit code 3). What was there before is unchanged."""
