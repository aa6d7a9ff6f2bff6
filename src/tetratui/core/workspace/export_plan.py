"""What a set of drafts becomes, for one target: the same plan for the verbs and for the Review screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tetratui.core.amounts import format_count
from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.export.atomic_write import Written, replace_private
from tetratui.core.export.cluster_instructions import MANIFESTS
from tetratui.core.export.file_set import Choices, FileSet, files
from tetratui.core.export.instructions import DENYLIST, SIDECAR
from tetratui.core.export.sidecar import Sidecar, read_file
from tetratui.core.export.threats import AlertForm, threats_of
from tetratui.core.folders import DEFAULT_EXPORT_FILE
from tetratui.core.noise.columns import Columns
from tetratui.core.table import EventTable
from tetratui.core.tetragon.agent.installed_list import canonical_entries
from tetratui.core.tetragon.manifest.chart import CLUSTER_EXPORT_FILE, ManifestForm
from tetratui.core.tetragon.manifest.list_file import ListFile
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.impact import Impact, impact_of
from tetratui.core.tuning.marks import Mark
from tetratui.core.tuning.safety.lost_detections import LostDetection
from tetratui.core.wazuh.write.suppression import Mode
from tetratui.core.workspace.target import Target


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What the operator chose for one export, besides the drafts and the target."""

    folder: Path | None = None
    """Where the files go; the denylist that stands there is kept. None: nowhere."""
    denylist: bytes | None = None
    """An imported list that is kept instead: the bytes of its file, which may be Helm values or a ConfigMap."""
    form: ManifestForm | None = None
    """In which form the list is written for Kubernetes besides; None: in that of the imported file, if it has one."""
    mode: Mode = "standalone"
    all_hosts: str = ""
    """The reason for suppressing in Wazuh on every host, or empty."""
    ignore: bool = False
    """Whether the Wazuh agent shall drop the events itself."""
    alert: AlertForm = field(default_factory=AlertForm)
    """How threat marks alert."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """Everything that follows from the drafts, before anything is written."""

    files: FileSet
    choices: Choices
    impact: Impact
    """What the filters that would be written drop from the events held."""
    lost_detections: tuple[LostDetection, ...]


def plan_export(
    drafts: Sequence[Draft], table: EventTable, target: Target, request: ExportRequest, marks: Iterable[Mark] = ()
) -> ExportPlan:
    """Return what these drafts become: files, impact and lost detections, judged over the events held.

    Raises:
        RefusedError: the list that is kept is one that Tetragon refuses, or no rule ids are free.
        SourceError: rules, sidecar or the list that is kept cannot be read.
    """
    existing = _existing_list(request)
    choices = Choices(
        mode=request.mode,
        version=target.version,
        features=target.features,
        existing=existing.denylist,
        form=existing.form,
        manifest=existing.manifest,
        export_file=CLUSTER_EXPORT_FILE if existing.form is not None else DEFAULT_EXPORT_FILE,
        rules=target.rule_files,
        all_hosts=request.all_hosts,
        ignore=request.ignore,
        # Owners and reasons of the list that is kept stand beside it.
        sidecar=_reasons_in(request.folder) | target.reasons,
        threats=threats_of(marks, request.alert),
    )
    made = files(drafts, choices, table)
    dropped = impact_of(Columns.of(table), made.dropped(table))
    lost = target.lost_detections(made.hiding, table) if made.items else []
    return ExportPlan(made, choices, dropped, tuple(lost))


def write_plan(
    plan: ExportPlan, folder: Path | None, sidecar: Path | None, names: Sequence[str] | None = None
) -> list[Written]:
    """Write all files, or those named, into a folder, all or none, and the reasons into the sidecar that is kept.

    Raises:
        TargetError: one could not be written.
    """
    written = plan.files.write(folder, None, names) if folder is not None else []
    own = folder is not None and sidecar == folder / SIDECAR
    if sidecar is not None and not own and SIDECAR in (names or plan.files.names):
        replace_private(sidecar, plan.files.files[SIDECAR])
        written.append(Written(sidecar, changed=True))
    return written


@dataclass(frozen=True, slots=True)
class _ExistingList:
    """The list that new filters are appended to, and the file around it."""

    denylist: bytes
    form: ManifestForm | None
    manifest: bytes = b""


def _existing_list(request: ExportRequest) -> _ExistingList:
    """Return the list that is kept: the imported one, else that of the folder. Raises SourceError, RefusedError."""
    if request.denylist is not None:
        file = ListFile(request.denylist, "the imported file")
        return _list_in(file, request.form or _manifest_form(file))
    name = MANIFESTS[request.form] if request.form is not None else DENYLIST
    data = _read_in(request.folder, name)
    if request.form is not None and not data.strip():
        # The first file for Kubernetes takes over the list that stands beside it.
        return _ExistingList(_read_in(request.folder, DENYLIST), request.form)
    existing = _list_in(ListFile(data, name), request.form)
    if request.form is not None:
        _check_beside(existing.denylist, _read_in(request.folder, DENYLIST), name)
    return existing


def _check_beside(denylist: bytes, beside: bytes, name: str) -> None:
    """Raise RefusedError if the list beside a manifest has entries that would be lost: it is written anew."""
    missing = set(canonical_entries(beside)) - set(canonical_entries(denylist))
    if missing:
        text = f"{DENYLIST} in the folder has {format_count(len(missing), 'filter')} that {name} has not"
        raise RefusedError(text, f"add them to {name}, or delete {DENYLIST}: it is written anew")


def _reasons_in(folder: Path | None) -> Sidecar:
    return read_file(folder / SIDECAR) if folder is not None else {}


def _list_in(file: ListFile, form: ManifestForm | None) -> _ExistingList:
    if not file.is_manifest:
        return _ExistingList(file.data, form)
    # Without a list in it, or a place for one, the file keeps all that it has.
    denylist = file.list_bytes("denylist") if file.holders else b""
    is_kept = form is not None and (not file.holders or file.form == form)
    return _ExistingList(denylist, form, file.data if is_kept else b"")


def _manifest_form(file: ListFile) -> ManifestForm | None:
    form = file.form
    return form if form == "helm" or form == "configmap" else None


def _read_in(folder: Path | None, name: str) -> bytes:
    if folder is None:
        return b""
    path = folder / name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", "name another folder") from error
