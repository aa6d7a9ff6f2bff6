"""What is tried with a draft before it is accepted: attacks that would hide under it, rules that would lose events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tetratui.core.errors import TetratuiError
from tetratui.core.exclusion import Exclusion
from tetratui.core.tetragon.format.versions import Version
from tetratui.core.tuning.safety.risk import risk
from tetratui.core.workspace.target import configured_target
from tetratui.core.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found."""

    risk: str
    """What an attacker could hide, in a sentence."""
    attack_samples: str
    """Which recorded attack commands would be hidden under the draft's own parents and folders; empty if none."""
    needs_reason: str | None
    """What a person must answer for in writing, or None."""
    lost_detections: str
    """Alerting rules of the operator's that would lose events; empty when no rules are configured."""


def trial(exclusions: Sequence[Exclusion], scope: str, workspace: Workspace) -> Trial:
    """Try mutations, attack samples in context and the operator's rules; takes up to some seconds."""
    found = risk(exclusions, scope)
    hidden = [f"{attack_sample.technique} {attack_sample.name}" for attack_sample in found.context.hidden]
    names = ", ".join(hidden[:4]) + (f" and {len(hidden) - 4} more" if len(hidden) > 4 else "")
    told = f"would be hidden there: {names}" if hidden else ""
    return Trial(found.sentence, told, found.needs_reason, _lost_detections(exclusions, workspace))


def _lost_detections(exclusions: Sequence[Exclusion], workspace: Workspace) -> str:
    if workspace.config.wazuh.rules is None:
        return ""
    # Imported here: the rule engine is of use only to who has named rules.
    from tetratui.core.tetragon.format.filter_writer import build_filter

    try:
        target = configured_target(workspace)
        filters = target.filter_list([build_filter(one, target.version) for one in exclusions])
        found = target.lost_detections(filters, workspace.still())
    except TetratuiError as error:
        return f"rules could not be asked: {error}"
    rules = ", ".join(f"{one.rule} (level {one.level}, {one.how})" for one in found[:5])
    lost = f"{len(found)} alerting rules would lose events: {rules}"
    return lost if found else "no alerting rule found that loses events"


def filter_lines(exclusions: Sequence[Exclusion], version: Version) -> list[str]:
    """Write exclusions as Tetragon filters, one a line; what this version cannot say is told in its place."""
    # Imported here: google-re2 and CEL are not needed before the first draft.
    from tetratui.core.tetragon.format.filter_writer import build_filter, canonical_text

    lines = []
    for exclusion in exclusions:
        try:
            lines.append(canonical_text(build_filter(exclusion, version)))
        except TetratuiError as error:
            lines.append(f"no filter: {error}")
    return lines
