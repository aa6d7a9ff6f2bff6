"""The binaries with the most events of a pane, with a bar for their share."""

from __future__ import annotations

import numpy as np
from textual.content import Content

from tetratui.core.table import EventTable
from tetratui.core.workspace.view import Rows
from tetratui.ui.render.block_bars import block_bar
from tetratui.ui.widgets.cached_static import CachedStatic
from tetratui.ui.widgets.event_grid import fit_text

MOST = 30


def count_binaries(table: EventTable, rows: Rows) -> list[tuple[str, int]]:
    """Return the binaries of some rows with their events, most events first; for a thread."""
    codes, texts = table.text_codes("bin")
    first = table.first
    rows = rows[(rows >= first) & (rows < table.stop)]
    counts = np.bincount(codes[rows - first], minlength=len(texts))
    order = np.argsort(-counts, kind="stable")[:MOST]
    return [(texts[int(code)] or "(no process)", int(counts[code])) for code in order if counts[code]]


class TopBinaries(CachedStatic):
    """The binaries with the most events; the Noise screen shows more about them."""

    def __init__(self) -> None:
        super().__init__("", id="top-binaries", markup=False)
        self.border_title = "Top binaries (2 = Noise)"

    def show(self, counts: list[tuple[str, int]], title: str) -> None:
        """Draw as many as have room; `title` is the pane's."""
        total = sum(count for _, count in counts) or 1
        most = max((count for _, count in counts), default=1)
        width = max(20, self.size.width - 2)
        self.border_title = f"Top binaries of {title} (2 = Noise)"
        lines = []
        for text, count in counts[: max(1, self.size.height)]:
            share = count / total
            bar = block_bar(count / most, 12)
            lines.append(
                Content.assemble(
                    f"{count:>9,} {share:4.0%} ", (f"{bar:<12}", "$primary"), f" {fit_text(text, width - 29)}"
                )
            )
        self.update(Content("\n").join(lines))
