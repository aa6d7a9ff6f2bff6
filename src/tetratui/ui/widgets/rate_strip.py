"""Events over the last minutes, all together and by kind, as one-line graphs over an axis with what happened."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from textual.content import Content

from tetratui.core.events.kinds import Kind
from tetratui.core.workspace.event_rates import SCALES, Rates, Strip
from tetratui.ui.render.bars import graph
from tetratui.ui.widgets.cached_static import CachedStatic

LABEL = 27
"""Cells in front of the graphs."""
TICK = 10
"""Cells between two dots of the axis."""
SHARE = 0.1
"""Part of the link's bytes a second that the strip may use: each drawing sends all of it, as everything moves."""


class RateStrip(CachedStatic):
    """One line for all kinds, one for each of the busiest, and the axis."""

    def __init__(self, rates: Rates, zone: tzinfo | None, *, ascii_only: bool = False) -> None:
        super().__init__("", id="rates", markup=False)
        self.rates = rates
        self.zone = zone
        self.ascii_only = ascii_only
        self.scale = 0
        """Seconds per column; 0: hidden."""
        self.chosen = False
        """Whether the operator has chosen the scale."""
        self._owed = 0.0
        """Bytes of the last drawing that its share of the link has not carried yet."""

    def fit(self, *, roomy: bool) -> None:
        """Open by itself where there is room, until the operator chooses a scale."""
        if not self.chosen:
            self.scale = SCALES[0] if roomy else 0
        self.kinds = 4 if roomy else 2
        """Kinds with a line of their own."""
        self.draw()

    def next_scale(self) -> None:
        """Go from hidden through the scales, and hide again."""
        self.scale = next((scale for scale in SCALES if scale > self.scale), 0)
        self.chosen = True
        self.draw()

    def tick(self, bytes_per_second: float) -> None:
        """Draw again; called once a second, draws less often where the link carries little."""
        self._owed -= bytes_per_second * SHARE
        if self._owed <= 0:
            self.draw()

    def draw(self) -> None:
        """Draw now."""
        self.display = bool(self.scale)
        if not self.display:
            return
        # Its own width is not known before it was shown once.
        cells = (self.size.width or self.screen.size.width) - LABEL - 1
        if not self.chosen:
            self.scale = self.rates.fitting_scale(cells)
        strip = self.rates.strip(cells, self.scale)
        lines = [self._graph("all kinds", "$text", strip, None)]
        lines += [
            self._graph(kind.word, f"$event-{kind.word.replace('_', '-')}", strip, kind)
            for kind in strip.busiest()[: self.kinds]
        ]
        content = Content("\n").join([*lines, self._axis(strip)])
        self._owed = len(content.plain.encode())
        self.update(content)

    def _graph(self, word: str, colour: str, strip: Strip, kind: Kind | None) -> Content:
        rate = strip.rate(kind)
        bars = graph(strip.of(kind), ascii_only=self.ascii_only)
        number = f"{rate:.1f}" if 0 < rate < 10 and strip.scale > 1 else f"{rate:.0f}"
        return Content.assemble((f" {word:<18}", "$text-muted"), f"{number:>5}/s ", (bars, colour))

    def _axis(self, strip: Strip) -> Content:
        end = datetime.fromtimestamp(strip.end, UTC).astimezone(self.zone)
        scale = f"{strip.scale} s" if strip.scale < 60 else f"{strip.scale // 60} min"
        label = f" {scale} per column"
        parts = [(f"{label:<{LABEL - 9}}{end:%H:%M:%S} ", "$text-muted")]
        for column, moment in enumerate(strip.moments):
            tick = (len(strip.moments) - column) % TICK == 0
            parts.append((moment.value, "bold reverse $warning") if moment else ("." if tick else " ", "$text-muted"))
        return Content.assemble(*parts)
