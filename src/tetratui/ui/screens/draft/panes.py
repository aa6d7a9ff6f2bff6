"""The panes of the Draft screen: the scopes, the lines that the chosen one would hide, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from tetratui.core.amounts import format_count
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.exclusion_summary import summarise
from tetratui.core.tuning.scopes.scopes import Scopes
from tetratui.core.workspace.draft_preview import DraftPreview, ScopeChoice, draft_rules, filter_lines
from tetratui.core.workspace.target import known_version
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.render.filter_fields import filter_field_lines
from tetratui.ui.screens.base.screen import TALL
from tetratui.ui.screens.draft.hidden_lines import HiddenLines
from tetratui.ui.screens.draft.render import meaning_lines, rule_lines, title_text
from tetratui.ui.screens.draft.scope_rows import ScopeRows, refusal_lines, side_of, side_title
from tetratui.ui.widgets.event_grid import fit_text
from tetratui.ui.widgets.key_line import KeyLine
from tetratui.ui.widgets.reason_line import ReasonLine

if TYPE_CHECKING:
    from tetratui.core.tuning.safety.risk import Risk


class ScopePanes(ModalScreen[Draft | None], inherit_bindings=False):
    """Lay out the panes and draw them; the subclass builds the scopes and accepts one."""

    CSS_PATH = Path(__file__).with_name("draft.tcss")
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - Textual declares no ClassVar
        (0, "-one"),
        (110, "-two"),
        (150, "-three"),
    ]

    heading = query_one("#title", Static)
    scope_pane = query_one("#scope-pane", VerticalScroll)
    scope_table = query_one("#scopes", Static)
    hidden = query_one(HiddenLines)
    meaning = query_one("#meaning", Static)
    meaning_pane = query_one("#meaning-pane", VerticalScroll)
    wazuh = query_one("#wazuh", Static)
    wazuh_pane = query_one("#wazuh-pane", VerticalScroll)
    reason = query_one(ReasonLine)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.scopes: Scopes | None = None
        """All scopes; None until they are built."""
        self.choice: ScopeChoice | None = None
        """The chosen scope; None until the scopes are built, and when none is safe."""
        self.risks: dict[str, Risk] = {}
        """The risk of each scope by its name; empty until the scopes are built."""
        self.preview_error = ""
        """Why the last preview failed; empty when it did not."""

    def draw(self, preview: DraftPreview | None) -> None:
        """Draw the scopes and what the chosen one means; `preview` is None while it is tested."""
        if self.scopes is None:
            return
        self._show_scopes(self.scopes, self.choice.scope.name if self.choice is not None else "")
        self._show_title()
        self.hidden.show(self.choice)
        self._show_meaning(self.choice, preview)

    def compose(self) -> ComposeResult:
        """Put the scopes above the lines that the chosen one hides and what it means."""
        with Vertical(id="draft"):
            yield Static(id="title", markup=False)
            with VerticalScroll(id="scope-pane", can_focus=False):
                yield Static(id="scopes", markup=False)
            with Container(id="panes"):
                with Container(id="hidden-pane"):
                    yield HiddenLines()
                with VerticalScroll(id="meaning-pane", can_focus=False):
                    yield Static(id="meaning", markup=False)
                with VerticalScroll(id="wazuh-pane", can_focus=False):
                    yield Static(id="wazuh", markup=False)
            yield ReasonLine()
            yield KeyLine()

    def _show_title(self) -> None:
        if self.choice is None:
            return
        what = summarise(self.choice.exclusions) or "nothing"
        numbers = title_text(self.choice)
        room = max(10, self.size.width - len(numbers) - 12)
        title = (("DRAFT  ", "bold $primary"), (fit_text(what, room), "bold"), "  ", numbers)
        self.heading.update(Content.assemble(*title))

    def _show_scopes(self, scopes: Scopes, chosen: str) -> None:
        tall = self.size.height >= TALL
        rows = ScopeRows(scopes, chosen, self.risks, max(40, self.size.width - 4), all_sides=tall)
        failed = [Content.styled(self.preview_error, "$error")] if self.preview_error else []
        self.scope_table.update(Content("\n").join([*rows.draw(), *refusal_lines(scopes), *failed]))
        current = side_of(scopes, chosen)
        titles = [
            Content.styled(f" {side_title(side)} ", "bold reverse" if side == current else "") for side in scopes.sides
        ]
        self.scope_pane.border_title = Content(" Tab ").join(titles)

    def _show_meaning(self, choice: ScopeChoice | None, preview: DraftPreview | None) -> None:
        exclusions = choice.exclusions if choice is not None else ()
        filters = filter_lines(exclusions, known_version(self.workspace))
        hosts = sorted({host for exclusion in exclusions for host in exclusion.hosts})
        rules = draft_rules(exclusions, hosts)
        wide = self.wazuh_pane.display
        lines = meaning_lines(choice, preview, failed=bool(self.preview_error))
        lines += [Content.styled(format_count(len(filters), "filter"), "bold $primary"), *filter_field_lines(filters)]
        if not wide:
            lines += [Content.styled(_count_rules(rules), "bold $primary"), *rule_lines(rules)]
        self.meaning.update(Content("\n").join(lines))
        self.wazuh.update(Content("\n").join(rule_lines(rules)))
        self.query_one("#hidden-pane").border_title = Content("Would be hidden, rarest first · Space keeps visible")
        also = "" if wide else f" · {_count_rules(rules)}"
        self.meaning_pane.border_title = Content(f"Risk · {format_count(len(filters), 'filter')}{also}")
        self.wazuh_pane.border_title = Content(_count_rules(rules))

    def action_scroll(self, way: int) -> None:
        """Scroll the filters and the Wazuh rules together."""
        for pane in (self.meaning_pane, self.wazuh_pane):
            pane.scroll_relative(y=way * max(1, pane.size.height - 1), animate=False)

    def action_page(self, way: int) -> None:
        """Move the cursor by as many lines as have room."""
        self.action_line(way * self.hidden.page)

    def action_line(self, step: int) -> None:
        """Move the cursor among the command lines."""
        choice = self.choice
        if choice is not None and choice.rarest:
            choice.cursor = min(max(choice.cursor + step, 0), len(choice.rarest) - 1)
            self.hidden.show(choice)


def _count_rules(rules: Sequence[object]) -> str:
    written = [rule for rule in rules if not isinstance(rule, str)]
    return f"Wazuh: {format_count(len(written), 'rule')} of level 0"
