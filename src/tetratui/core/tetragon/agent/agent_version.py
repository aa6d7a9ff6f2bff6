"""Find out which version of Tetragon is installed under a root folder."""

from __future__ import annotations

import mmap
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from tetratui.core.tetragon.format.versions import Version

DPKG = "var/lib/dpkg/status"
RPM = "/usr/bin/rpm"
AGENTS = ("usr/local/bin/tetragon", "usr/bin/tetragon", "usr/sbin/tetragon")
CLIENTS = ("usr/local/bin/tetra", "usr/bin/tetra")
"""`tetra version` prints its own version without a server; the agent's program has no such option."""
_WAIT = 3.0
"""Seconds that a program may take to print its version."""
_MODULE = b"mod\tgithub.com/cilium/tetragon\t"
"""What stands before the version of the main module in Go's build info."""
_MODULE_LENGTH = len(_MODULE) + 40
_VERSION = re.compile(r"(?:CLI version|tetragon version|version)?[:\s]*v?(\d+\.\d+\.\d+)", re.IGNORECASE)


def installed_version(root: Path = Path("/")) -> Version | None:
    """Return the installed version, None if it is unknown.

    The package database of Debian and the files of the tarball are read first, then what the Go compiler left in the
    agent's program. Programs (`rpm`, `tetra`) are run only under the real root: those of another root, such as an
    unpacked image, are not trusted.
    """
    packaged = _of_dpkg(root / DPKG) or _of_notes(root) or _of_build_info(root)
    if packaged is not None or root != Path("/"):
        return packaged
    return _of_rpm() or _of_programs(root)


def find_version(texts: Mapping[str, str]) -> Version | None:
    """Return the version that the first of these texts gives, None if none does.

    The texts are what packages and programs of a host print, by name: `dpkg`, `rpm`, `notes` (the file VERSION of the
    tarball), `tetra`, `image`.
    """
    packaged = _find_in_dpkg_status(texts.get("dpkg", ""))
    if packaged is not None:
        return packaged
    for name in ("rpm", "notes", "tetra"):
        match = _VERSION.search(texts.get(name, ""))
        if match:
            return Version.parse(match[1])
    tag = re.search(r":v?(\d+\.\d+\.\d+)[^/:]*$", texts.get("image", ""))
    return Version.parse(tag[1]) if tag else None


def find_oldest(versions: Iterable[str]) -> str:
    """Return the oldest of several versions, empty without any: what it accepts, newer ones accept too."""
    known = [Version.parse(version) for version in versions if version]
    return str(min(known)) if known else ""


def _of_dpkg(status: Path) -> Version | None:
    try:
        text = status.read_text("utf-8", "replace")
    except OSError:
        return None
    return _find_in_dpkg_status(text)


def _find_in_dpkg_status(text: str) -> Version | None:
    for block in text.split("\n\n"):
        if re.search(r"^Package: tetragon$", block, re.MULTILINE) and "install ok installed" in block:
            match = re.search(r"^Version: (?:\d+:)?v?(\d+\.\d+\.\d+)", block, re.MULTILINE)
            return Version.parse(match[1]) if match else None
    return None


def _of_notes(root: Path) -> Version | None:
    """Return the version in the file VERSION of the tarball."""
    for name in ("usr/local/lib/tetragon/VERSION", "usr/lib/tetragon/VERSION"):
        try:
            match = _VERSION.search((root / name).read_text("utf-8", "replace"))
        except OSError:
            continue
        if match:
            return Version.parse(match[1])
    return None


def _of_build_info(root: Path) -> Version | None:
    """Return the version of the module that the agent's program was built from."""
    for name in AGENTS:
        try:
            with open(root / name, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                begin = content.find(_MODULE)
                text = content[begin : begin + _MODULE_LENGTH] if begin >= 0 else b""
        except (OSError, ValueError):
            continue
        match = _VERSION.search(text.removeprefix(_MODULE).decode("utf-8", "replace"))
        if match:
            return Version.parse(match[1])
    return None


def _of_rpm() -> Version | None:
    if not Path(RPM).exists():
        return None
    match = re.fullmatch(r"v?(\d+\.\d+\.\d+).*", _output_of([RPM, "-q", "--qf", "%{VERSION}", "tetragon"]).strip())
    return Version.parse(match[1]) if match else None


def _of_programs(root: Path) -> Version | None:
    usual = [str(root / name) for name in CLIENTS]
    on_path = shutil.which("tetra")
    for program in dict.fromkeys([*([on_path] if on_path else []), *usual]):
        if not Path(program).is_file():
            continue
        match = _VERSION.search(_output_of([program, "version"]))
        if match:
            return Version.parse(match[1])
    return None


def _output_of(command: list[str]) -> str:
    try:
        # The command is a fixed path with fixed arguments; it holds no text of an operator or an event.
        process = subprocess.run(command, capture_output=True, text=True, timeout=_WAIT, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return process.stdout
