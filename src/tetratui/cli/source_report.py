"""What all verbs say of their sources on stderr: envelopes taken off, lines that are no events, files read in part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tetratui.cli.output import ExitCode, say
from tetratui.core.amounts import format_count
from tetratui.core.errors import RefusedError

if TYPE_CHECKING:
    from tetratui.core.hosts.host_source import Source
    from tetratui.core.sources import SourceRegistry
    from tetratui.core.table import EventTable, UnreadableLines

_REASONS = 5
"""Reasons that are said; `stats --json` has all."""
_EXAMPLE = 100
"""Characters shown of an unreadable line."""


def load_sources(sources: Sequence[Source]) -> EventTable:
    """Read the sources; say which envelopes were taken off, which lines are no events, and what was not read whole."""
    # The table needs numpy and the sources; `--help` does not.
    from tetratui.core.table import load

    table = load(sources)
    for warning in table.warnings:
        say(f"tetratui: {warning}")
    tell_lines(table)
    return table


def tell_lines(table: EventTable) -> None:
    """Say what was taken off the lines, and how many of them are no events, by reason and with an example each."""
    _tell_envelopes(table.envelopes)
    rebuilt = int(table.rebuilt().sum())
    if rebuilt:
        say(
            f"tetratui: {format_count(rebuilt, 'event')} rebuilt from fields that do not hold all of them: what is"
            " said of these is approximate, and no exclusion is made from them"
        )
    tell_unreadable(table.unreadable, table.rows_read)


def _tell_envelopes(envelopes: Counter[str]) -> None:
    for name, events in envelopes.most_common():
        say(f"tetratui: {name}, unwrapped: {format_count(events, 'event')}")


def tell_unreadable(unreadable: UnreadableLines, rows: int) -> None:
    """Say how many of so many lines are no events, by reason and with an example each; nothing if all are."""
    if not unreadable.count:
        return
    say(f"tetratui: {unreadable.count:,} of {rows:,} lines are no events:")
    by_count = sorted(unreadable.reasons.items(), key=lambda pair: -pair[1].count)
    for reason, counted in by_count[:_REASONS]:
        example = counted.example.line.decode("utf-8", "backslashreplace")[:_EXAMPLE]
        say(f"  {counted.count:>8,}  {reason}" + (f": {example}" if example.strip() else ""))
    if len(by_count) > _REASONS:
        others = sum(counted.count for _, counted in by_count[_REASONS:])
        say(f"  {others:>8,}  {format_count(len(by_count) - _REASONS, 'other reason')}")


def _describe_table(table: EventTable) -> str | None:
    has_event = table.stop > table.first or table.evicted_count
    return None if has_event else describe_eventless(table.unreadable)


def read_rows(sources: Sequence[Source], registry: SourceRegistry) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of sources without envelopes, each with its row; say at the end what was taken off."""
    # `--help` needs no sources.
    from tetratui.core.hosts.host_group import read_every_place
    from tetratui.core.sources.envelopes import Unwrappers, take_off_envelope
    from tetratui.core.sources.line_location import number_lines

    unwrappers = Unwrappers(registry)
    for row, line in number_lines(unwrappers.unwrap(read_every_place(sources, registry))):
        yield row, take_off_envelope(line)
    _tell_envelopes(unwrappers.names)


def describe_eventless(unreadable: UnreadableLines) -> str | None:
    """Return what sources without an event look like, with the remedy; None if they have no line at all."""
    if not unreadable.count:
        return None
    # Loaded by now: the lines came from the sources.
    from tetratui.core.sources.envelopes import suggest_remedy

    reasons = unreadable.reasons
    reason, counted = max(reasons.items(), key=lambda pair: pair[1].count)
    first = f"no line is an event: {reason}" if len(reasons) == 1 else f"no line is an event; most often: {reason}"
    return f"{first} → {suggest_remedy(counted.example.line)}"


def exit_code(table: EventTable, code: int = ExitCode.DONE) -> int:
    """Return the exit code: a source that broke off weighs most, then one without an event, which is said here."""
    if table.faults:
        return ExitCode.UNREADABLE
    eventless = _describe_table(table)
    if eventless is None:
        return code
    say(f"tetratui: {eventless}")
    return ExitCode.REFUSED


def load_for_drafts(sources: Sequence[Source]) -> EventTable:
    """Read the sources as `load_sources` does; raise RefusedError if no line of them is an event."""
    table = load_sources(sources)
    eventless = _describe_table(table)
    if eventless is not None and not table.faults:
        raise RefusedError(f"nothing was written: {eventless}")
    return table
