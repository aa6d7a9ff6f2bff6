"""What is wrong with an installed Tetragon's export, and what to do: the findings of `tetratui doctor`."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tetratui.core.nearest import nearest
from tetratui.core.tetragon.agent.agent_config import ALLOWLIST, DENYLIST, EXPORT_FILE, POLICY_FOLDER, Install
from tetratui.core.tetragon.format.versions import ANCESTOR_CHOICES, EnabledFeatures, Version
from tetratui.core.tetragon.lint.lints import lint
from tetratui.core.tetragon.match.filter_list import FilterList, read

Severity = Literal["error", "warning", "info"]

OPTIONS = (
    "config-dir",
    "enable-ancestors",
    "enable-pid-set-filter",
    "enable-process-cred",
    "enable-process-ns",
    "export-allowlist",
    "export-denylist",
    "export-file-compress",
    "export-file-max-backups",
    "export-file-max-size-mb",
    "export-file-perm",
    "export-file-rotation-interval",
    "export-filename",
    "export-rate-limit",
    "field-filters",
    "redaction-filters",
)
"""What decides about the export, as the agent spells it; every option that begins with `export-` and works."""
USELESS = {
    "export-file": "export-filename",
    "enable-process-creds": "enable-process-cred",
    "export-filter": "export-denylist",
    "export-denylists": "export-denylist",
    "enable-export-aggregation": "",
    "export-aggregation-window-size": "",
    "export-aggregation-buffer-size": "",
}
"""Options that do nothing, with the name that was meant (empty: the feature itself does nothing up to 1.7)."""
_ANCESTORS_SINCE, _OLD_ANCESTORS_UNTIL = Version(1, 5), Version(1, 6)
_OLD_ANCESTORS = {
    "enable-process-ancestors": "base",
    "enable-process-kprobe-ancestors": "kprobe",
    "enable-process-tracepoint-ancestors": "tracepoint",
    "enable-process-uprobe-ancestors": "uprobe",
    "enable-process-lsm-ancestors": "lsm",
}
"""Options of 1.4 and 1.5 for single kinds, with the word of `enable-ancestors` that took their place."""
_LEFT_OVER = re.compile(r"(~|\.(bak|old|orig|save|swp|rpmnew|rpmsave|dpkg-\w+|disabled|off)|\.\d+)$")
_FATAL = frozenset({"yaml-broken", "config-dir-missing"})
"""Faults of the layers by which options are lost or the agent does not start."""
_LOGROTATE = "etc/logrotate.d"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an operator should know."""

    severity: Severity
    code: str
    message: str
    remedy: str


def options_of(install: Install, version: Version) -> EnabledFeatures:
    """Give the optional features that this installation has switched on, by the options that its version knows."""
    words: set[str] = set()
    if version >= _ANCESTORS_SINCE:
        words |= set(install.value("enable-ancestors").replace(",", " ").split())
    if version < _OLD_ANCESTORS_UNTIL:
        words |= {word for option, word in _OLD_ANCESTORS.items() if _on(install, option)}
    return EnabledFeatures(
        process_cred=_on(install, "enable-process-cred"),
        pid_set_filter=_on(install, "enable-pid-set-filter"),
        ancestors=frozenset(words & ANCESTOR_CHOICES),
    )


def _on(install: Install, option: str) -> bool:
    return install.value(option).lower() in {"true", "1", "t"}


def list_of(install: Install, option: str, version: Version) -> FilterList | None:
    """Read the effective export list, None if there is none."""
    value = install.value(option)
    if not value:
        return None
    return read(value, version, options_of(install, version), as_allowlist=option == ALLOWLIST)


def diagnose(install: Install, version: Version) -> list[Finding]:
    """Look at everything that was found; errors first."""
    found = [Finding("error" if code in _FATAL else "warning", code, *rest) for code, *rest in install.faults]
    found += _useless(install, version)
    for look in (_cleared, _numbers, _left_over, _policies, _export_file, _logrotate):
        found += look(install)
    for option in (DENYLIST, ALLOWLIST):
        found += _list(install, option, version)
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda finding: order[finding.severity])


def _list(install: Install, option: str, version: Version) -> Iterator[Finding]:
    filters = list_of(install, option, version)
    setting = install.effective(option)
    if filters is None or setting is None:
        return
    for error in filters.errors:
        where = f"line {error.line + setting.above}, column {error.column}"
        text = f"{setting.place}: {option}: {where}: {error.message}: Tetragon does not start"
        yield Finding("error", "list-refused", text, error.remedy or "mend it before the agent is restarted")
    for one in lint(filters):
        text = f"{setting.place}: {option} entry {one.entry}: {one.message}"
        yield Finding(one.severity, one.code, text, one.fix)


def _cleared(install: Install) -> Iterator[Finding]:
    for option, settings in install.settings.items():
        lower = [setting for setting in settings[:-1] if setting.value]
        if lower and not settings[-1].value:
            text = f"{settings[-1].place}: {option} is empty and clears {lower[-1].place}"
            yield Finding("warning", "empty-clears", text, "delete the empty file, or fill it")


def _useless(install: Install, version: Version) -> Iterator[Finding]:
    for option in install.settings:
        setting, meant = install.effective(option), _meant(option, version)
        if setting is not None and meant is not None:
            remedy = f"the option is {meant}" if meant else "leave it out: it does nothing up to 1.7"
            text = f"{setting.place}: {option} does nothing in Tetragon {version}"
            yield Finding("warning", "does-nothing", text, remedy)


def _meant(option: str, version: Version) -> str | None:
    """Name what an option that does nothing was meant to be, empty if nothing; None for one that does something."""
    if option in USELESS:
        return USELESS[option]
    if option == "enable-ancestors" and version < _ANCESTORS_SINCE:
        return "enable-process-ancestors"
    if option in _OLD_ANCESTORS:
        return f"enable-ancestors with {_OLD_ANCESTORS[option]}" if version >= _OLD_ANCESTORS_UNTIL else None
    if option in OPTIONS or _LEFT_OVER.search(option):
        return None
    near = nearest(option.replace("_", "-"), OPTIONS, likeness=0.9)
    return near or ("" if option.startswith("export-") else None)


def _numbers(install: Install) -> Iterator[Finding]:
    size = install.value("export-file-max-size-mb")
    if size and not re.fullmatch(r"[0-9]+", size):
        text = f"export-file-max-size-mb {size!r} is no number: files grow to 100 MB"
        yield Finding("warning", "not-a-number", text, "write a number")
    if install.value("export-file-rotation-interval").startswith("-"):
        text = "export-file-rotation-interval is negative: the agent does not start"
        yield Finding("error", "negative-interval", text, "write 0 or a duration")
    limit = install.value("export-rate-limit")
    if re.fullmatch(r"[0-9]+", limit):
        yield Finding(
            "info", "rate-limit", f"export-rate-limit {limit}: events beyond it a minute are lost", "-1 is off"
        )
    mode = install.value("export-file-perm")
    if mode and not re.fullmatch(r"0?[0-7]{3}", mode):
        yield Finding("warning", "bad-mode", f"export-file-perm {mode!r} is no mode: it becomes 600", "write 640")


def _left_over(install: Install) -> Iterator[Finding]:
    for option, settings in install.settings.items():
        place = settings[-1].place
        if _LEFT_OVER.search(option) and place not in {"environment", "command line"}:
            yield Finding("info", "left-over", f"{place}: read as an option of its own, harmless", "move it away")


def _policies(install: Install) -> Iterator[Finding]:
    folder = install.root / POLICY_FOLDER
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if (folder / name).is_file() and (_LEFT_OVER.search(name) or name.startswith(".")):
            text = f"{folder / name}: every file here is loaded; a copy of a policy stops the agent"
            yield Finding("error", "backup-in-policies", text, "move it out of the folder")


def _export_file(install: Install) -> Iterator[Finding]:
    value = install.value(EXPORT_FILE)
    if not value:
        if install.settings:
            yield Finding("warning", "no-export", "export-filename is not set: no events are written", "set it")
        return
    path = install.root / value.lstrip("/")
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield Finding("info", "no-file-yet", f"{path} is not there (yet): nothing was written", "is the agent running?")
        return
    except OSError as error:
        yield Finding("warning", "unreadable", f"{path} cannot be seen: {error.strerror}", "run as root")
        return
    yield from _mode(path, mode)


def _mode(path: Path, mode: int) -> Iterator[Finding]:
    if stat.S_ISDIR(mode):
        yield Finding("error", "export-is-folder", f"{path} is a folder: the agent cannot write it", "name a file")
        return
    if mode & stat.S_IROTH:
        text = f"{path} is readable for everyone: command lines hold secrets"
        yield Finding("warning", "world-readable", text, "export-file-perm 640, and chmod 640 the file: its mode stays")
    if not os.access(path, os.R_OK):
        remedy = "export-file-perm 640 and chgrp, once: owner and group survive rotation; or read it with sudo"
        yield Finding("warning", "unreadable", f"{path} is not readable for you", remedy)


def _logrotate(install: Install) -> Iterator[Finding]:
    folder = install.root / _LOGROTATE
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    value = install.value(EXPORT_FILE) or "/var/log/tetragon/"
    for name in names:
        try:
            text = (folder / name).read_text("utf-8", "replace")
        except OSError:
            continue
        if value in text or "/var/log/tetragon" in text:
            message = f"{folder / name} rotates the export file: the agent goes on writing into the old one"
            yield Finding("warning", "logrotate", message, "delete it: Tetragon rotates by itself")
