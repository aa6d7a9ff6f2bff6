"""Draw shares as bars in blocks, with eighths of a cell; the terminal's filter writes them in ASCII where it must."""

from __future__ import annotations

_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_FULL, _REST = "█", "░"


def block_bar(share: float, width: int) -> str:
    """Draw a share of 0 to 1 as blocks, as wide as it is; a share above zero shows at least an eighth of a cell."""
    eighths = min(width * 8, max(round(share * width * 8), 1 if share > 0 else 0))
    return _FULL * (eighths // 8) + _EIGHTHS[eighths % 8]


def rest_bar(share: float, width: int) -> tuple[str, str]:
    """Draw a share of 0 to 1 in whole cells; return the cells of the share and those of the rest.

    Neither a share nor a rest above zero is drawn as nothing.
    """
    filled = max(round(share * width), 1 if share > 0 else 0)
    filled = min(filled, width - 1 if share < 1 else width)
    return _FULL * filled, _REST * (width - filled)
