"""The one error that the pattern languages raise."""

from __future__ import annotations


class PatternSyntaxError(ValueError):
    """A pattern that Wazuh refuses; the text says what is wrong with it."""
