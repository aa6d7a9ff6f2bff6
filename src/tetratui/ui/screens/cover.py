"""The smallest safe cover: the fewest exclusions that hide a share of the events, within a bound that one sets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.events.visible import visible
from tetratui.core.tuning.cover import Cover, suggest
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.ladder import Ground
from tetratui.ui.bars import bar
from tetratui.ui.keys import bindings
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.workspace import Workspace

_SHARES = (0.2, 0.4, 0.6, 0.8, 0.9, 0.95)
_RUNGS = ("0", "1", "2", "3", "4")
_BOUNDS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
_REASON = "habit: returned evenly, nothing rare and no needle hidden"


class CoverScreen(ModalScreen[tuple[Draft, ...] | None], inherit_bindings=False):
    """Proposes exclusions; ends with a draft of each, or None."""

    CSS_PATH = "noise.tcss"
    AUTO_FOCUS = ""
    TITLE_OF_HELP: ClassVar[str] = "The fewest exclusions that hide a share of the events: habits, never what is rare."
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("cover")]

    head = query_one("#cover-head", Static)
    proposal = query_one("#cover-proposal", Static)
    scroll = query_one("#cover-scroll", VerticalScroll)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.share, self.rung, self.bound = _SHARES.index(0.6), _RUNGS.index("3"), 0
        """Places in the lists of what can be asked for."""
        self.cover: Cover | None = None
        self._ground: Ground | None = None

    def compose(self) -> ComposeResult:
        """Lay what is asked over what is proposed."""
        with Vertical(id="tuning"):
            yield Static(id="cover-head")
            with VerticalScroll(id="cover-scroll", can_focus=False):
                yield Static(id="cover-proposal")
            yield KeyLine()

    def on_mount(self) -> None:
        """Propose with what is asked at first."""
        self.propose()

    @work(exclusive=True, group="cover", exit_on_error=False)
    async def propose(self) -> None:
        """Ask the core, away from the event loop."""
        self.cover = None
        self.head.update(Content("\n").join([*self._asked_lines(), Content("looking for habits…")]))
        asked = (_SHARES[self.share], _RUNGS[self.rung], _BOUNDS[self.bound])
        self.cover = await asyncio.to_thread(self._proposed, *asked)
        self._draw(self.cover)

    def _proposed(self, share: float, rung: str, bound: int) -> Cover:
        self._ground = self._ground or Ground(self.workspace.still(), self.workspace.marks)
        return suggest(self._ground, share, rung, bound)

    def _asked_lines(self) -> list[Content]:
        bound = _BOUNDS[self.bound]
        told = f"hide {_SHARES[self.share]:.0%} of the events, rungs up to {_RUNGS[self.rung]}"
        return [Content.styled(f"{told}, each exclusion at most {bound} rare events of collateral", "bold")]

    def _draw(self, cover: Cover) -> None:
        told = f"{len(cover.chosen)} exclusions hide {cover.share:.1%} {bar(cover.share, 20)}"
        rare = sum(one.rare for one in cover.chosen)
        told += f"; {rare} rare events among them; no keep, no recorded needle"
        self.head.update(Content("\n").join([*self._asked_lines(), Content(told)]))
        lines = [Content.styled("   events  rare  exclusion", "bold")]
        lines += [Content(f"{int(one.mask.sum()):>9,} {one.rare:>5,}  {visible(one.words)}") for one in cover.chosen]
        if cover.alternatives:
            lines.append(Content.styled("what was left out, and how many more events it would hide", "bold"))
        lines += [Content(f"{more:>9,}        {visible(words)}") for words, more in cover.alternatives]
        self.proposal.update(Content("\n").join(lines))

    def action_share(self, step: int) -> None:
        """Ask for more or less."""
        self._ask("share", step, _SHARES)

    def action_rung(self, step: int) -> None:
        """Allow broader rungs, or narrower ones only."""
        self._ask("rung", step, _RUNGS)

    def action_bound(self, step: int) -> None:
        """Let more or fewer rare events be hidden."""
        self._ask("bound", step, _BOUNDS)

    def _ask(self, what: str, step: int, choices: Sequence[object]) -> None:
        place = min(max(getattr(self, what) + step, 0), len(choices) - 1)
        if place != getattr(self, what):
            setattr(self, what, place)
            self.propose()

    def action_scroll(self, way: int) -> None:
        """Scroll the proposal."""
        self.scroll.scroll_relative(y=3 * way, animate=False)

    def action_accept(self) -> None:
        """End with a draft of each exclusion."""
        if self.cover is not None:
            self.dismiss(drafts_of(self.cover, {draft.id for draft in self.workspace.drafts}))

    def action_cancel(self) -> None:
        """End without."""
        self.dismiss(None)


def drafts_of(cover: Cover, taken: set[str]) -> tuple[Draft, ...]:
    """Make a draft of each exclusion, under names that are free."""
    free = (name for number in range(1, len(taken) + len(cover.chosen) + 1) if (name := f"d{number}") not in taken)
    return tuple(
        Draft(name, (one.exclusion,), one.rung, _REASON, hosts=one.exclusion.hosts)
        for name, one in zip(free, cover.chosen, strict=False)
    )
