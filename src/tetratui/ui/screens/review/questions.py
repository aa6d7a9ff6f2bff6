"""What an operator can change in the Review screen, one question at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from tetratui.core.errors import UsageError
from tetratui.core.export.threats import AlertForm
from tetratui.core.tuning.draft import Draft
from tetratui.core.tuning.reason import fault_of_reason
from tetratui.core.workspace.export_plan import ExportRequest
from tetratui.core.workspace.workspace import Workspace


@dataclass(slots=True)
class ReviewSettings:
    """What the operator chose for the next writing of files, beyond the configuration."""

    workspace: Workspace
    all_hosts: str = ""
    """Why the Wazuh rules apply to every host; empty binds them to the hosts of the marked events."""
    alert: AlertForm | None = None
    """How threat marks alert; None as configured."""

    def set_folder(self, text: str) -> None:
        """Choose the folder to write into; an empty text changes nothing."""
        if text:
            self.workspace.out = Path(text).expanduser().absolute()

    def set_all_hosts(self, text: str) -> None:
        """Set the reason for rules on every host."""
        self.all_hosts = text

    def set_alert(self, text: str) -> None:
        """Set how threat marks alert; an empty text goes back to the configuration. Raises UsageError."""
        self.alert = AlertForm.read(text) if text else None

    def request(self) -> ExportRequest:
        """Return what is asked of the export: these settings, and the configuration for the rest."""
        work = self.workspace
        return ExportRequest(
            folder=work.out,
            denylist=work.bench.denylist,
            mode=work.config.wazuh.mode,
            all_hosts=self.all_hosts,
            alert=self.alert or AlertForm.read(work.config.wazuh.threat_alert),
        )

    @property
    def alert_text(self) -> str:
        """How threat marks alert, as it is typed."""
        return str(self.alert or self.workspace.config.wazuh.threat_alert)


@dataclass(frozen=True, slots=True)
class SettingQuestion:
    """A question about the whole export."""

    hint: str
    value: Callable[[ReviewSettings], str]
    change: Callable[[ReviewSettings, str], None]
    """Raises TetratuiError for an answer that cannot be used."""


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """A question about one draft."""

    hint: str
    value: Callable[[Draft], str]
    change: Callable[[Draft, str], Draft]
    """Return the changed draft; raises TetratuiError for an answer that cannot be used."""


def _with_reason(draft: Draft, text: str) -> Draft:
    fault = fault_of_reason(text) if text else None
    if fault is not None:
        raise UsageError(fault)
    return replace(draft, reason=text)


def _with_expiry(draft: Draft, text: str) -> Draft:
    try:
        return replace(draft, expiry=date.fromisoformat(text) if text else None)
    except ValueError as error:
        raise UsageError(f"not a date: {text}", "write it as YYYY-MM-DD, for example 2027-01-31") from error


SETTING_QUESTIONS = {
    "folder": SettingQuestion(
        "folder to write into", lambda settings: str(settings.workspace.out), ReviewSettings.set_folder
    ),
    "hosts": SettingQuestion(
        "reason to suppress on every host (empty: only on the hosts of the marked events)",
        lambda settings: settings.all_hosts,
        ReviewSettings.set_all_hosts,
    ),
    "alert": SettingQuestion(
        "level, groups and ATT&CK ids of alerts for threat marks, for example: 12 tetratui_threat T1059.004",
        lambda settings: settings.alert_text,
        ReviewSettings.set_alert,
    ),
}
DRAFT_QUESTIONS = {
    "reason": DraftQuestion("why it is safe to hide this", lambda draft: draft.reason, _with_reason),
    "owner": DraftQuestion("owner", lambda draft: draft.owner, lambda draft, text: replace(draft, owner=text)),
    "expiry": DraftQuestion(
        "expires (YYYY-MM-DD, empty = never)",
        lambda draft: draft.expiry.isoformat() if draft.expiry else "",
        _with_expiry,
    ),
}
