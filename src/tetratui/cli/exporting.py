"""What `draft` and `suggest` share: the sources read, the drafts made into files, the report printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
import rich_click as click

from tetratui.cli.output import ExitCode, say
from tetratui.cli.rule_options import load_rules, manager_options
from tetratui.core.amounts import counted
from tetratui.core.errors import SourceError, UsageError

if TYPE_CHECKING:
    from tetratui.core.export.file_set import FileSet
    from tetratui.core.export.sidecar import Sidecar
    from tetratui.core.noise.columns import Mask
    from tetratui.core.table import EventTable
    from tetratui.core.tuning.draft import Draft
    from tetratui.core.tuning.impact import Impact
    from tetratui.core.tuning.learning.learnable_events import Lesson
    from tetratui.core.tuning.marks import Mark, Marks
    from tetratui.core.tuning.report import ReportEntry
    from tetratui.core.tuning.scopes.refusals import Refusal
    from tetratui.core.tuning.tuning_context import TuningContext

_LONGEST_EXAMPLE = 300
"""Characters shown of a command line that was left out."""
_MOST_THREATS = 200
"""Alert rules made of `--threat`: more are a query that is too broad."""
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """The options that both verbs take."""

    out: Path | None
    mode: str
    rules: Path | None
    decoders: tuple[Path, ...]
    stock: Path | None
    all_hosts: bool
    ignore: bool
    sidecar: Path | None
    tetragon: str
    reason: str
    owner: str
    expires: datetime | None
    threats: tuple[str, ...]
    threat_alert: str
    place: str | None
    as_json: bool

    @property
    def anywhere(self) -> bool:
        """Whether what was seen in containers only, or outside them only, may be hidden on the other side too.

        Raises UsageError when nobody says why.
        """
        if self.place is not None and not self.reason.strip():
            raise UsageError("--place anywhere hides where nobody looked", "say why with --reason")
        return self.place is not None

    @property
    def expiry(self) -> date | None:
        """The last day on which the drafts are wanted."""
        return self.expires.date() if self.expires else None


_OPTIONS = (
    click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write the files into."),
    click.option(
        "--mode",
        type=click.Choice(["standalone", "overlay"]),
        default="standalone",
        help="Wazuh: own base, or beside others.",
    ),
    click.option("--rules", type=click.Path(path_type=Path), help="The manager's rules: ids in use, detection guard."),
    manager_options,
    click.option("--all-hosts", is_flag=True, help="Silence in Wazuh on every host; needs --reason."),
    click.option("--ignore", is_flag=True, help="Also drop them at the Wazuh agent: no archive, no rule sees them."),
    click.option(
        "--sidecar", type=click.Path(path_type=Path, dir_okay=False), help="Reasons and owners: kept here too."
    ),
    click.option("--tetragon", default="", metavar="VERSION", help="Write for it; default: installed, else 1.7.0."),
    click.option("--reason", default="", help="Why the events may be hidden."),
    click.option("--owner", default="", help="Who answers for it."),
    click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which it is wanted."),
    click.option(
        "--threat",
        "threats",
        multiple=True,
        metavar="QUERY",
        help="Alert in Wazuh on events like these; never hide them.",
    ),
    click.option(
        "--threat-alert", default="", metavar="WORDS", help='Level, groups, ATT&CK ids: "12 tetratui_threat T1059.004".'
    ),
    click.option(
        "--place",
        type=click.Choice(["anywhere"]),
        help="Hide in containers and outside them alike; default: only where the events were. Needs --reason.",
    ),
    click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout."),
)


def export_options(function: Function) -> Function:
    """Give a verb the options of `Options`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


_REASONS = ("mention", "shell-code", "writable", "download", "attack-sample", "all")
"""As `core.tuning.learning.INCLUDE` has them, which needs numpy."""
include_option = click.option(
    "--include",
    multiple=True,
    type=click.Choice(_REASONS),
    help="Learn from events left out for this reason too; may be repeated (docs/drafts.md).",
)
"""Give a verb with a query the names of what it shall learn all the same."""


def tell_left_out(learned: Lesson) -> None:
    """Say which of the selected events teach nothing, why, and what would include them."""
    for group in learned.left_out:
        say(f"tetratui: {counted(group.events, 'event')} left out ({group.words}): {group.why}")
        for example in group.examples:
            say(f"  {example[:_LONGEST_EXAMPLE]}")
    if learned.left_out:
        say(f"tetratui: look at each of these; to learn from them all the same: {learned.remedy}")


def left_out_json(learned: Lesson) -> list[dict[str, Any]]:
    """List what was left out, for `--json`."""
    return [
        {
            "reasons": list(group.reasons.words),
            "events": group.events,
            "why": group.why,
            "commands": list(group.examples),
        }
        for group in learned.left_out
    ]


def left_out_refusals(learned: Lesson) -> list[Refusal]:
    """Count what was left out among the events that get no draft."""
    # The query and the table are loaded by then; `--help` does not need this.
    from tetratui.core.tuning.scopes.refusals import Refusal

    return [Refusal(f"left out ({group.words}): {group.why}", group.events) for group in learned.left_out]


def held(sources: Sequence[str]) -> EventTable:
    """Read the sources; what could not be read whole is said on stderr (and by `ended`)."""
    # The table needs numpy and the sources; `--help` does not.
    from tetratui.core.table import load

    table = load(sources)
    for warning in table.warnings:
        say(f"tetratui: {warning}")
    return table


def ended(table: EventTable, code: int = ExitCode.DONE) -> int:
    """Give the exit code: a source that broke off weighs more than what was found in the rest of it."""
    return ExitCode.UNREADABLE if table.faults else code


def tell_reasons(described: Sequence[ReportEntry]) -> None:
    """Say which drafts a person has to answer for before they are put in force."""
    missing = Counter(
        f"scope {entry.scope}: {entry.risk.needs_reason}"
        for entry in described
        if entry.risk.needs_reason and not entry.reason.strip()
    )
    for text, drafts in missing.items():
        say(f"tetratui: {drafts} draft{'s need' if drafts > 1 else ' needs'} a typed reason (--reason), {text}")


@dataclass(frozen=True, slots=True)
class Exported:
    """Files of drafts, what the filters drop, and where the files are."""

    output: FileSet
    impact: Impact
    paths: list[str]
    lost_detections: list[dict[str, Any]]

    @property
    def threats(self) -> list[dict[str, Any]]:
        """The alert rules of threats, for `--json`."""
        rules = self.output.rules
        found = [(rule, self.output.threats[place]) for rule, place in rules.threats.items()]
        return [
            {"rule": rule, "level": one.level, "groups": one.groups, "techniques": one.techniques, "words": one.words}
            for rule, one in found
        ]


def threat_marks(table: EventTable, options: ExportOptions) -> Marks:
    """Mark what the queries of `--threat` select.

    Raises:
        UsageError: a query that is none, or one that selects more kinds of events than anyone wants alerts of.
    """
    # The query needs numpy; `--help` does not.
    import numpy as np

    from tetratui.core.export.threats import threats_of
    from tetratui.core.query import parse
    from tetratui.core.tuning.marks import Marks, Verdict

    marks = Marks()
    for text in options.threats:
        rows = np.flatnonzero(parse(text).mask(table)) + table.first
        if not len(rows):
            say(f"tetratui: --threat {text}: selects no event")
        marks = marks.with_rows(Verdict.THREAT, table, rows.tolist())
    if len(threats_of(marks)) > _MOST_THREATS:
        raise UsageError(f"--threat selects more than {_MOST_THREATS} different commands", "narrow the query")
    return marks


def exported(
    drafts: Sequence[Draft], table: EventTable, options: ExportOptions, marks: Iterable[Mark] = ()
) -> Exported:
    """Make the files of these drafts, write them if a folder was given, and ask Tetragon's matcher what they drop."""
    # The pattern engines and the rules are needed now; `--help` does not need them.
    from tetratui.cli.check import chosen_version
    from tetratui.core.export.file_set import Choices, files
    from tetratui.core.export.sidecar import write
    from tetratui.core.export.threats import AlertForm, threats_of
    from tetratui.core.tetragon import FilterList
    from tetratui.core.tuning.impact import impact
    from tetratui.core.wazuh.engine.load.rule_ids import rule_files

    if options.all_hosts and not options.reason.strip():
        raise UsageError("--all-hosts silences events of hosts nobody looked at", "say why with --reason")
    version = chosen_version(options.tetragon or None)
    known = _sidecar(options.sidecar)
    choices = Choices(
        mode="overlay" if options.mode == "overlay" else "standalone",
        version=version,
        existing=_existing(options.out),
        rules=rule_files(options.rules) if options.rules else {},
        all_hosts=options.reason if options.all_hosts else "",
        ignore=options.ignore,
        sidecar=known,
        threats=threats_of(marks, AlertForm.read(options.threat_alert)),
    )
    output = files(drafts, choices, table)
    ours = FilterList.of(output.filters, version)
    paths = _write(output, options.out)
    if options.sidecar is not None:
        _write_sidecar(options.sidecar, output, write, known)
        paths.append(str(options.sidecar))
    return Exported(output, impact(ours, table), paths, _lost_detections(output, table, options))


def _sidecar(path: Path | None) -> Sidecar:
    # Only an export needs it.
    from tetratui.core.export.sidecar import read

    if path is None or not path.exists():
        return {}
    try:
        return read(path.read_bytes(), path.name)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}", "name another file with --sidecar") from error


def _existing(out: Path | None) -> bytes:
    path = out / "export-denylist" if out else None
    if path is None or not path.exists():
        return b""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}", "give another folder with --out") from error


def _write(output: FileSet, out: Path | None) -> list[str]:
    if out is None:
        return []
    return [str(written.path) for written in output.write(out)]


def _write_sidecar(path: Path, output: FileSet, write: Callable[[Sidecar], bytes], known: Sidecar) -> None:
    # Only an export needs it.
    from tetratui.core.export.atomic_write import write_all
    from tetratui.core.export.sidecar import sidecar_of

    reasons = [reason for part in output.parts if (reason := part.reason()) is not None]
    write_all({path: write({**known, **sidecar_of(reasons)})})


def _lost_detections(output: FileSet, table: EventTable, options: ExportOptions) -> list[dict[str, Any]]:
    if options.rules is None:
        return []
    # The guard loads the rules; only who names them pays for it.
    from tetratui.core.tuning.safety.lost_detections import lost_detections

    found = lost_detections(output.hiding, load_rules([options.rules], options.decoders, options.stock), table)
    for one in found:
        say(f"tetratui: rule {one.rule} (level {one.level}) would lose events: {one.how}")
    return [{"rule": one.rule, "level": one.level, "how": one.how} for one in found]


def entries(exported: Exported, context: TuningContext, asked: Mask) -> list[ReportEntry]:
    """Describe each filter that was written: what it drops, and what could hide under it.

    `asked` says per held event whether it was asked to be hidden; what else a filter hides is its collateral.
    """
    # The matcher is loaded by then; `--help` does not need this.
    from tetratui.core.tetragon.format.filter_writer import canonical
    from tetratui.core.tuning.impact import impact_of
    from tetratui.core.tuning.report import ReportEntry
    from tetratui.core.tuning.safety.risk import risk

    found = []
    for number, part in enumerate(exported.output.parts):
        if part.filter is None:
            continue
        draft, mask = part.draft, context.matcher.mask(part.exclusion)
        found.append(
            ReportEntry(
                filter=canonical(part.filter),
                scope=draft.scope,
                targets=tuple(exported.output.targets(number)),
                impact=impact_of(context.columns, mask),
                collateral=int((mask & ~asked).sum()),
                risk=risk([part.exclusion], draft.scope, context.shield.attack_samples),
                reason=draft.reason,
                owner=draft.owner,
                expiry=draft.expiry,
            )
        )
    return found


def entry_json(entry: ReportEntry) -> dict[str, Any]:
    """Describe one filter for a script, and for who has to approve it."""
    return {
        "filter": filter_of(entry),
        "scope": entry.scope,
        "targets": list(entry.targets),
        "events": entry.impact.dropped,
        "commands": entry.impact.commands,
        "collateral": entry.collateral,
        "risk": entry.risk.sentence,
        "needs_reason": entry.risk.needs_reason,
        "reason": entry.reason,
        "owner": entry.owner,
        "expires": entry.expiry.isoformat() if entry.expiry else None,
    }


def filter_of(entry: ReportEntry) -> dict[str, Any]:
    """Give an entry's filter as a JSON object."""
    value: dict[str, Any] = orjson.loads(entry.filter)
    return value


def suppression_rule(output: FileSet) -> dict[str, Any]:
    """Say how the Wazuh rules differ from the filters, for `--json`; rows are those of design §8."""
    proof = output.proof
    if proof is None:
        return {"exact": True, "missing": 0, "extra": 0}
    return {
        "exact": proof.exact,
        "missing": len(proof.missing),
        "extra": len(proof.extra),
        "missing_rows": [[one.source_row, one.reason] for one in proof.missing[:1000]],
    }


def tell_notes(output: FileSet) -> None:
    """Say on stderr what falls short."""
    for note in dict.fromkeys(output.notes):
        say(f"tetratui: {note}")
