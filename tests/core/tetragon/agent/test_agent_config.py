"""Options are read where the tarball and the package put them, in the agent's order, and faults are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tetratui.core.tetragon import LATEST, Version
from tetratui.core.tetragon.agent.agent_config import Installation, default_export_file, examine
from tetratui.core.tetragon.agent.agent_version import installed_version
from tetratui.core.tetragon.agent.diagnosis import diagnose, enabled_features

LOWER = "usr/local/lib/tetragon/tetragon.conf.d"
ETC = "etc/tetragon/tetragon.conf.d"
UNIT = "usr/lib/systemd/system/tetragon.service"


def lay(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def codes(root: Path) -> dict[str, str]:
    return {finding.code: finding.severity for finding in diagnose(examine(root), LATEST)}


@pytest.fixture
def tarball(tmp_path: Path) -> Path:
    files = {f"{folder}/export-filename": "/var/log/tetragon/tetragon.log\n" for folder in (LOWER, ETC)}
    log = {"var/log/tetragon/tetragon.log": ""}
    lay(
        tmp_path, files | log | {f"{LOWER}/export-file-compress": "true\n", UNIT: "ExecStart=/usr/local/bin/tetragon\n"}
    )
    (tmp_path / "var/log/tetragon/tetragon.log").chmod(0o600)
    return tmp_path


def test_a_fresh_tarball_has_nothing_wrong(tarball: Path) -> None:
    assert codes(tarball) == {}
    assert default_export_file(tarball) == tarball / "var/log/tetragon/tetragon.log"


def test_nothing_installed_is_no_finding(tmp_path: Path) -> None:
    assert codes(tmp_path) == {}
    assert default_export_file(tmp_path) is None
    assert installed_version(tmp_path) is None


def layers(install: Installation) -> list[str]:
    return [setting.value for setting in install.settings["export-denylist"]]


def test_layers_win_in_the_agents_order(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "usr/lib/tetragon/tetragon.conf.d/export-denylist": "1",
            f"{LOWER}/export-denylist": " 2\n",
            "tetragon.yaml": "export-denylist: '3'\n",
            "etc/tetragon/tetragon.yaml": "export-denylist: |\n  4\n",
            f"{ETC}/EXPORT-DENYLIST": "5",
            "srv/conf/export-denylist": "6",
            UNIT: "[Service]\nEnvironment=TETRAGON_EXPORT_DENYLIST=7 TETRAGON_EMPTY=\n"
            "ExecStart=/usr/bin/tetragon --config-dir /srv/conf \\\n  --export-denylist=8\n",
        },
    )
    install = examine(tmp_path)
    assert layers(install) == list("12345678")
    assert install.value("export-denylist") == "8"
    assert "empty" not in install.settings


def test_the_unit_of_the_operator_replaces_that_of_the_package(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            UNIT: "[Service]\nExecStart=/usr/bin/tetragon --export-filename /package.log\n",
            "etc/systemd/system/tetragon.service": "[Service]\n# ExecStart=/no\nExecStart=-/usr/bin/tetragon\n",
        },
    )
    assert examine(tmp_path).value("export-filename") == ""
    lay(
        tmp_path,
        {
            f"{UNIT}.d/10.conf": "[Service]\nExecStart=\nExecStart=/usr/bin/tetragon --export-filename=/drop-in.log\n",
            "etc/systemd/system/tetragon.service.d/20.conf": "[Service]\nEnvironmentFile=-/etc/default/tetragon\n",
            "etc/default/tetragon": "# ours\nTETRAGON_EXPORT_RATE_LIMIT='5'\nTETRAGON_CONFIG_DIR=/srv/conf\n",
            "srv/conf/export-rate-limit": "6",
        },
    )
    install = examine(tmp_path)
    assert install.value("export-filename") == "/drop-in.log"
    assert [(setting.value, setting.location) for setting in install.settings["export-rate-limit"]] == [
        ("6", str(tmp_path / "srv/conf/export-rate-limit")),
        ("5", "environment"),
    ]


@pytest.mark.parametrize(
    ("files", "code", "severity"),
    [
        ({"etc/tetragon/tetragon.yaml": "export-denylist:\n  event_set: [PROCESS_EXEC]\n"}, "yaml-map", "warning"),
        ({"etc/tetragon/tetragon.yaml": "export-denylist: [a]\n"}, "yaml-map", "warning"),
        ({"etc/tetragon/tetragon.yaml": "export-denylist: 'a\nx: y\n"}, "yaml-broken", "error"),
        ({"etc/tetragon/tetragon.yaml": "just a text"}, "yaml-broken", "error"),
        ({"etc/tetragon/tetragon.yaml": "export-filename: /a\nexport-filename: /b\n"}, "yaml-broken", "error"),
        ({f"{ETC}/config-dir": "/srv/nowhere"}, "config-dir-missing", "error"),
        ({f"{LOWER}/export-denylist": '{"pid":[1]}', f"{ETC}/export-denylist": "\n"}, "empty-clears", "warning"),
        ({"etc/tetragon/tetragon.tp.d/net.yaml.bak": "x"}, "backup-in-policies", "error"),
        ({"etc/tetragon/tetragon.tp.d/net.yaml~": "x"}, "backup-in-policies", "error"),
        ({f"{ETC}/export-denylist.bak": "x"}, "left-over", "info"),
        ({f"{ETC}/export-file": "x"}, "does-nothing", "warning"),
        ({f"{ETC}/enable-process-creds": "true"}, "does-nothing", "warning"),
        ({f"{ETC}/enable-export-aggregation": "true"}, "does-nothing", "warning"),
        ({f"{ETC}/export-denylist": "[{}]"}, "list-refused", "error"),
        ({f"{ETC}/export-allowlist": '{"binary_regex":["("]}'}, "list-refused", "error"),
        ({f"{ETC}/export-denylist": "{}"}, "matches-everything", "error"),
        ({f"{ETC}/export-denylist": '{"pid":[1]}', f"{ETC}/Export-Denylist": ""}, "same-option-twice", "warning"),
        ({f"{ETC}/export-file-rotation-interval": "-1h"}, "negative-interval", "error"),
        ({f"{ETC}/export-file-max-size-mb": "10MB"}, "not-a-number", "warning"),
        ({f"{ETC}/export-rate-limit": "100"}, "rate-limit", "info"),
        ({f"{ETC}/export-file-perm": "rw"}, "bad-mode", "warning"),
        ({f"{ETC}/server-address": "x"}, "no-export", "warning"),
        ({f"{ETC}/export-filename": "/var/log"}, "no-file-yet", "info"),
        ({f"{ETC}/export-filename": "/var/log", "var/log/x": ""}, "export-is-folder", "error"),
        ({"etc/logrotate.d/tetragon": "/var/log/tetragon/*.log {\n daily\n}\n"}, "logrotate", "warning"),
    ],
)
def test_each_fault_is_found(tmp_path: Path, files: dict[str, str], code: str, severity: str) -> None:
    assert codes(lay(tmp_path, files)).get(code) == severity


@pytest.mark.parametrize(
    ("option", "meant"),
    [("export-deny-list", "export-denylist"), ("export_filename", "export-filename"),
     ("exprot-denylist", "export-denylist"),
     ("export-everything", "leave it out"), ("enable-process-creds", "enable-process-cred"),
     ("redaction-filter", "redaction-filters")],
)  # fmt: skip
def test_a_misspelt_option_gets_the_right_name(tmp_path: Path, option: str, meant: str) -> None:
    lay(tmp_path, {f"{ETC}/{option}": "x", f"{ETC}/bpf-lib": "/y", f"{ETC}/enable-k8s-api": "true"})
    findings = [finding for finding in diagnose(examine(tmp_path), LATEST) if finding.code == "does-nothing"]
    assert [meant in finding.remedy for finding in findings] == [True]


def test_a_broken_yaml_file_gives_no_option(tmp_path: Path) -> None:
    lay(tmp_path, {"etc/tetragon/tetragon.yaml": "export-filename: /x\nbad: 'y\n"})
    assert examine(tmp_path).value("export-filename") == ""


def test_a_world_readable_export_file_is_a_warning(tarball: Path) -> None:
    (tarball / "var/log/tetragon/tetragon.log").chmod(0o644)
    assert codes(tarball) == {"world-readable": "warning"}


def test_features_are_read_from_the_options(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            f"{ETC}/enable-process-cred": "true",
            f"{ETC}/enable-ancestors": "base,kprobe",
            f"{ETC}/enable-pid-set-filter": "0",
        },
    )
    options = enabled_features(examine(tmp_path), LATEST)
    assert (options.process_cred, options.pid_set_filter) == (True, False)
    assert options.ancestors == {"base", "kprobe"}


@pytest.mark.parametrize(
    ("version", "enabled", "idle"),
    [
        ("1.4.0", {"base"}, {"enable-ancestors"}),
        ("1.5.0", {"base", "lsm"}, set()),
        ("1.6.0", {"base", "lsm"}, {"enable-process-ancestors"}),
    ],
)
def test_ancestors_are_enabled_by_the_option_of_the_version(
    tmp_path: Path, version: str, enabled: set[str], idle: set[str]
) -> None:
    lay(tmp_path, {f"{ETC}/enable-ancestors": "base,lsm", f"{ETC}/enable-process-ancestors": "true"})
    install = examine(tmp_path)
    assert enabled_features(install, Version.parse(version)).ancestors == enabled
    results = diagnose(install, Version.parse(version))
    messages = "".join(finding.message for finding in results if finding.code == "does-nothing")
    options = ("enable-ancestors", "enable-process-ancestors")
    assert {name for name in options if f": {name} has no effect" in messages} == idle


@pytest.mark.parametrize("version", ["1.7.0", "v1.5.0"])
def test_the_version_is_read_from_the_package_database(tmp_path: Path, version: str) -> None:
    lay(tmp_path, {"var/lib/dpkg/status": f"Package: tetragon\nStatus: install ok installed\nVersion: {version}-1\n"})
    assert installed_version(tmp_path) == Version.parse(version)


def test_a_removed_package_is_not_installed(tmp_path: Path) -> None:
    lay(tmp_path, {"var/lib/dpkg/status": "Package: tetragon\nStatus: deinstall ok config-files\nVersion: 1.7.0\n"})
    assert installed_version(tmp_path) is None


def test_the_version_of_a_tarball_is_read_from_the_agents_program(tmp_path: Path) -> None:
    module = "github.com/cilium/tetragon"
    info = f"\x00\x00path\t{module}/cmd/tetragon\nmod\t{module}\tv1.6.1\t\ndep\tx\tv9.9.9"
    lay(tmp_path, {"usr/local/bin/tetragon": "\x7fELF" + "\x00" * 5000 + info})
    assert installed_version(tmp_path) == Version(1, 6, 1)


def test_a_program_without_build_info_has_no_version(tmp_path: Path) -> None:
    lay(tmp_path, {"usr/local/bin/tetragon": "", "usr/bin/tetragon": "dep\tgithub.com/cilium/tetragon/api\tv1.6.1"})
    assert installed_version(tmp_path) is None


def test_two_policies_of_one_name_are_an_error(tmp_path: Path) -> None:
    folder = "etc/tetragon/tetragon.tp.d"
    lay(tmp_path, {f"{folder}/{name}": "metadata: {name: net}\n" for name in ("a.yaml", "b.yaml")})
    lay(tmp_path, {f"{folder}/c.yaml": "metadata: {name: net, namespace: ns}\n", f"{folder}/d.yaml": "'"})
    assert codes(tmp_path)["same-policy-twice"] == "error"
    (tmp_path / folder / "a.yaml").unlink()
    assert "same-policy-twice" not in codes(tmp_path)
