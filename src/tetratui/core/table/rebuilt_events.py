"""Why no exclusion is made from an event that was rebuilt from fields of a SIEM."""

from __future__ import annotations

LOSSY = "the event was rebuilt from fields of a SIEM that do not hold all of it"
LOSSY_REMEDY = "draft from the export file, or from Wazuh's archives.json"
