"""Draw shares, counts and sizes in few cells, in blocks; the terminal's filter writes them in ASCII where it must."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BARS = " ▁▂▃▄▅▆▇█"
ASCII_BARS = " .:-=+*#@"
"""From none to the greatest, where there are block glyphs and where not."""
_LEVELS = " ▁▂▃▄▅▆▇"
"""From none to the greatest, which leaves a gap to the row above."""


def bar(share: float, width: int) -> str:
    """Draw a share of 0 to 1 as `███░░░░░`; a share above zero shows at least one mark."""
    filled = min(width, max(int(share * width + 0.5), 1 if share > 0 else 0))
    return "█" * filled + "░" * (width - filled)


def size(count: int) -> str:
    """Return a number of bytes in the unit that keeps it short: `812 B`, `4.2 MB`."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def strip(times: NDArray[np.int64], width: int) -> str:
    """Draw how many of these moments fall into each of `width` equal spans, the fullest span as `▇`."""
    if not len(times):
        return " " * width
    # From zero: whole times in nanoseconds, as floats, are too coarse to cut a short span into bins.
    offsets = (times - times.min()).astype(np.float64)
    return draw_counts(np.histogram(offsets, bins=width, range=(0, offsets.max() + 1))[0])


def draw_counts(counts: NDArray[np.int64]) -> str:
    """Draw counts side by side, a cell each, the greatest as `▇`."""
    steps = np.ceil(counts / max(int(counts.max()), 1) * (len(_LEVELS) - 1)).astype(int)
    return "".join(_LEVELS[step] for step in steps)


def graph(counts: list[int], *, ascii_only: bool = False) -> str:
    """Draw each count as one character, the highest as a full block."""
    bars = ASCII_BARS if ascii_only else BARS
    highest = max(counts, default=0)
    if not highest:
        return bars[0] * len(counts)
    return "".join(bars[0 if not count else max(1, count * (len(bars) - 1) // highest)] for count in counts)
