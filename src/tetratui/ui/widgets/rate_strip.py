"""Events a second over the last minutes, all together and by kind, as one-line graphs."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tetratui.core.events.kinds import Kind
from tetratui.ui.rate import Rates, graph


class RateStrip(Static):
    """One line for all kinds, one for each of the busiest."""

    KINDS = 2
    """Kinds with a line of their own."""

    def __init__(self, rates: Rates, *, ascii_only: bool = False) -> None:
        super().__init__("", id="rates", markup=False)
        self.rates = rates
        self.ascii_only = ascii_only

    def draw(self) -> None:
        """Draw anew; called about once a second."""
        room = max(10, self.size.width - 22)
        kinds: list[Kind | None] = [None, *(kind for kind, _ in self.rates.busiest()[: self.KINDS])]
        lines = []
        for kind in kinds:
            counts = self.rates.strip(kind, min(room, 120))
            word = "all kinds" if kind is None else kind.word
            colour = "$text" if kind is None else f"$event-{kind.word.replace('_', '-')}"
            # The strip is of whole seconds: the last one stands on the right.
            lines.append(
                Content.assemble(
                    (f" {word:<11}", "$text-muted"),
                    (f"{counts[-1]:>5}/s ", ""),
                    (graph(counts, ascii_only=self.ascii_only), colour),
                )
            )
        self.update(Content("\n").join(lines))
