"""Where each option of an installed Tetragon comes from: the layers in their order, and the one that wins.

Later layers win (docs/tetragon.md, "Options"): /usr/lib, /usr/local/lib, tetragon.yaml, /etc, `--config-dir`, the
environment, the command line. Everything is looked for under a root folder, so that an unpacked image can be examined.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tetratui.core.tetragon.agent.systemd_unit import read_unit

EXPORT_FILE = "export-filename"
DENYLIST = "export-denylist"
ALLOWLIST = "export-allowlist"
CONFIG_FOLDER = "config-dir"

CONF_FOLDERS = ("usr/lib/tetragon/tetragon.conf.d", "usr/local/lib/tetragon/tetragon.conf.d")
WORKING_YAML = "tetragon.yaml"
"""In the working directory, which a systemd service has at the root."""
ETC_YAML = "etc/tetragon/tetragon.yaml"
ETC_FOLDER = "etc/tetragon/tetragon.conf.d"
POLICY_FOLDER = "etc/tetragon/tetragon.tp.d"


class _OnceEach(yaml.SafeLoader):
    """Refuses what is named twice, as the agent's reader does."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} a second time", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


@dataclass(frozen=True, slots=True)
class AgentSetting:
    """One value of one option."""

    value: str
    place: str
    """The file, or `environment`, or `command line`."""
    order: int
    """Place of the layer; the highest wins."""
    above: int = 0
    """Blank lines of the file before the value, which the agent cuts off."""


@dataclass(slots=True)
class Install:
    """The options found, and what went wrong while looking."""

    root: Path
    settings: dict[str, list[AgentSetting]] = field(default_factory=dict)
    """Option → its values, lowest layer first."""
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    """Code, message and remedy of what was wrong in the layers themselves."""
    config_folders: list[Path] = field(default_factory=list)
    """The conf.d folders that exist, lowest layer first."""

    def effective(self, option: str) -> AgentSetting | None:
        """Give the setting that wins, None if nobody sets it. An empty value counts: it clears a lower layer."""
        found = self.settings.get(option)
        return found[-1] if found else None

    def value(self, option: str) -> str:
        """Give the effective value, empty if unset."""
        setting = self.effective(option)
        return setting.value if setting else ""

    def add(self, option: str, text: str, place: str, order: int) -> None:
        """Take a setting of a higher layer; white space around it is no part of its value."""
        value = text.strip()
        above = text[: len(text) - len(text.lstrip())].count("\n")
        self.settings.setdefault(option.lower(), []).append(AgentSetting(value, place, order, above))

    def fault(self, code: str, message: str, remedy: str) -> None:
        """Note what is wrong."""
        self.faults.append((code, message, remedy))


def examine(root: Path = Path("/"), environment: Mapping[str, str] | None = None) -> Install:
    """Read every layer under a root folder; what cannot be read is a fault, never an error.

    `environment` stands for that of the unit.
    """
    install = Install(root)
    unit = read_unit(root)
    for order, folder in enumerate(CONF_FOLDERS):
        _read_folder(install, root / folder, order)
    for order, name in enumerate((WORKING_YAML, ETC_YAML), start=2):
        _read_yaml(install, root / name, order)
    _read_folder(install, root / ETC_FOLDER, 4)
    above = Install(root)
    for name, value in sorted((environment or unit.environment).items()):
        # An empty variable is ignored by the agent.
        if name.startswith("TETRAGON_") and value:
            above.add(name.removeprefix("TETRAGON_").replace("_", "-"), value, "environment", 6)
    for option, value in _flags(unit.command):
        above.add(option, value, "command line", 7)
    _read_named_folder(install, above.value(CONFIG_FOLDER) or install.value(CONFIG_FOLDER))
    for option, settings in above.settings.items():
        install.settings.setdefault(option, []).extend(settings)
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
            value = path.read_text("utf-8", "surrogateescape")
        except OSError as error:
            install.fault("unreadable", f"{path} cannot be read: {error.strerror}", "run as root, or check its mode")
            continue
        install.add(name, value, str(path), order)


def _read_named_folder(install: Install, named: str) -> None:
    """Read the folder of `--config-dir`, wherever it was named."""
    if not named:
        return
    folder = install.root / named.lstrip("/")
    if folder.is_dir():
        _read_folder(install, folder, 5)
    else:
        text = f"{folder}: config-dir names no folder: the agent does not start"
        install.fault("config-dir-missing", text, "make the folder, or leave config-dir out")


def _read_yaml(install: Install, path: Path, order: int) -> None:
    try:
        text = path.read_text("utf-8", "surrogateescape")
    except FileNotFoundError:
        return
    except OSError as error:
        install.fault("unreadable", f"{path} cannot be read: {error.strerror}", "run as root, or check its mode")
        return
    try:
        held = yaml.load(text, _OnceEach)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "it cannot be read"
        message = f"{path}{where}: broken YAML ({why}): the agent ignores the whole file without a word"
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


def _flags(command: list[str]) -> Iterator[tuple[str, str]]:
    words = command[1:]
    for number, word in enumerate(words):
        if not word.startswith("--"):
            continue
        name, equals, value = word[2:].partition("=")
        following = words[number + 1] if number + 1 < len(words) else ""
        yield name, value if equals else (following if following and not following.startswith("-") else "true")
