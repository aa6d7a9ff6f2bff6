"""The error that all pattern languages raise; it has its own module because their package imports them all."""

from __future__ import annotations


class PatternSyntaxError(ValueError):
    """Wazuh refuses a pattern; the text says what is wrong with it."""
