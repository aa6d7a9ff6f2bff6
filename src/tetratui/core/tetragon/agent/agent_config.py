"""Read the options of an installed Tetragon from every layer that the agent reads.

Later layers win (docs/tetragon.md, "Options"): /usr/lib, /usr/local/lib, tetragon.yaml, /etc, `--config-dir`, the
environment, the command line. All paths are below a root folder, so that an unpacked image can be examined.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tetratui.core.tetragon.agent.agent_process import read_agent_process
from tetratui.core.tetragon.agent.systemd_unit import read_unit

EXPORT_FILE = "export-filename"
DENYLIST = "export-denylist"
ALLOWLIST = "export-allowlist"
CONFIG_FOLDER = "config-dir"

CONF_FOLDERS = ("usr/lib/tetragon/tetragon.conf.d", "usr/local/lib/tetragon/tetragon.conf.d")
WORKING_YAML = "tetragon.yaml"
"""In the working directory, which is / for a systemd service."""
ETC_YAML = "etc/tetragon/tetragon.yaml"
ETC_FOLDER = "etc/tetragon/tetragon.conf.d"
POLICY_FOLDER = "etc/tetragon/tetragon.tp.d"

ENVIRONMENT, COMMAND_LINE = "environment", "command line"
"""Locations of settings that stand in no file."""


class _UniqueKeyLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in one map, as the agent's YAML reader does."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands there twice", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


@dataclass(frozen=True, slots=True)
class AgentSetting:
    """The value of an option in one layer."""

    value: str
    location: str
    """The file, or `environment`, or `command line`."""
    order: int
    """Number of the layer; the highest wins."""
    blank_lines: int = 0
    """Blank lines before the value in its file. The agent strips them, so lines of errors are counted after them."""

    @property
    def is_in_file(self) -> bool:
        """Whether a file sets the value, not the environment or the command line."""
        return self.location not in {ENVIRONMENT, COMMAND_LINE}


@dataclass(slots=True)
class Installation:
    """The options of an installed Tetragon, and what was wrong while they were read."""

    root: Path
    settings: dict[str, list[AgentSetting]] = field(default_factory=dict)
    """Option to its values, lowest layer first."""
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    """Code, message and remedy of each fault in the layers themselves."""
    config_folders: list[Path] = field(default_factory=list)
    """The conf.d folders that exist, lowest layer first."""

    def effective(self, option: str) -> AgentSetting | None:
        """Return the setting that wins, None if no layer sets the option.

        An empty value counts: it clears lower layers.
        """
        settings = self.settings.get(option)
        return settings[-1] if settings else None

    def value(self, option: str) -> str:
        """Return the effective value, empty if no layer sets the option."""
        setting = self.effective(option)
        return setting.value if setting else ""

    def add(self, option: str, text: str, location: str, order: int) -> None:
        """Add the setting of a higher layer. White space around the value is stripped."""
        value = text.strip()
        blank_lines = text[: len(text) - len(text.lstrip())].count("\n")
        self.settings.setdefault(option.lower(), []).append(AgentSetting(value, location, order, blank_lines))

    def add_fault(self, code: str, message: str, remedy: str) -> None:
        """Add a fault of a layer."""
        self.faults.append((code, message, remedy))


def examine(root: Path = Path("/"), environment: Mapping[str, str] | None = None) -> Installation:
    """Return the options of all layers under a root folder. What cannot be read becomes a fault, never an exception.

    `environment` replaces that of the systemd unit.
    """
    install = Installation(root)
    unit = read_unit(root)
    if not unit.command:
        # In a container the agent runs without systemd.
        unit = read_agent_process(root)
    for order, folder in enumerate(CONF_FOLDERS):
        _read_folder(install, root / folder, order)
    for order, name in enumerate((WORKING_YAML, ETC_YAML), start=2):
        _read_yaml(install, root / name, order)
    _read_folder(install, root / ETC_FOLDER, 4)
    # Read apart: --config-dir may be named here, and the folder it names is a lower layer.
    above = Installation(root)
    for name, value in sorted((environment or unit.environment).items()):
        # An empty variable is ignored by the agent.
        if name.startswith("TETRAGON_") and value:
            above.add(name.removeprefix("TETRAGON_").replace("_", "-"), value, ENVIRONMENT, 6)
    for option, value in _flags(unit.command):
        above.add(option, value, COMMAND_LINE, 7)
    _read_named_folder(install, above.value(CONFIG_FOLDER) or install.value(CONFIG_FOLDER))
    for option, settings in above.settings.items():
        install.settings.setdefault(option, []).extend(settings)
    return install


def default_export_file(root: Path = Path("/")) -> Path | None:
    """Return the export file of the installed Tetragon, None if it exports nothing or is not installed."""
    value = examine(root).value(EXPORT_FILE)
    return root / value.lstrip("/") if value else None


def _read_folder(install: Installation, folder: Path, order: int) -> None:
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    except OSError as error:
        _add_unreadable(install, folder, error)
        return
    install.config_folders.append(folder)
    spellings: dict[str, str] = {}
    for name in names:
        path = folder / name
        if path.is_dir():
            continue
        if name.lower() in spellings:
            text = f"{path} and {spellings[name.lower()]} are the same option: which one wins is random"
            install.add_fault("same-option-twice", text, "delete one of them")
        spellings[name.lower()] = name
        try:
            value = path.read_text("utf-8", "surrogateescape")
        except OSError as error:
            _add_unreadable(install, path, error)
            continue
        install.add(name, value, str(path), order)


def _add_unreadable(install: Installation, path: Path, error: OSError) -> None:
    install.add_fault("unreadable", f"{path} cannot be read: {error.strerror}", "run as root, or check its mode")


def _read_named_folder(install: Installation, named: str) -> None:
    """Read the folder that the option `config-dir` names."""
    if not named:
        return
    folder = install.root / named.strip("/")
    if folder in install.config_folders:
        # The chart names the folder that is read anyway.
        return
    if folder.is_dir():
        _read_folder(install, folder, 5)
    else:
        text = f"{folder}: config-dir names a folder that does not exist: the agent does not start"
        install.add_fault("config-dir-missing", text, "create the folder, or leave config-dir out")


def _read_yaml(install: Installation, path: Path, order: int) -> None:
    try:
        text = path.read_text("utf-8", "surrogateescape")
    except FileNotFoundError:
        return
    except OSError as error:
        _add_unreadable(install, path, error)
        return
    try:
        document = yaml.load(text, _UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "it cannot be read"
        message = f"{path}{where}: broken YAML ({why}): the agent ignores the whole file without a message"
        install.add_fault("yaml-broken", message, "fix the file: until then every option in it is lost")
        return
    if document is not None and not isinstance(document, dict):
        message = f"{path} does not hold options: the agent ignores it"
        install.add_fault("yaml-broken", message, "write option: value")
        return
    for option, value in (document or {}).items():
        if isinstance(value, dict | list):
            message = f"{path}: {option} is a YAML map or list: the agent reads it as empty"
            install.add_fault("yaml-map", message, f"write {option}: | and the objects below it, indented")
        install.add(str(option), _as_text(value), str(path), order)


def _as_text(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _flags(command: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the options of a command line with their values; `true` for an option without a value."""
    words = command[1:]
    for number, word in enumerate(words):
        if not word.startswith("--"):
            continue
        name, equals, value = word[2:].partition("=")
        following = words[number + 1] if number + 1 < len(words) else ""
        yield name, value if equals else (following if following and not following.startswith("-") else "true")
