"""Draw the Review screen: the sum of all drafts, sample events with their fate, and the changes on disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rich.text import Text
from textual.content import Content

from tetratui.core.amounts import format_count
from tetratui.core.events.visible import visible
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.impact import Impact
from tetratui.core.wazuh.write.rule_file import Threat
from tetratui.core.workspace.review import Review, Sample
from tetratui.ui.render.bars import bar, size

_LONGEST = 300
"""Characters shown of one line of a file or command."""
_MOST_LINES = 400
"""Lines shown of one difference."""


def draft_cells(draft: Draft, impact: Impact) -> list[Text]:
    """Draw one draft."""
    numbers = (f"{impact.dropped:,}", f"{impact.share:.1%}", size(impact.bytes_per_day), f"{impact.commands:,}")
    texts = (draft.owner or "–", draft.expiry.isoformat() if draft.expiry else "", draft.reason)
    return [
        Text(draft.id),
        Text(draft.scope),
        *(Text(number, justify="right") for number in numbers),
        *(Text(visible(text)) for text in texts),
    ]


def head_lines(review: Review) -> list[Content]:
    """Sum up all drafts, and show why they may not be written."""
    whole, files, lost_detections = review.whole, review.plan.files, review.plan.lost_detections
    visible_samples = review.attack_samples - len(review.hidden)
    lines = [
        Content(
            f"{format_count(len(review.each), 'draft')} would hide {whole.dropped:,} of {whole.events:,} events"
            f" ({whole.share:.1%}) {bar(whole.share, 10)}"
            f" {size(whole.bytes_per_day)} a day, {format_count(whole.commands, 'command')}"
        ),
        Content(
            f"attack samples visible: {visible_samples}/{review.attack_samples}"
            f" · kept events hidden: {review.keeps_hidden}"
            f" · alert rules from threat marks: {len(files.threats)}"
        ),
    ]
    if files.equivalence is not None:
        lines.append(
            Content(
                f"Wazuh rules match: {len(files.equivalence.missing):,} missed, {len(files.equivalence.extra):,} extra,"
                f" over {format_count(files.equivalence.held, 'event')}"
            )
        )
    if lost_detections:
        rules = ", ".join(f"{lost.rule} (level {lost.level}, {lost.how})" for lost in lost_detections[:5])
        text = f"{format_count(len(lost_detections), 'alerting rule')} would lose events: {rules}"
        lines.append(Content.styled(text, "$warning"))
    if review.blocked is not None:
        lines.append(Content.styled(visible(f"cannot be written: {review.blocked}"), "$error"))
    return lines


def detail_lines(review: Review) -> list[Content]:
    """List notes, the rarest hidden command lines, hidden test attacks, alerts, and sample Wazuh decisions."""
    lines = [Content.styled(visible(note), "$warning") for note in review.plan.files.notes]
    lines.append(Content.styled("rarest command lines they hide", "bold"))
    lines += [Content(f"{count:>8,}  {visible(short(text))}") for text, count in review.whole.rarest[:10]]
    lines += _context_lines(review)
    if review.plan.files.threats:
        lines.append(Content.styled("alerts for threat marks", "bold"))
        lines += map(_threat_line, review.plan.files.threats)
    lines.append(Content.styled("sample Wazuh decisions, with the path through the rules", "bold"))
    return [*lines, *map(_sample_line, review.samples)]


def _context_lines(review: Review) -> list[Content]:
    """Name the techniques that would be hidden if an attacker ran them under a draft's own parents."""
    lines = []
    for draft, context in review.contexts:
        if context.hidden:
            techniques = dict.fromkeys(sample.technique or sample.name for sample in context.hidden)
            text = f"{draft:<4} {len(context.hidden)} of {context.tried} test attacks: {', '.join(techniques)}"
            lines.append(Content.styled(visible(short(text)), "$warning"))
    title = Content.styled("would be hidden if run under the parents of a draft", "bold")
    return [title, *lines] if lines else []


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
    difference = review.differences.get(name)
    change = "unchanged"
    if difference is not None:
        added, removed = (_count(difference, sign) for sign in "+-")
        change = f"+{added} -{removed} lines"
    return [Text("[x]" if name in names else "[ ]"), Text(name), Text(change)]


def _count(difference: str, sign: str) -> int:
    return sum(line.startswith(sign) and not line.startswith(sign * 3) for line in difference.splitlines())


def difference_lines(review: Review, name: str) -> list[Content]:
    """Show how one file on disk would change."""
    path = review.folder / name
    difference = review.differences.get(name)
    if difference is None:
        return [Content(visible(f"{path} would not change"))]
    texts = difference.removesuffix("\n").split("\n")
    lines = [Content.styled(visible(f"changes to {path}"), "bold"), *_coloured(texts[:_MOST_LINES])]
    return [*lines, Content(f"… {len(texts) - _MOST_LINES:,} more lines")] if len(texts) > _MOST_LINES else lines


def _coloured(texts: Iterable[str]) -> Iterable[Content]:
    for text in texts:
        style = {"+": "$success", "-": "$error"}.get(text[:1], "$text-muted")
        yield Content.styled(visible(short(text)), style)


def short(text: str) -> str:
    """Cut a text that would fill the screen, and add its length."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
