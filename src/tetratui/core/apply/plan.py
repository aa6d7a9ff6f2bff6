"""What a change would do, shown before anything is done: the same for the command line and the screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tetratui.core.apply.change import AddedFilter, AppliedChange, Operator, StepRecord, Workload
from tetratui.core.apply.change_journal import ChangeJournal
from tetratui.core.apply.change_part import ChangePart
from tetratui.core.apply.clock import Clock
from tetratui.core.apply.file_swap import FileSwap
from tetratui.core.apply.machine import digest
from tetratui.core.apply.measure import measure_before
from tetratui.core.apply.preflight import Hindrance, Preflight, examine_sensor, find_drift
from tetratui.core.apply.sensor import Sensor
from tetratui.core.apply.sensor_part import SensorPart
from tetratui.core.errors import RefusedError, SourceError, TargetError, TetratuiError
from tetratui.core.export.difference import difference
from tetratui.core.export.sidecar import Sidecar, key_of
from tetratui.core.tetragon import Filter, FilterList, canonical_text


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file that a change replaces."""

    path: Path
    before: str
    """The digest of what stands there; empty for no file."""
    after: str
    diff: str
    """As a unified diff; it may hold what events said."""


@dataclass(slots=True)
class ApplyPlan:
    """Everything that a change would do, and what stands in its way."""

    id: str
    host: str
    source: Path
    parts: list[ChangePart] = field(default_factory=list)
    files: list[PlannedFile] = field(default_factory=list)
    hindrances: list[Hindrance] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    added: list[AddedFilter] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    before: Workload | None = None
    version: str = ""
    reasons: Sidecar = field(default_factory=dict)
    """Why each filter of the folder is there: kept in the host's sidecar once the change is confirmed."""
    in_force_already: list[str] = field(default_factory=list)
    """What needs no change, one sentence each."""

    @property
    def digest(self) -> str:
        """Return the same text for the same change of the same target, and another one for any other."""
        content = [self.host, self.version, [[str(file.path), file.before, file.after] for file in self.files]]
        return digest(orjson.dumps(content))[:16]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be changed."""
        return not self.parts

    def steps(self) -> list[tuple[str, Any]]:
        """Return every step with the part it belongs to, in order."""
        return [(part.kind, step) for part in self.parts for step in part.steps()]

    def check(self) -> None:
        """Raise for what stands in the way.

        Raises:
            RefusedError: the files are refused.
            TargetError: the target cannot be changed as it is.
        """
        if not self.hindrances:
            return
        kind = RefusedError if any(hindrance.refused for hindrance in self.hindrances) else TargetError
        remedies = dict.fromkeys(hindrance.remedy for hindrance in self.hindrances if hindrance.remedy)
        raise kind("; ".join(hindrance.message for hindrance in self.hindrances), "; ".join(remedies))

    def make_change(self, clock: Clock, operator: Operator, reason: str, reverts: str = "") -> AppliedChange:
        """Return the record of this change for the journal; nothing is written yet."""
        records = [StepRecord(step.name, part, step.title) for part, step in self.steps()]
        return AppliedChange(
            id=self.id,
            when=clock.now(),
            who=operator.name,
            origin=operator.origin,
            host=self.host,
            source=str(self.source),
            reason=reason,
            plan=self.digest,
            parts=[part.facts() for part in self.parts],
            steps=records,
            added=self.added,
            removed=self.removed,
            before=self.before,
            reverts=reverts,
        )


def plan_sensor(
    plan: ApplyPlan,
    sensor: Sensor,
    data: bytes | None,
    journal: ChangeJournal,
    clock: Clock,
    report: Callable[[str], None],
    reasons: Sidecar | None = None,
) -> None:
    """Add to a plan what putting a list on a sensor would do; `data` None takes its file away."""
    path = sensor.list_path
    new = sensor.denylist_without_file() if data is None else sensor.read_list(data)
    former = _read(plan, sensor, path)
    plan.version = str(sensor.version)
    found = examine_sensor(sensor, new, clock, report)
    plan.hindrances += found.hindrances
    plan.notes += found.notes
    if former == data and not _differs_from_what_runs(sensor, found):
        plan.in_force_already.append(f"{path} holds this list already, and the agent runs with it")
        return
    before, after = (digest(content) if content is not None else "" for content in (former, data))
    plan.files.append(PlannedFile(path, before, after, difference(path, data or b"")))
    _note_entries(plan, sensor, new, reasons or {})
    backups = journal.backups(plan.id)
    # Behind a mount or a link: the journal holds where the file really is.
    file = FileSwap(sensor.machine, path.resolve(), before, after, backups, data)
    plan.parts.append(SensorPart(file, sensor.control, clock, sensor.version))


def _read(plan: ApplyPlan, sensor: Sensor, path: Path) -> bytes | None:
    try:
        return sensor.machine.read(path)
    except TetratuiError as error:
        plan.hindrances.append(Hindrance("unreadable", error.message, error.remedy))
        return None


def _differs_from_what_runs(sensor: Sensor, found: Preflight) -> bool:
    return bool(find_drift(sensor, found.starts))


def _note_entries(plan: ApplyPlan, sensor: Sensor, new: FilterList, reasons: Sidecar) -> None:
    before = dict.fromkeys(map(canonical_text, sensor.denylist_now().filters))
    after = {canonical_text(filter_): filter_ for filter_ in new.filters}
    plan.removed = [text for text in before if text not in after]
    added = [filter_ for text, filter_ in after.items() if text not in before]
    plan.before, plan.added = _predict(plan, sensor, added, new)
    for entry in plan.added:
        reason = reasons.get(key_of(entry.filter))
        if reason is not None:
            entry.reason, entry.owner, entry.scope = reason.reason, reason.owner, reason.scope
    if plan.removed:
        plan.notes.append(f"{len(plan.removed)} filters that are on the disk now will not hide anything any more")


def _predict(
    plan: ApplyPlan, sensor: Sensor, added: Sequence[Filter], new: FilterList
) -> tuple[Workload | None, list[AddedFilter]]:
    """Return what new filters would have hidden of what the export file holds now."""
    if sensor.export_file is not None and new.accepted:
        try:
            return measure_before(sensor.export_file, added, new)
        except SourceError as error:
            plan.notes.append(f"what it would hide was not measured: {error.message}")
    return None, [AddedFilter(canonical_text(filter_)) for filter_ in added]


def read_folder(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Return the files of an export that are there, by name.

    Raises:
        SourceError: the folder holds none of them, or one cannot be read.
    """
    found: dict[str, bytes] = {}
    for name in names:
        try:
            found[name] = (folder / name).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise SourceError(f"{folder / name} cannot be read: {error.strerror or error}", "") from error
    if not found:
        raise SourceError(f"{folder} holds no files of an export", f"it should hold one of {', '.join(names)}")
    return found
