"""A glance at what is busiest: the binaries with the most events of a pane, with a bar for their share."""

from __future__ import annotations

import numpy as np
from textual.content import Content

from tetratui.core.events.visible import visible
from tetratui.core.table import EventTable
from tetratui.core.workspace.view import Rows
from tetratui.ui.widgets.cached_static import CachedStatic
from tetratui.ui.widgets.event_grid import fitted

MOST = 30


def busiest(table: EventTable, rows: Rows) -> list[tuple[str, int]]:
    """Count the binaries of some rows, most events first; for a thread."""
    codes, texts = table.text_codes("bin")
    first = table.first
    rows = rows[(rows >= first) & (rows < table.stop)]
    counts = np.bincount(codes[rows - first], minlength=len(texts))
    order = np.argsort(-counts, kind="stable")[:MOST]
    return [(texts[int(code)] or "(no process)", int(counts[code])) for code in order if counts[code]]


class TopBinaries(CachedStatic):
    """The busiest binaries; the Noise screen tells more."""

    def __init__(self) -> None:
        super().__init__("", id="glance", markup=False)

    def show(self, found: list[tuple[str, int]], title: str) -> None:
        """Draw as many as have room."""
        total = sum(count for _, count in found) or 1
        most = max((count for _, count in found), default=1)
        width = max(20, self.size.width - 2)
        lines = [Content.styled(visible(f"busiest in {title} (2: noise)"), "bold")]
        for text, count in found[: max(1, self.size.height - 1)]:
            share = count / total
            bar = "█" * max(1, round(count / most * 12))
            lines.append(
                Content.assemble(
                    f"{count:>9,} {share:4.0%} ", (f"{bar:<12}", "$primary"), f" {fitted(text, width - 29)}"
                )
            )
        self.update(Content("\n").join(lines))
