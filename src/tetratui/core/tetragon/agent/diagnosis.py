"""Find what is wrong with the export of an installed Tetragon, and what to do about it (`tetratui doctor`)."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from tetratui.core.amounts import name_entry
from tetratui.core.nearest import nearest
from tetratui.core.tetragon.agent.agent_config import ALLOWLIST, DENYLIST, EXPORT_FILE, POLICY_FOLDER, Installation
from tetratui.core.tetragon.agent.cluster_diagnosis import ClusterFacts, diagnose_cluster, find_cluster_facts
from tetratui.core.tetragon.agent.finding import Finding
from tetratui.core.tetragon.agent.policy_names import find_same_policies
from tetratui.core.tetragon.format.versions import ANCESTOR_CHOICES, EnabledFeatures, Version
from tetratui.core.tetragon.lint.lints import lint
from tetratui.core.tetragon.match.filter_list import FilterList, read

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
"""Options that decide about the export, as the agent spells them: every `export-` option with an effect, and others."""
USELESS = {
    "export-file": "export-filename",
    "enable-process-creds": "enable-process-cred",
    "export-filter": "export-denylist",
    "export-denylists": "export-denylist",
    "enable-export-aggregation": "",
    "export-aggregation-window-size": "",
    "export-aggregation-buffer-size": "",
}
"""Options without effect, with the name that was meant; empty where the feature itself has no effect up to 1.7."""
_ANCESTORS_SINCE, _OLD_ANCESTORS_UNTIL = Version(1, 5), Version(1, 6)
_OLD_ANCESTORS = {
    "enable-process-ancestors": "base",
    "enable-process-kprobe-ancestors": "kprobe",
    "enable-process-tracepoint-ancestors": "tracepoint",
    "enable-process-uprobe-ancestors": "uprobe",
    "enable-process-lsm-ancestors": "lsm",
}
"""Options of 1.4 and 1.5 for single kinds, with the value of `enable-ancestors` that replaced them."""
_LEFT_OVER = re.compile(r"(~|\.(bak|old|orig|save|swp|rpmnew|rpmsave|dpkg-\w+|disabled|off)|\.\d+)$")
_FATAL = frozenset({"yaml-broken", "config-dir-missing"})
"""Faults of layers by which options are lost or the agent does not start."""
LOGROTATE = "etc/logrotate.d"


def enabled_features(install: Installation, version: Version) -> EnabledFeatures:
    """Return the optional features that the installation has on, by the options that its version reads."""
    words: set[str] = set()
    if version >= _ANCESTORS_SINCE:
        words |= set(install.value("enable-ancestors").replace(",", " ").split())
    if version < _OLD_ANCESTORS_UNTIL:
        words |= {word for option, word in _OLD_ANCESTORS.items() if _on(install, option)}
    return EnabledFeatures(
        process_cred=_on(install, "enable-process-cred"),
        pid_set_filter=_on(install, "enable-pid-set-filter"),
        ancestors=frozenset(words & ANCESTOR_CHOICES),
        # The agent's own default is off. Without any option it is not known whether there is an agent at all.
        kubernetes=_on(install, "enable-k8s-api") if install.settings else None,
    )


def _on(install: Installation, option: str) -> bool:
    return install.value(option).lower() in {"true", "1", "t"}


def _export_list(install: Installation, option: str, version: Version) -> FilterList | None:
    value = install.value(option)
    if not value:
        return None
    return read(value, version, enabled_features(install, version), as_allowlist=option == ALLOWLIST)


def diagnose(
    install: Installation, version: Version, *, cluster: ClusterFacts | None = None, with_export_file: bool = True
) -> list[Finding]:
    """Return all findings about an installation, errors first.

    Args:
        install: the options, and the root folder below which further files are looked at.
        version: the version of the agent.
        cluster: what is known of its pod; None: it is found out below the root folder.
        with_export_file: whether the export file lies below the root folder, which it does not in a copy of a pod's
            configuration.
    """
    findings = [Finding("error" if code in _FATAL else "warning", code, *rest) for code, *rest in install.faults]
    findings += _check_useless_options(install, version)
    for check in (
        _check_cleared_options,
        _check_values,
        _check_left_over_files,
        _check_policy_folder,
        _check_policy_names,
        _check_logrotate,
        *([_check_export_file] if with_export_file else []),
    ):
        findings += check(install)
    findings += diagnose_cluster(install, cluster or find_cluster_facts(install))
    for option in (DENYLIST, ALLOWLIST):
        findings += _check_export_list(install, option, version)
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(findings, key=lambda finding: order[finding.severity])


def _check_export_list(install: Installation, option: str, version: Version) -> Iterator[Finding]:
    filters = _export_list(install, option, version)
    setting = install.effective(option)
    if filters is None or setting is None:
        return
    for error in filters.errors:
        where = f"line {error.line + setting.blank_lines}, column {error.column}"
        text = f"{setting.location}: {option}: {where}: {error.message}: Tetragon does not start"
        yield Finding("error", "list-refused", text, error.remedy or "fix it before you restart the agent")
    for result in lint(filters):
        text = f"{setting.location}: {option} {name_entry(result.entry)}: {result.message}"
        yield Finding(result.severity, result.code, text, result.fix)


def _check_cleared_options(install: Installation) -> Iterator[Finding]:
    for option, settings in install.settings.items():
        lower = [setting for setting in settings[:-1] if setting.value]
        if lower and not settings[-1].value:
            text = f"{settings[-1].location}: {option} is empty and clears {lower[-1].location}"
            yield Finding("warning", "empty-clears", text, "delete the empty file, or fill it")


def _check_useless_options(install: Installation, version: Version) -> Iterator[Finding]:
    for option in install.settings:
        setting, meant = install.effective(option), _meant(option, version)
        if setting is not None and meant is not None:
            remedy = f"the option is {meant}" if meant else "leave it out: it has no effect up to 1.7"
            text = f"{setting.location}: {option} has no effect in Tetragon {version}"
            yield Finding("warning", "does-nothing", text, remedy)


def _meant(option: str, version: Version) -> str | None:
    """Return the option that was meant by one without effect, empty if unknown; None for an option with an effect."""
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


def _check_values(install: Installation) -> Iterator[Finding]:
    size = install.value("export-file-max-size-mb")
    if size and not re.fullmatch(r"[0-9]+", size):
        text = f"export-file-max-size-mb {size!r} is not a number: files grow to 100 MB"
        yield Finding("warning", "not-a-number", text, "write a number")
    if install.value("export-file-rotation-interval").startswith("-"):
        text = "export-file-rotation-interval is negative: the agent does not start"
        yield Finding("error", "negative-interval", text, "write 0 or a duration such as 1h")
    limit = install.value("export-rate-limit")
    if re.fullmatch(r"[0-9]+", limit):
        yield Finding(
            "info",
            "rate-limit",
            f"export-rate-limit {limit}: more events in a minute are lost",
            "write -1 for no limit",
        )
    mode = install.value("export-file-perm")
    if mode and not re.fullmatch(r"0?[0-7]{3}", mode):
        yield Finding(
            "warning", "bad-mode", f"export-file-perm {mode!r} is not a file mode: it becomes 600", "write 640"
        )


def _check_left_over_files(install: Installation) -> Iterator[Finding]:
    for option, settings in install.settings.items():
        setting = settings[-1]
        if _LEFT_OVER.search(option) and setting.is_in_file:
            message = f"{setting.location}: the agent reads it as an option of that name, which has no effect"
            yield Finding("info", "left-over", message, "move it out of the folder")


def _check_policy_folder(install: Installation) -> Iterator[Finding]:
    folder = install.root / POLICY_FOLDER
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if (folder / name).is_file() and (_LEFT_OVER.search(name) or name.startswith(".")):
            text = f"{folder / name}: the agent loads every file here, and a copy of a policy stops it"
            yield Finding("error", "backup-in-policies", text, "move it out of the folder")


def _check_policy_names(install: Installation) -> Iterator[Finding]:
    for name, paths in find_same_policies(install.root / POLICY_FOLDER).items():
        text = f"{' and '.join(map(str, paths))} hold one policy name, {name!r}: the agent does not start with both"
        yield Finding("error", "same-policy-twice", text, "move one of them out of the folder")


def _check_export_file(install: Installation) -> Iterator[Finding]:
    value = install.value(EXPORT_FILE)
    if not value:
        if install.settings:
            yield Finding(
                "warning", "no-export", "export-filename is not set: no events are written", "set export-filename"
            )
        return
    path = install.root / value.lstrip("/")
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield Finding(
            "info", "no-file-yet", f"{path} does not exist: nothing was written yet", "check that the agent runs"
        )
        return
    except OSError as error:
        yield Finding("warning", "unreadable", f"{path} cannot be read: {error.strerror}", "run as root")
        return
    yield from _check_mode(path, mode)


def _check_mode(path: Path, mode: int) -> Iterator[Finding]:
    if stat.S_ISDIR(mode):
        yield Finding("error", "export-is-folder", f"{path} is a folder: the agent cannot write to it", "name a file")
        return
    if mode & stat.S_IROTH:
        text = f"{path} is readable by everyone, and command lines hold secrets"
        yield Finding("warning", "world-readable", text, "export-file-perm 640, and chmod 640 the file: its mode stays")
    if not os.access(path, os.R_OK):
        remedy = "set export-file-perm 640 and chgrp the file once (rotation keeps owner and group), or use sudo"
        yield Finding("warning", "unreadable", f"you may not read {path}", remedy)


def _check_logrotate(install: Installation) -> Iterator[Finding]:
    folder = install.root / LOGROTATE
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
            yield Finding("warning", "logrotate", message, "delete it: Tetragon rotates the file itself")
