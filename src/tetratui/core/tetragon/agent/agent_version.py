"""Which Tetragon is installed: asked of the package databases and of the programs, under a root folder."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tetratui.core.tetragon.format.versions import Version

DPKG = "var/lib/dpkg/status"
RPM = "/usr/bin/rpm"
PROGRAMS = ("usr/local/bin/tetragon", "usr/bin/tetragon", "usr/sbin/tetragon", "usr/local/bin/tetra", "usr/bin/tetra")
_WAIT = 3.0
"""Seconds that a program may take to name its version."""
_NAMED = re.compile(r"(?:CLI version|tetragon version|version)?[:\s]*v?(\d+\.\d+\.\d+)", re.IGNORECASE)


def installed_version(root: Path = Path("/")) -> Version | None:
    """Give the installed version, None if nothing says one.

    Package databases first: they are read, nothing is run. Programs are run (`--version`, `version --client`) only
    under the real root, because a program of another root is not ours to run.
    """
    packaged = _of_dpkg(root / DPKG) or _of_notes(root)
    if packaged is not None or root != Path("/"):
        return packaged
    return _of_rpm() or _of_programs(root)


def _of_dpkg(status: Path) -> Version | None:
    try:
        text = status.read_text("utf-8", "replace")
    except OSError:
        return None
    for block in text.split("\n\n"):
        if re.search(r"^Package: tetragon$", block, re.MULTILINE) and "install ok installed" in block:
            found = re.search(r"^Version: (?:\d+:)?v?(\d+\.\d+\.\d+)", block, re.MULTILINE)
            return Version.parse(found[1]) if found else None
    return None


def _of_notes(root: Path) -> Version | None:
    """Read a version left beside the tarball's files, if there is one."""
    for name in ("usr/local/lib/tetragon/VERSION", "usr/lib/tetragon/VERSION"):
        try:
            found = _NAMED.search((root / name).read_text("utf-8", "replace"))
        except OSError:
            continue
        if found:
            return Version.parse(found[1])
    return None


def _of_rpm() -> Version | None:
    if not Path(RPM).exists():
        return None
    found = re.fullmatch(r"v?(\d+\.\d+\.\d+).*", _said([RPM, "-q", "--qf", "%{VERSION}", "tetragon"]).strip())
    return Version.parse(found[1]) if found else None


def _of_programs(root: Path) -> Version | None:
    places = [str(root / name) for name in PROGRAMS]
    named = [path for name in ("tetragon", "tetra") if (path := shutil.which(name))]
    for place in dict.fromkeys([*named, *places]):
        if not Path(place).is_file():
            continue
        arguments = ["version", "--client"] if Path(place).name == "tetra" else ["--version"]
        found = _NAMED.search(_said([place, *arguments]))
        if found:
            return Version.parse(found[1])
    return None


def _said(command: list[str]) -> str:
    try:
        # The command is a fixed path with fixed arguments; nothing of an operator's or an event's text is in it.
        answer = subprocess.run(command, capture_output=True, text=True, timeout=_WAIT, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout
