"""The options that `draft` and `suggest` share, and what they mean: target, export request, threat marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from tetratui.cli.output import say
from tetratui.cli.query_hints import tell_hints
from tetratui.cli.rule_options import manager_options
from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from tetratui.core.table import EventTable
    from tetratui.core.tetragon.manifest.chart import ManifestForm
    from tetratui.core.tuning.draft import Draft
    from tetratui.core.tuning.marks import Mark, Marks
    from tetratui.core.workspace.export_plan import ExportPlan, ExportRequest
    from tetratui.core.workspace.target import Target

_MOST_THREATS = 200
"""Alert rules made of `--threat`: more are a query that is too broad."""
PLACES = ("anywhere", "namespace", "workload", "container")
"""As `core.tuning.scopes.places.PLACES` has them, which needs numpy."""
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """The options that both verbs take."""

    out: Path | None
    form: str
    mode: str
    rules: Path | None
    decoders: tuple[Path, ...]
    stock: Path | None
    all_hosts: bool
    ignore: bool
    sidecar: Path | None
    tetragon: str
    enable: str | None
    reason: str
    owner: str
    expires: datetime | None
    threats: tuple[str, ...]
    threat_alert: str
    place: str
    as_json: bool

    @property
    def drafted_place(self) -> str:
        """How narrowly drafts are bound to where their events ran.

        Raises UsageError when they shall hide anywhere and nobody says why.
        """
        if self.place == "anywhere" and not self.reason.strip():
            raise UsageError("--place anywhere hides where nobody looked", "say why with --reason")
        return self.place

    @property
    def expiry(self) -> date | None:
        """The last day on which the drafts are wanted."""
        return self.expires.date() if self.expires else None


_OPTIONS = (
    click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write the files into."),
    click.option(
        "--format",
        "form",
        type=click.Choice(["files", "helm", "configmap"]),
        default="files",
        help="Write the list as Helm values or a ConfigMap too; one in the folder keeps all else in it.",
    ),
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
    click.option(
        "--enable",
        metavar="FEATURES",
        help="process-cred,pid-set-filter,ancestors that are on; default: those installed.",
    ),
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
        type=click.Choice(PLACES),
        default="workload",
        show_default=True,
        help="Hide pods' events in their namespace, workload or container only; anywhere needs --reason.",
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
            tell_hints("--threat", text, table)
        marks = marks.with_rows(Verdict.THREAT, table, rows.tolist())
    if len(threats_of(marks)) > _MOST_THREATS:
        raise UsageError(f"--threat selects more than {_MOST_THREATS} different commands", "narrow the query")
    return marks


def target_of(options: ExportOptions) -> Target:
    """Return the sensor and manager that the options name. Raises UsageError, SourceError."""
    # Looking for an installed sensor needs its room of the core; `--help` does not.
    from tetratui.core.workspace.target import resolve_target

    rules = () if options.rules is None else (options.rules,)
    target = resolve_target(
        options.tetragon or None,
        options.enable,
        rules=rules,
        decoders=options.decoders,
        stock=options.stock,
        sidecar=options.sidecar,
    )
    if target.caution:
        say(f"tetratui: {target.caution}")
    return target


_FORMS: dict[str, ManifestForm] = {"helm": "helm", "configmap": "configmap"}


def request_of(options: ExportOptions) -> ExportRequest:
    """Return what the options choose for the export. Raises UsageError."""
    # The rules' writer is needed now; `--help` does not need it.
    from tetratui.core.export.threats import AlertForm
    from tetratui.core.workspace.export_plan import ExportRequest

    if options.all_hosts and not options.reason.strip():
        raise UsageError("--all-hosts silences events of hosts nobody looked at", "say why with --reason")
    return ExportRequest(
        folder=options.out,
        form=_FORMS.get(options.form),
        mode="overlay" if options.mode == "overlay" else "standalone",
        all_hosts=options.reason if options.all_hosts else "",
        ignore=options.ignore,
        alert=AlertForm.read(options.threat_alert),
    )


def export_drafts(
    drafts: Sequence[Draft], table: EventTable, options: ExportOptions, marks: Iterable[Mark] = ()
) -> tuple[ExportPlan, list[str]]:
    """Plan the export of these drafts and write its files where a folder was named; return the plan and their paths."""
    # The pattern engines and the rules are needed now; `--help` does not need them.
    from tetratui.core.workspace.export_plan import plan_export, write_plan

    target = target_of(options)
    plan = plan_export(drafts, table, target, request_of(options), marks)
    written = write_plan(plan, options.out, target.sidecar)
    return plan, [str(one.path) for one in written]
