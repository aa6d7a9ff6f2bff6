"""A problem of an installation, as `doctor` tells it."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.tetragon.lint.pattern_lints import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of the installation, with its remedy."""

    severity: Severity
    code: str
    message: str
    remedy: str
