"""Shares and sizes drawn in few cells; ASCII, so that they stand in every terminal."""

from __future__ import annotations


def bar(share: float, width: int) -> str:
    """Draw a share of 0 to 1 as `###.....`; a share above zero shows at least one mark."""
    filled = min(width, max(int(share * width + 0.5), 1 if share > 0 else 0))
    return "#" * filled + "." * (width - filled)


def size(count: int) -> str:
    """Write bytes in the unit that keeps them short: `812 B`, `4.2 MB`."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
