"""Draw the scopes of the Draft screen: a row each, under the side to which they belong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.safety.risk import Risk
from tetratui.core.tuning.scopes.scope_builder import BY_COMMAND, BY_PARENT
from tetratui.core.tuning.scopes.scopes import Scope, Scopes
from tetratui.core.workspace.draft_preview import Judgement, judge_scope
from tetratui.ui.render.block_bars import rest_bar
from tetratui.ui.widgets.event_grid import fit_text

STYLES = {
    Judgement.SAFE: "bold $success",
    Judgement.CAUTION: "bold $warning",
    Judgement.HIGH: "bold $error",
    Judgement.REASON: "bold $warning",
    Judgement.REFUSED: "bold $error",
}
_CHANGE, _DESCRIBED = 92, 146
"""Cells from which the difference to the scope before has room, and from which the meaning of a scope has."""
_BAR = 10
_MEANING = 46


@dataclass(frozen=True, slots=True)
class ScopeRows:
    """What is to be drawn, and the room for it."""

    scopes: Scopes
    chosen: str
    risks: Mapping[str, Risk]
    width: int
    all_sides: bool
    """Whether every side is listed, or only that of the chosen scope."""

    def draw(self) -> list[Content]:
        """Return the lines."""
        lines = [Content.styled(self._head(), "$text-muted")]
        current = side_of(self.scopes, self.chosen)
        for side in self.scopes.sides:
            if self.all_sides and len(self.scopes.sides) > 1:
                lines.append(Content.styled(side_title(side), "bold" if side == current else "$text-muted"))
            if self.all_sides or side == current:
                for name in side:
                    lines += self._row(self.scopes[name])
        return lines

    def _head(self) -> str:
        change = f"{'change':>10}" if self.width >= _CHANGE else ""
        meaning = f"{'':<{_MEANING}}" if self.width >= _DESCRIBED else ""
        numbers = f"{'hides':<{_BAR}} {'events':>8} {'share':>6}{change}"
        return f"  {'scope':<11} {meaning}{numbers}   {'attacks hidden':<14} {'evasions':<9} verdict"

    def _row(self, scope: Scope) -> list[Content]:
        judgement = judge_scope(scope, self.risks[scope.name]) if scope.name in self.risks else None
        chosen = scope.name == self.chosen
        mark = "●" if chosen else "✗" if scope.refused is not None else " "
        name = f"{mark} {scope.name:<11} {self._meaning(scope)}"
        style = "bold" if chosen else "$text-muted" if scope.refused is not None else ""
        row = Content.assemble((name, style), *self._numbers(scope, style))
        if scope.refused is None:
            return [Content.assemble(row, "   ", self._facts(scope), _verdict(judgement))]
        reason = visible(scope.refused)
        room = self.width - row.cell_length - 3 - len("refused: ")
        refused = Content.styled("refused: ", STYLES[Judgement.REFUSED])
        if len(reason) <= room:
            return [Content.assemble(row, "   ", refused, (reason, "$text-muted"))]
        below = fit_text(scope.refused, max(10, self.width - 14))
        return [Content.assemble(row, "   ", refused), Content.styled(f"{'':<14}{below}", "$text-muted")]

    def _meaning(self, scope: Scope) -> str:
        meaning = scope.what.removeprefix(f"{scope.name}: ")
        return f"{meaning:<{_MEANING}.{_MEANING}}" if self.width >= _DESCRIBED else ""

    def _numbers(self, scope: Scope, style: str) -> list[tuple[str, str]]:
        impact = scope.impact
        filled, rest = rest_bar(impact.share, _BAR)
        numbers = f" {impact.dropped:>8,} {impact.share:>6.1%}{self._change(scope)}"
        bar_style = "$text-muted" if scope.refused is not None else "$accent"
        return [(filled, bar_style), (rest, "$text-muted"), (numbers, style)]

    def _change(self, scope: Scope) -> str:
        """Compare a scope with the narrower one before it; the first of a side has none."""
        if self.width < _CHANGE:
            return ""
        if scope.newly == scope.impact.dropped:
            return " " * 10
        again = f"-{scope.again:,}" if scope.again else ""
        return f"{f'+{scope.newly:,}{again}':>10}"

    def _facts(self, scope: Scope) -> Content:
        risk = self.risks.get(scope.name)
        if risk is None:
            return Content(f"{'testing…':<14} {'':<9} ")
        hidden = risk.context.tried - risk.context.visible
        attacks = f"{hidden:>3} of {risk.context.tried}"
        evasions = f"{len(risk.passing)} work" if risk.passing else "–"
        return Content.assemble(
            (f"{attacks:<14} ", "bold $error" if hidden else ""),
            (f"{evasions:<9} ", "$warning" if risk.passing else ""),
        )


def _verdict(judgement: Judgement | None) -> Content:
    return Content("…") if judgement is None else Content.styled(judgement.value, STYLES[judgement])


def side_title(side: tuple[str, ...]) -> str:
    """Return the name of a side as a title."""
    return {BY_COMMAND: "by COMMAND", BY_PARENT: "by PARENT"}.get(side, "by SOCKET")


def side_of(scopes: Scopes, name: str) -> tuple[str, ...]:
    """Return the side of a scope; the first one where there is no such scope."""
    return next((side for side in scopes.sides if name in side), scopes.sides[0])


def refusal_lines(scopes: Scopes) -> list[Content]:
    """Sum up the marked events, and name those that no scope can hold."""
    lines = [Content(visible(scopes.summary))]
    for refusal in scopes.refused:
        text = f"cannot be drafted: {format_count(refusal.events, 'marked event')}: {refusal.reason}"
        lines.append(Content.styled(visible(text), "$warning"))
    return lines
