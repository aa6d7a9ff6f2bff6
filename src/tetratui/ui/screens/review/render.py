"""The lines of the Review screen: the sum of all drafts, what becomes of single events, the difference to the disk."""

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
"""Characters shown of one line of a file or command; the whole is what is written."""
_MOST = 400
"""Lines shown of one difference."""


def draft_cells(draft: Draft, impact: Impact) -> list[Text]:
    """Give the cells of one draft."""
    numbers = (f"{impact.dropped:,}", f"{impact.share:.1%}", size(impact.bytes_per_day), f"{impact.commands:,}")
    words = (draft.owner or "nobody", draft.expiry.isoformat() if draft.expiry else "", draft.reason)
    return [
        Text(draft.id),
        Text(draft.scope),
        *(Text(number, justify="right") for number in numbers),
        *(Text(visible(word)) for word in words),
    ]


def head_lines(found: Review) -> list[Content]:
    """Sum up all drafts, and say what stands in the way."""
    whole, compared = found.whole, found.plan.files.equivalence
    lines = [
        Content(
            f"{format_count(len(found.each), 'draft')}, hiding {whole.dropped:,} of {whole.events:,} events"
            f" ({whole.share:.1%})"
            f" {bar(whole.share, 10)} {size(whole.bytes_per_day)} a day, {format_count(whole.commands, 'command')}"
        ),
        Content(
            f"attack samples {found.attack_samples - len(found.hidden)} of {found.attack_samples} visible;"
            f" keep hidden: {found.keeps_hidden};"
            f" alert rules from threat marks: {len(found.plan.files.threats)}"
        ),
    ]
    if compared is not None:
        missing = format_count(len(compared.missing), "dropped event")
        exact = "exact" if compared.match else f"{missing} still seen in Wazuh"
        lines.append(
            Content(
                f"Wazuh suppression rules {exact}, {len(compared.extra)} suppressed beyond,"
                f" over {compared.held:,} events"
            )
        )
    if found.plan.lost_detections:
        rules = ", ".join(f"{one.rule} (level {one.level}, {one.how})" for one in found.plan.lost_detections[:5])
        lines.append(
            Content.styled(
                f"{format_count(len(found.plan.lost_detections), 'alerting rule')} would lose events: {rules}",
                "$warning",
            )
        )
    if found.blocked is not None:
        lines.append(Content.styled(visible(f"may not be written: {found.blocked}"), "$error"))
    return lines


def detail_lines(found: Review) -> list[Content]:
    """Tell what falls short, the rarest lines that go, and the rule that single events get."""
    lines = [Content.styled(visible(note), "$warning") for note in found.plan.files.notes]
    lines.append(Content.styled("rarest command lines they hide", "bold"))
    lines += [Content(f"{count:>8,}  {visible(short(text))}") for text, count in found.whole.rarest[:10]]
    lines += _context_lines(found)
    if found.plan.files.threats:
        lines.append(Content.styled("what threat marks alert on", "bold"))
        lines += map(_threat_line, found.plan.files.threats)
    lines.append(Content.styled("what Wazuh does with some of the events, the way through its rules", "bold"))
    return [*lines, *map(_sample_line, found.samples)]


def _context_lines(found: Review) -> list[Content]:
    """Name the techniques that would be hidden if an attacker ran them under a draft's own callers."""
    lines = []
    for draft, context in found.contexts:
        if context.hidden:
            techniques = ", ".join(
                dict.fromkeys(attack_sample.technique or attack_sample.name for attack_sample in context.hidden)
            )
            told = f"{draft:<4} {len(context.hidden)} of {context.tried} attack commands: {techniques}"
            lines.append(Content.styled(visible(short(told)), "$warning"))
    title = Content.styled("what would be hidden if it were run under the callers of a draft", "bold")
    return [title, *lines] if lines else []


def _threat_line(threat: Threat) -> Content:
    ids = ", ".join(threat.techniques) or "no ATT&CK id"
    told = f"  level {threat.level} [{', '.join(threat.groups)}] {ids}  {threat.description}"
    return Content(visible(short(told)))


def _sample_line(sample: Sample) -> Content:
    way = " > ".join(map(str, sample.path)) or "no rule"
    groups = f" [{', '.join(sample.groups)}]" if sample.groups else ""
    fate = "dropped" if sample.dropped else "kept   "
    result = "alert " if sample.alert else "silent"
    command = visible(short(f"{sample.binary} {sample.arguments}"))
    level = "" if sample.level is None else f" level {sample.level}"
    return Content(f"  {fate} {result} {way}{level}{visible(groups)}  {sample.kind.word} {command}")


def file_cells(found: Review, name: str, names: Collection[str]) -> list[Text]:
    """Give the cells of one file."""
    difference = found.differences.get(name)
    state = "the same as there"
    if difference is not None:
        added, removed = (_count(difference, sign) for sign in "+-")
        state = f"+{added} -{removed} lines"
    return [Text("[x]" if name in names else "[ ]"), Text(name), Text(state)]


def _count(difference: str, sign: str) -> int:
    return sum(line.startswith(sign) and not line.startswith(sign * 3) for line in difference.splitlines())


def difference_lines(found: Review, name: str) -> list[Content]:
    """Show one file's difference to the disk."""
    path = found.folder / name
    difference = found.differences.get(name)
    if difference is None:
        return [Content(visible(f"{path} would stay as it is"))]
    texts = difference.removesuffix("\n").split("\n")
    lines = [Content.styled(visible(f"difference to {path}"), "bold"), *_coloured(texts[:_MOST])]
    return [*lines, Content(f"… {len(texts) - _MOST:,} more lines")] if len(texts) > _MOST else lines


def _coloured(texts: Iterable[str]) -> Iterable[Content]:
    for text in texts:
        style = {"+": "$success", "-": "$error"}.get(text[:1], "$text-muted")
        yield Content.styled(visible(short(text)), style)


def short(text: str) -> str:
    """Cut a text that would fill the screen, and say so."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
