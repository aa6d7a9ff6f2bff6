"""Draw the Review screen: the verdict on all drafts, a line for each, and what one hides, becomes and risks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.text import Text
from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.exclusion_summary import summarise
from tetratui.core.wazuh.write.rule_file import Threat
from tetratui.core.workspace.draft_review import DraftReview
from tetratui.core.workspace.review import Review, Sample
from tetratui.ui.render.block_bars import block_bar, rest_bar
from tetratui.ui.render.command_lines import short
from tetratui.ui.render.daily_size import daily_sentence, daily_size
from tetratui.ui.theme.severity_styles import Styles

_MOST_LINES = 400
"""Lines shown of one difference."""
_BAR = 5
"""Cells of the bar of a draft."""
_FRAME = 6
"""Cells of the border, of the scroll bar, and around the widest column."""
_MOST_NAMED = 4
"""Drafts that are named with what they would hide in context."""
_SEPARATOR = "   "


def head_lines(review: Review, files: str, width: int) -> list[Content]:
    """Sum up all drafts in lines of a width, and show why they may not be written."""
    lines = [
        _verdict_line(review, files),
        *_packed(_exported(review, 20 if width >= 100 else 14), width),
        *_packed(_checks(review), width),
    ]
    lost = review.plan.lost_detections
    if lost:
        rules = ", ".join(f"{each.rule} (level {each.level}, {each.how})" for each in lost[:5])
        text = f"! {format_count(len(lost), 'alerting rule')} would lose events: {rules}"
        lines.append(Content.styled(visible(text), "$warning"))
    return lines


def _verdict_line(review: Review, files: str) -> Content:
    if review.blocked is not None:
        return Content.assemble((visible(f"REFUSED: cannot be written: {review.blocked}"), "bold $error"))
    risky = [each for each in review.drafts if each.hidden_attacks]
    cautious = bool(risky or review.plan.lost_detections or review.plan.files.notes)
    word, style = ("CAUTION", "bold $warning") if cautious else ("SAFE", "bold $success")
    return Content.assemble((word, style), f"  {format_count(len(review.drafts), 'draft')} → {visible(files)}")


def _packed(parts: Sequence[Content], width: int) -> list[Content]:
    """Put parts side by side, in as many lines as it takes to break none of them."""
    lines = [parts[0]]
    for part in parts[1:]:
        longer = Content.assemble(lines[-1], _SEPARATOR, part)
        if longer.cell_length <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _exported(review: Review, cells: int) -> list[Content]:
    """Draw before and after as one bar: the whole is what is exported now, the shaded part would be hidden."""
    whole = review.whole
    kept, hidden = rest_bar(1 - whole.share, cells)
    bar = Content.assemble("still exported ", (kept, "$success"), (hidden, "$warning"), f" {1 - whole.share:.1%}")
    return [bar, Content(f"hides {whole.dropped:,} of {whole.events:,} events, {daily_size(whole)} a day")]


def _checks(review: Review) -> list[Content]:
    """Show each check with a sign, its words and its number."""
    visible_samples = review.attack_samples - len(review.hidden)
    checks = [
        _check(not review.hidden, f"attack samples visible: {visible_samples}/{review.attack_samples}"),
        _check(not review.keeps_hidden, f"kept events hidden: {review.keeps_hidden}"),
    ]
    equivalence = review.plan.files.equivalence
    if equivalence is not None:
        missed, extra = len(equivalence.missing), len(equivalence.extra)
        text = "Wazuh rules match" if equivalence.match else f"Wazuh rules: {missed:,} missed, {extra:,} extra"
        checks.append(_check(not extra, text, caution=bool(missed)))
    risky = [f"{each.draft.id} {each.hidden_attacks}" for each in review.drafts if each.hidden_attacks]
    if risky:
        more = f" and {len(risky) - _MOST_NAMED} more" if len(risky) > _MOST_NAMED else ""
        text = f"test attacks hidden in context: {', '.join(risky[:_MOST_NAMED])}{more}"
        checks.append(_check(passed=True, text=text, caution=True))
    if review.plan.files.threats:
        checks.append(Content(f"alert rules from threat marks: {len(review.plan.files.threats)}"))
    return checks


def _check(passed: bool, text: str, *, caution: bool = False) -> Content:
    sign, style = ("✗", "bold $error") if not passed else ("!", "bold $warning") if caution else ("✓", "bold $success")
    return Content.assemble((sign, style), f" {text}")


def draft_columns(width: int) -> list[str]:
    """Return the columns that have room, left to right; what a draft hides takes what is left."""
    columns = ["id", "what", "scope", "events", "risk"]
    if width >= 100:
        columns[4:4] = ["%", "a day"]
        columns += ["owner"]
    return [*columns, "expires", "reason"] if width >= 140 else columns


_WIDTHS = {"id": 4, "scope": 11, "events": 14, "%": 6, "a day": 9, "risk": 13, "owner": 10, "expires": 10, "reason": 26}


def draft_cells(
    draft: Draft, known: DraftReview | None, columns: Sequence[str], width: int, largest: float, styles: Styles
) -> list[Text]:
    """Draw one draft, its bar against the `largest` share; its numbers are unknown while the review is computed."""
    taken = sum(_WIDTHS[name] + 2 for name in columns if name != "what")
    widths = {**_WIDTHS, "what": max(16, width - taken - _FRAME)}
    texts = _draft_texts(draft, known, largest, styles)
    return [_fitted(texts[name], widths[name]) for name in columns]


def _draft_texts(draft: Draft, known: DraftReview | None, largest: float, styles: Styles) -> dict[str, Text]:
    texts = {
        "id": Text(draft.id),
        "what": Text(visible(summarise(draft.exclusions))),
        "scope": Text(draft.scope),
        "owner": Text(visible(draft.owner or "–")),
        "expires": Text(draft.expiry.isoformat() if draft.expiry else "–"),
        "reason": Text(visible(draft.reason or "–")),
    }
    if known is None:
        return texts | dict.fromkeys(("events", "%", "a day", "risk"), Text("…"))
    impact = known.impact
    bar = block_bar(impact.share / largest if largest else 0.0, _BAR)
    return texts | {
        "events": Text(f"{impact.dropped:>8,} {bar}"),
        "%": Text(f"{impact.share:>6.1%}"),
        "a day": Text(f"{daily_size(impact):>9}"),
        "risk": _risk_word(known, styles),
    }


def _risk_word(known: DraftReview, styles: Styles) -> Text:
    if known.refused is not None:
        return Text("✗ refused", styles["error"])
    if known.hidden_attacks:
        return Text(f"! caution {known.hidden_attacks}", styles["warning"])
    return Text("✓ safe", styles["success"])


def _fitted(text: Text, width: int) -> Text:
    text = text.copy()
    text.truncate(width, overflow="ellipsis")
    text.no_wrap = True
    text.pad_right(max(0, width - text.cell_len))
    return text


def wazuh_lines(review: Review, known: DraftReview) -> list[Content]:
    """Show the suppression rules of a draft, notes on them, and what Wazuh does with some events."""
    name = f"draft {known.draft.id} "
    notes = [note for note in review.plan.files.notes if note.startswith(name) or not note.startswith("draft ")]
    lines = [Content.styled(visible(note), "$warning") for note in notes]
    for rule in known.rules:
        lines += [Content(visible(line)) for line in rule.split("\n")]
    if not known.rules:
        lines.append(Content.styled("no rule of its own: see the notes, or another draft has the same", "$warning"))
    return [*lines, *sample_lines(review)]


def sample_lines(review: Review) -> list[Content]:
    """Show what Wazuh does with some of the events, and the alerts for threat marks."""
    lines = []
    if review.plan.files.threats:
        lines.append(Content.styled("alerts for threat marks", "bold"))
        lines += map(_threat_line, review.plan.files.threats)
    lines.append(Content.styled("sample Wazuh decisions, with the path through the rules", "bold"))
    return [*lines, *map(_sample_line, review.samples)]


def risk_lines(known: DraftReview) -> list[Content]:
    """Say what a draft risks, who answers for it, and what it saves."""
    draft, context = known.draft, known.context
    if known.refused is not None:
        lines = [Content.styled(visible(f"REFUSED: {known.refused}"), "bold $error")]
    elif context.hidden:
        text = f"CAUTION: {len(context.hidden)} of {context.tried} test attacks run from here would be hidden"
        lines = [Content.styled(text, "bold $warning")]
    else:
        lines = [Content.styled(f"SAFE: none of {context.tried} test attacks run from here is hidden", "bold $success")]
    facts = {
        "reason": draft.reason or "–",
        "owner": draft.owner or "–",
        "expires": draft.expiry.isoformat() if draft.expiry else "never",
        "applies": ", ".join(sorted({exclusion.place_name for exclusion in draft.exclusions})),
        "hosts": ", ".join(draft.hosts) or "–",
        "saves": daily_sentence(known.impact),
    }
    lines += [Content.assemble((f"{name:<8} ", "$accent"), visible(text)) for name, text in facts.items()]
    techniques = dict.fromkeys(f"{sample.technique} {sample.name}".strip() for sample in context.hidden)
    if techniques:
        lines.append(Content.styled("would be hidden if run under its parents", "bold"))
        lines += [Content(visible(f"  {technique}")) for technique in techniques]
    return lines


def _threat_line(threat: Threat) -> Content:
    ids = ", ".join(threat.techniques) or "no ATT&CK id"
    text = f"  level {threat.level} [{', '.join(threat.groups)}] {ids}  {threat.description}"
    return Content(visible(short(text)))


def _sample_line(sample: Sample) -> Content:
    path = " > ".join(map(str, sample.path)) or "no rule"
    groups = f" [{', '.join(sample.groups)}]" if sample.groups else ""
    fate = "dropped" if sample.dropped else "kept   "
    alert = "alert " if sample.alert else "silent"
    command = visible(short(f"{sample.binary} {sample.arguments}"))
    level = "" if sample.level is None else f" level {sample.level}"
    return Content(f"  {fate} {alert} {path}{level}{visible(groups)}  {sample.kind.word} {command}")


def file_cells(review: Review, name: str, names: Collection[str]) -> list[Text]:
    """Draw one file; those in `names` will be written."""
    return [Text("[x]" if name in names else "[ ]"), Text(name), Text(change_text(review, name))]


def change_text(review: Review, name: str) -> str:
    """Return how many lines of a file on disk would change."""
    difference = review.differences.get(name)
    if difference is None:
        return "unchanged"
    added, removed = (_count(difference, sign) for sign in "+-")
    return f"+{added} -{removed} lines"


def _count(difference: str, sign: str) -> int:
    return sum(line.startswith(sign) and not line.startswith(sign * 3) for line in difference.splitlines())


def difference_lines(review: Review, name: str) -> list[Content]:
    """Show how one file on disk would change, each line whole."""
    difference = review.differences.get(name)
    if difference is None:
        return [Content(visible(f"{review.folder / name} would not change"))]
    texts = difference.removesuffix("\n").split("\n")
    styles = {"+": "$success", "-": "$error"}
    lines = [Content.styled(visible(text), styles.get(text[:1], "$text-muted")) for text in texts[:_MOST_LINES]]
    return [*lines, Content(f"… {len(texts) - _MOST_LINES:,} more lines")] if len(texts) > _MOST_LINES else lines


def question_lines(review: Review, names: Collection[str]) -> list[str]:
    """Say what a yes would write: the files, what is hidden, and every filter that is added, whole."""
    whole = review.whole
    lines = [f"into {review.folder}", *(f"  {name}  {change_text(review, name)}" for name in names)]
    if review.sidecar is not None:
        lines.append(f"reasons and owners are also kept in {review.sidecar}")
    lines.append(f"{whole.dropped:,} of {format_count(whole.events, 'event')} would be dropped")
    lines.append("Replaced files are backed up first.")
    for each in review.drafts:
        lines += ["", f"{each.draft.id}: {each.summary}", *(f"  {text}" for text in each.filters)]
    return lines
