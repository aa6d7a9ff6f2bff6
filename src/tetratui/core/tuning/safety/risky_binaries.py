"""Binaries that run or move whatever their arguments name, and folders where anybody may put a binary."""

from __future__ import annotations

from tetratui.core.exclusion import Exclusion
from tetratui.core.lineage.programs import DOWNLOADERS, INTERPRETERS, SHELLS, is_writable_path, name_of


def dangerous_alone(binary: str) -> str | None:
    """Return why hiding this binary with any arguments needs a typed reason; None if it does not."""
    name = name_of(binary)
    if name in SHELLS:
        return f"{binary} is a shell"
    if name in INTERPRETERS:
        return f"{binary} runs what its arguments say"
    if name in DOWNLOADERS:
        return f"{binary} moves data over the network"
    if is_writable_path(binary):
        return f"{binary} is in a folder where others may write"
    return None


def needs_reason(exclusion: Exclusion) -> str | None:
    """Return why this exclusion needs a typed reason, by its form alone; None if it does not."""
    if exclusion.is_about_place_only and not exclusion.probe:
        return f"all of {', '.join(exclusion.place.namespaces)} would be hidden, an attack there too"
    if not exclusion.arguments and not exclusion.parent_binary:
        for pattern in exclusion.binary:
            risk = dangerous_alone(pattern.display_text)
            if risk is not None:
                return risk
    return None
