"""What the Review screen chooses for an export, and the writing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from tetratui.core.export.atomic_write import Written, replace_private
from tetratui.core.export.file_set import Choices
from tetratui.core.export.instructions import SIDECAR
from tetratui.core.export.review import Review
from tetratui.core.export.sidecar import default_path, read_file
from tetratui.core.export.threats import AlertForm
from tetratui.core.tuning.draft import Draft
from tetratui.core.wazuh.rule_ids import read_all_rule_files
from tetratui.core.workspace.workspace import Workspace
from tetratui.ui.screens.draft.safety_checks import version_of


def with_answer(draft: Draft, asked: str, text: str) -> Draft:
    """Change what was asked for; raises ValueError for a date that is none."""
    if asked == "until":
        return replace(draft, expiry=date.fromisoformat(text) if text else None)
    return replace(draft, reason=text) if asked == "reason" else replace(draft, owner=text)


def written(found: Review, names: tuple[str, ...], sidecar: Path) -> list[Written]:
    """Write the files, and the reasons beside those that are kept for this host. Raises TetratuiError."""
    done = found.output.write(found.folder, None, names)
    if SIDECAR in names and sidecar != found.folder / SIDECAR:
        replace_private(sidecar, found.output.files[SIDECAR])
    return done


def sidecar_path(workspace: Workspace) -> Path:
    """Name the file that keeps reason, owner and expiry: the operator's, else the one of this host."""
    return workspace.sidecar or default_path(workspace.node)


def choices_of(workspace: Workspace) -> Choices:
    """Say what the configuration chooses for an export; raises SourceError when rules or sidecar cannot be read."""
    config = workspace.config
    return Choices(
        mode=config.wazuh.mode,
        version=version_of(workspace),
        existing=workspace.bench.denylist,
        rules=read_all_rule_files([config.wazuh.rules]) if config.wazuh.rules is not None else {},
        sidecar=read_file(sidecar_path(workspace)),
        alert=AlertForm.read(config.wazuh.threat_alert),
    )
