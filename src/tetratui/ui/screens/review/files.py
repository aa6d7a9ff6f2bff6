"""What the Review screen chooses for an export, and the writing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tetratui.core.export.threats import AlertForm
from tetratui.core.tuning.draft import Draft
from tetratui.core.workspace.export_plan import ExportRequest
from tetratui.core.workspace.workspace import Workspace


def with_answer(draft: Draft, asked: str, text: str) -> Draft:
    """Change what was asked for; raises ValueError for a date that is none."""
    if asked == "until":
        return replace(draft, expiry=date.fromisoformat(text) if text else None)
    return replace(draft, reason=text) if asked == "reason" else replace(draft, owner=text)


def request_of(workspace: Workspace, all_hosts: str, alert: AlertForm | None) -> ExportRequest:
    """Return what the screen chooses for an export; `alert` goes before the configuration's."""
    config = workspace.config
    return ExportRequest(
        folder=workspace.out,
        denylist=workspace.bench.denylist,
        mode=config.wazuh.mode,
        all_hosts=all_hosts,
        alert=alert or AlertForm.read(config.wazuh.threat_alert),
    )
