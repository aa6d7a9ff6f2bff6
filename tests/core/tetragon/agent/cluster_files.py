"""The files of an agent in a pod, as the Helm chart lays them out, below a root folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tetratui.core.tetragon.manifest.chart import CHART_DEFAULTS

CONFIG = "etc/tetragon/tetragon.conf.d"
EXPORT = "/var/run/cilium/tetragon/tetragon.log"
OPTIONS = {
    "export-filename": EXPORT,
    "export-denylist": CHART_DEFAULTS["denylist"],
    "export-allowlist": CHART_DEFAULTS["allowlist"],
    "enable-k8s-api": "true",
    "field-filters": "",
}
MOUNTS = f"""overlay / overlay rw 0 0
tmpfs /var tmpfs rw 0 0
/dev/sda1 /var/run ext4 rw 0 0
tmpfs {EXPORT.rpartition("/")[0]} tmpfs rw,nosuid 0 0
"""


def write_pod(
    root: Path,
    options: dict[str, str] | None = None,
    flags: Sequence[str] = (),
    node: str = "node-a",
    mounts: str = MOUNTS,
) -> Path:
    """Write the files of one agent; `options` are added to those that the chart sets."""
    config = root / CONFIG
    # As kubelet does: a folder of the moment, and a link to it.
    (config / "..2026_11_28").mkdir(parents=True)
    (config / "..data").symlink_to("..2026_11_28")
    for option, value in (OPTIONS | (options or {})).items():
        (config / option).write_text(value)
    process = root / "proc" / "1"
    process.mkdir(parents=True)
    words = ["/usr/bin/tetragon", f"--config-dir=/{CONFIG}/", *flags]
    process.joinpath("cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))
    environment = [f"NODE_NAME={node}", "KUBERNETES_SERVICE_HOST=10.0.0.1", "TETRAGON_SERVICE_PORT=2112"]
    process.joinpath("environ").write_bytes(b"".join(word.encode() + b"\0" for word in environment))
    (root / "proc" / "mounts").write_text(mounts)
    return root
