"""What the Helm chart of Tetragon sets where its user sets nothing, and the files that are written for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tetratui.core.tetragon.manifest.list_edit import put_list
from tetratui.core.tetragon.manifest.list_file import ListFile
from tetratui.core.tetragon.manifest.list_location import ListRole

CHART_DEFAULTS: dict[ListRole, str] = {
    "denylist": '{"health_check":true}\n{"namespace":["", "cilium", "kube-system"]}',
    "allowlist": (
        '{"event_set":["PROCESS_EXEC", "PROCESS_EXIT", "PROCESS_KPROBE", "PROCESS_UPROBE", "PROCESS_TRACEPOINT",'
        ' "PROCESS_LSM"]}'
    ),
}
"""The chart's `tetragon.exportDenyList` and `tetragon.exportAllowList` (values.yaml of 1.7.0)."""
CLUSTER_EXPORT_FILE = "/var/run/cilium/tetragon/tetragon.log"
"""The export file that the chart sets (main: below /var/log/tetragon)."""
ManifestForm = Literal["helm", "configmap"]
"""The forms in which a list is written besides that of the agent's own file."""

_VALUES = "# Values of Tetragon's Helm chart. A value replaces the chart's default, it is not added to it.\n"
_CONFIG_MAP = """\
# The ConfigMap of Tetragon's Helm chart with the one option that changes. It is meant for kubectl patch.
apiVersion: v1
kind: ConfigMap
metadata:
  name: tetragon-config
  namespace: kube-system
data:
  export-denylist: ""
"""


def write_manifest(form: ManifestForm, existing: bytes, name: str, denylist: bytes, comments: Sequence[str]) -> bytes:
    """Return Helm values or a ConfigMap with a denylist in it, and comments above it.

    Args:
        form: which of the two.
        existing: the file that is there already; all else in it stays. Empty for a new file.
        name: its name, for errors.
        denylist: the list.
        comments: one line each.

    Raises:
        RefusedError: the file that is there is broken, or the list cannot be put into it.
    """
    template = _VALUES if form == "helm" else _CONFIG_MAP
    file = ListFile(existing if existing.strip() else template.encode("utf-8"), name)
    return put_list(file, "denylist", denylist, comments)
