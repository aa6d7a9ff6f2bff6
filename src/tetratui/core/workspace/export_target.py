"""What an export of a workspace is made for (version, rules, alerts), and where its reasons are kept."""

from __future__ import annotations

from pathlib import Path

from tetratui.core.export.atomic_write import Written, replace_private
from tetratui.core.export.file_set import Choices
from tetratui.core.export.instructions import SIDECAR
from tetratui.core.export.review import Review
from tetratui.core.export.sidecar import default_path, read_file
from tetratui.core.export.threats import AlertForm
from tetratui.core.wazuh.engine.load.rule_ids import all_rule_files
from tetratui.core.workspace.workspace import Workspace


def sidecar_path(workspace: Workspace) -> Path:
    """Return the file that keeps reason, owner and expiry: the operator's, else the one of this host."""
    return workspace.sidecar or default_path(workspace.node)


def export_choices(workspace: Workspace) -> Choices:
    """Return what the configuration chooses for an export.

    Raises:
        SourceError: rules or sidecar cannot be read.
    """
    config = workspace.config
    return Choices(
        mode=config.wazuh.mode,
        version=workspace.filter_version,
        existing=workspace.bench.denylist,
        rules=all_rule_files([config.wazuh.rules]) if config.wazuh.rules is not None else {},
        sidecar=read_file(sidecar_path(workspace)),
        alert=AlertForm.read(config.wazuh.threat_alert),
    )


def write_review(review: Review, names: tuple[str, ...], sidecar: Path) -> list[Written]:
    """Write the named files of a review into its folder; update this host's sidecar when the sidecar is among them.

    Raises:
        TargetError: a file cannot be written.
    """
    files = review.output.write(review.folder, None, names)
    if SIDECAR in names and sidecar != review.folder / SIDECAR:
        replace_private(sidecar, review.output.files[SIDECAR])
    return files
