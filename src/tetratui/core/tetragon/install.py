"""Where each option of an installed Tetragon comes from: the layers in their order, and the one that wins.

Later layers win (docs/tetragon.md, "Options"): /usr/lib, /usr/local/lib, tetragon.yaml, /etc, `--config-dir`, the
environment, the command line. Everything is looked for under a root folder, so that an unpacked image can be examined.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

EXPORT_FILE = "export-filename"
DENYLIST = "export-denylist"
ALLOWLIST = "export-allowlist"

CONF_FOLDERS = ("usr/lib/tetragon/tetragon.conf.d", "usr/local/lib/tetragon/tetragon.conf.d")
WORKING_YAML = "tetragon.yaml"
"""In the working directory, which a systemd service has at the root."""
ETC_YAML = "etc/tetragon/tetragon.yaml"
ETC_FOLDER = "etc/tetragon/tetragon.conf.d"
POLICY_FOLDER = "etc/tetragon/tetragon.tp.d"
UNITS = (
    "etc/systemd/system/tetragon.service",
    "lib/systemd/system/tetragon.service",
    "usr/lib/systemd/system/tetragon.service",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of one option."""

    value: str
    place: str
    """The file, or `environment`, or `command line`."""
    order: int
    """Place of the layer; the highest wins."""


@dataclass(slots=True)
class Install:
    """The options found, and what went wrong while looking."""

    root: Path
    settings: dict[str, list[Setting]] = field(default_factory=dict)
    """Option → its values, lowest layer first."""
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    """Code, message and remedy of what was wrong in the layers themselves."""
    config_folders: list[Path] = field(default_factory=list)
    """The conf.d folders that exist, lowest layer first."""

    def effective(self, option: str) -> Setting | None:
        """Give the setting that wins, None if nobody sets it. An empty value counts: it clears a lower layer."""
        found = self.settings.get(option)
        return found[-1] if found else None

    def value(self, option: str) -> str:
        """Give the effective value, empty if unset."""
        setting = self.effective(option)
        return setting.value if setting else ""

    def add(self, option: str, value: str, place: str, order: int) -> None:
        """Take a setting of a higher layer."""
        self.settings.setdefault(option.lower(), []).append(Setting(value, place, order))

    def fault(self, code: str, message: str, remedy: str) -> None:
        """Note what is wrong."""
        self.faults.append((code, message, remedy))


def examine(root: Path = Path("/"), environment: Mapping[str, str] | None = None) -> Install:
    """Read every layer under a root folder; what cannot be read is a fault, never an error."""
    install = Install(root)
    for order, folder in enumerate(CONF_FOLDERS):
        _read_folder(install, root / folder, order)
    command = list(_command_line(root))
    for order, name in enumerate((WORKING_YAML, ETC_YAML), start=2):
        _read_yaml(install, root / name, order)
    _read_folder(install, root / ETC_FOLDER, 4)
    named = _flag(command, "config-dir")
    if named:
        _read_folder(install, root / named.lstrip("/"), 5)
    for name, value in sorted((environment or _unit_environment(root)).items()):
        # An empty variable is ignored by the agent.
        if name.startswith("TETRAGON_") and value:
            install.add(name.removeprefix("TETRAGON_").replace("_", "-"), value, "environment", 6)
    for option, value in _flags(command):
        install.add(option, value, "command line", 7)
    return install


def default_export_file(root: Path = Path("/")) -> Path | None:
    """Name the export file the installed Tetragon writes, None if it exports nothing or is not installed."""
    value = examine(root).value(EXPORT_FILE)
    return root / value.lstrip("/") if value else None


def _read_folder(install: Install, folder: Path, order: int) -> None:
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    except OSError as error:
        install.fault("unreadable", f"{folder} cannot be read: {error.strerror}", "run as root, or check its mode")
        return
    install.config_folders.append(folder)
    spellings: dict[str, str] = {}
    for name in names:
        path = folder / name
        if path.is_dir():
            continue
        if name.lower() in spellings:
            text = f"{path} and {spellings[name.lower()]} are the same option: which one wins is random"
            install.fault("same-option-twice", text, "delete one of them")
        spellings[name.lower()] = name
        try:
            value = path.read_text("utf-8", "surrogateescape").strip()
        except OSError as error:
            install.fault("unreadable", f"{path} cannot be read: {error.strerror}", "run as root, or check its mode")
            continue
        install.add(name, value, str(path), order)


def _read_yaml(install: Install, path: Path, order: int) -> None:
    try:
        text = path.read_text("utf-8", "surrogateescape")
    except FileNotFoundError:
        return
    except OSError as error:
        install.fault("unreadable", f"{path} cannot be read: {error.strerror}", "run as root, or check its mode")
        return
    try:
        held = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark is not None else ""
        message = f"{path}{where}: broken YAML: the agent ignores the whole file without a word"
        install.fault("yaml-broken", message, "mend it: every option in it is lost")
        return
    if held is not None and not isinstance(held, dict):
        install.fault("yaml-broken", f"{path} is no map of options: the agent ignores it", "write option: value")
        return
    for option, value in (held or {}).items():
        if isinstance(value, dict | list):
            message = f"{path}: {option} is a map or list of YAML: the agent reads it as empty"
            install.fault("yaml-map", message, f"write {option}: | and the objects below it, indented")
        install.add(str(option), _as_text(value), str(path), order)


def _as_text(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _unit_texts(root: Path) -> Iterator[str]:
    for name in UNITS:
        for path in (root / name, *sorted((root / f"{name}.d").glob("*.conf"))):
            try:
                yield path.read_text("utf-8", "replace")
            except OSError:
                continue


def _command_line(root: Path) -> Iterator[str]:
    """Give the words of the unit's last ExecStart."""
    found = ""
    for text in _unit_texts(root):
        for line in re.findall(r"^ExecStart=((?:.*\\\n)*.*)$", text, re.MULTILINE):
            found = line.replace("\\\n", " ") or found
    try:
        yield from shlex.split(found)
    except ValueError:
        return


def _unit_environment(root: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in _unit_texts(root):
        for line in re.findall(r"^Environment=(.*)$", text, re.MULTILINE):
            try:
                found |= dict(word.split("=", 1) for word in shlex.split(line) if "=" in word)
            except ValueError:
                continue
    return found


def _flags(command: list[str]) -> Iterator[tuple[str, str]]:
    words = command[1:]
    for number, word in enumerate(words):
        if not word.startswith("--"):
            continue
        name, equals, value = word[2:].partition("=")
        following = words[number + 1] if number + 1 < len(words) else ""
        yield name, value if equals else (following if following and not following.startswith("-") else "true")


def _flag(command: list[str], name: str) -> str:
    return next((value for option, value in _flags(command) if option == name), "")
