"""Work out what takes a confirmed change back: the former bytes, or, where others came after it, its entries alone."""

from __future__ import annotations

from pathlib import Path

from tetratui.core.apply.change import AppliedChange
from tetratui.core.apply.machine import digest
from tetratui.core.apply.sensor_part import KIND
from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.tetragon import LATEST, canonical_text, read
from tetratui.core.tetragon.format.filter_writer import append_filters, edit_entries
from tetratui.core.tetragon.format.versions import ALL_FEATURES


def revert_list(change: AppliedChange, current: bytes | None, kind: str = KIND) -> bytes | None:
    """Return the list that stands without a change; None for no file. `kind` is that of the part which holds it.

    Raises:
        RefusedError: nothing of the change is left in the list.
        SourceError: the backup is gone.
    """
    facts = next((facts for facts in change.parts if facts.get("kind") == kind), None)
    if facts is None:
        raise RefusedError(f"change {change.id} did not touch the sensor's list", "")
    former = (
        _read_backup(Path(facts["backups"]) / f"{Path(facts.get('path') or facts['name']).name}.before")
        if facts["before"]
        else None
    )
    if (digest(current) if current is not None else "") == facts["after"]:
        return former
    added = {entry.filter for entry in change.added}
    return _take_out(current or b"", added, set(change.removed), change.id)


def _take_out(current: bytes, added: set[str], removed: set[str], change_id: str) -> bytes:
    filters = read(current, LATEST, ALL_FEATURES).filters
    numbers = [number for number, filter_ in enumerate(filters) if canonical_text(filter_) in added]
    lost = read("\n".join(sorted(removed)), LATEST, ALL_FEATURES).filters
    result = append_filters(edit_entries(current, numbers), lost)
    if result == current:
        raise RefusedError(f"nothing of change {change_id} is left in the list", "tetratui status lists the changes")
    return result


def _read_backup(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read: {error.strerror or error}", "the former list is not known"
        ) from error
