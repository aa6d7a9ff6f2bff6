"""What a person looks at before files are written: the impact of the drafts, and the difference to the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.export.instructions import DENYLIST
from tetratui.core.export.output import Choices, OutputSet, files
from tetratui.core.export.threats import threats_of
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.matching import Matcher
from tetratui.core.table import EventTable
from tetratui.core.tetragon.filter_list import FilterList
from tetratui.core.tetragon.versions import Options
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.guard import Starved, starved
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.marks import Marks
from tetratui.core.tuning.needles import Needle, Shield, of_marks, recorded
from tetratui.core.wazuh.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Review:
    """All drafts at one moment, and the files they would become."""

    output: OutputSet
    folder: Path
    differences: Mapping[str, str]
    """Unified diffs by file name, without the files that would stay as they are."""
    each: tuple[Impact, ...]
    """One a draft, in their order."""
    whole: Impact
    """All drafts together."""
    needles: int
    dark: tuple[Needle, ...]
    """Needles that would no longer be seen."""
    keeps_hidden: int
    """Events marked keep or threat that would no longer be seen."""
    starved: tuple[Starved, ...]
    """Alerting rules of the operator's that would lose events; empty when no rules were given."""

    @property
    def blocked(self) -> str | None:
        """Why nothing may be written, or None."""
        if self.keeps_hidden:
            return f"it would hide {self.keeps_hidden} events marked keep or threat"
        if self.dark:
            return f"it would hide the needle {self.dark[0].name}: {self.dark[0].sentence}"
        return None if self.each else "there is no draft to write"


def review(drafts: Sequence[Draft], table: EventTable, marks: Marks, folder: Path, choices: Choices) -> Review:
    """Look at all drafts over the events held, and at the files of a folder; the list that stands there is kept.

    Raises:
        RefusedError: the list in the folder is one that Tetragon refuses.
        SourceError, TargetError: a file there cannot be read.
    """
    existing, threats = choices.existing or _existing(folder), choices.threats or threats_of(marks)
    choices = replace(choices, existing=existing, threats=threats)
    output = files(drafts, choices, table)
    columns = Columns.of(table)
    matcher = Matcher(columns)
    exclusions = [exclusion for draft in drafts for exclusion in draft.exclusions]
    shield = Shield(list(marks), (*recorded(), *of_marks(marks)))
    return Review(
        output=output,
        folder=folder,
        differences=output.differences(folder),
        each=tuple(impact_of(columns, matcher.any(draft.exclusions)) for draft in drafts),
        whole=impact_of(columns, matcher.any(exclusions)),
        needles=len(shield.needles),
        dark=tuple(shield.dark(exclusions)),
        keeps_hidden=shield.kept(exclusions),
        starved=_starved(output, choices, table),
    )


def _existing(folder: Path) -> bytes:
    path = folder / DENYLIST
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", "name another folder, or use sudo") from error


def _starved(output: OutputSet, choices: Choices, table: EventTable) -> tuple[Starved, ...]:
    if not choices.rules or not output.filters:
        return ()
    filters = FilterList.of(output.filters, choices.version, Options())
    return tuple(starved(filters, Ruleset.of(choices.rules), table))
