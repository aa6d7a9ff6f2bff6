"""`tetratui doctor`: the installed Tetragon's version and export options, where each comes from, and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json
from tetratui.core.errors import SourceError, UsageError

if TYPE_CHECKING:
    from tetratui.core.tetragon import Version
    from tetratui.core.tetragon.agent.agent_config import Installation
    from tetratui.core.tetragon.agent.diagnosis import Finding

_VALUE_LIMIT = 80
"""Most characters of a value that is printed; of a longer one only the length is."""


@click.command()
@click.option("--root", default="/", metavar="DIR", help="Look under this folder instead of /.")
@click.option(
    "--host",
    "host_name",
    metavar="HOST",
    help="Look on this host: a name for ssh, ssh://, docker://, podman://, k8s://.",
)
@click.option("--explain", is_flag=True, help="Print what would be run on the host; connect to nothing.")
@click.option("--tetragon", "version_text", metavar="VERSION", help="The version, when it cannot be found out.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(root: str, host_name: str | None, explain: bool, version_text: str | None, as_json: bool) -> int:
    """Print which Tetragon is installed, its effective export options, and what is wrong with them."""
    if host_name is None and explain:
        raise UsageError("--explain is about a host", "add --host HOST")
    if host_name is not None and root != "/":
        raise UsageError("--host and --root cannot be used together", "leave one out")
    # Judging the lists needs the expression engines; `--help` does not.
    from tetratui.core.tetragon import Version

    version = Version.parse(version_text) if version_text is not None else None
    if host_name is None:
        found = _look_here(Path(root), version)
    elif explain:
        put(_explain(host_name))
        return ExitCode.DONE
    else:
        found = _look_there(host_name, version)
    document = _make_document(*found)
    if as_json:
        put_json(document)
    else:
        _print_document(document)
    return ExitCode.REFUSED if any(each["severity"] == "error" for each in document["findings"]) else ExitCode.DONE


def _look_here(root: Path, named: Version | None) -> tuple[Installation, Version, str, list[Finding], str | None]:
    """Return the options, the version, where it is from, the findings; of this machine."""
    from tetratui.core.tetragon import LATEST
    from tetratui.core.tetragon.agent.agent_config import examine
    from tetratui.core.tetragon.agent.agent_version import installed_version
    from tetratui.core.tetragon.agent.diagnosis import diagnose

    if not root.is_dir():
        raise SourceError(f"{root} is not a folder", "name the root of a file system, or leave --root out")
    installed = installed_version(root)
    version = named or installed or LATEST
    install = examine(root)
    return install, version, _name_origin(named, installed), diagnose(install, version), None


def _look_there(name: str, named: Version | None) -> tuple[Installation, Version, str, list[Finding], str | None]:
    """Return the same of a host, and the host. Raise HostError."""
    from tetratui.core.hosts.host_source import find_host
    from tetratui.core.tetragon import LATEST
    from tetratui.core.tetragon.agent.host_installation import diagnose_host

    host = find_host(name, silent=False)
    found, findings = diagnose_host(host, named)
    origin = _name_origin(named, found.version)
    return found.install, named or found.version or LATEST, origin, findings, host.url


def _name_origin(named: Version | None, installed: Version | None) -> str:
    return "operator" if named else "installed" if installed else "assumed"


def _explain(name: str) -> str:
    from tetratui.core.hosts.explain import explain_configuration, explain_source
    from tetratui.core.hosts.host_source import KUBERNETES, find_host, parse_host_source

    source = parse_host_source(name)
    if source is not None and source.scheme == KUBERNETES:
        return explain_source(source)
    return explain_configuration(find_host(name, silent=False))


def _make_document(
    install: Installation, version: Version, origin: str, findings: list[Finding], host: str | None
) -> dict[str, Any]:
    from tetratui.core.tetragon.agent.agent_config import EXPORT_FILE

    return {
        "host": host,
        "tetragon": str(version),
        "version_from": origin,
        "installed": bool(install.settings) or origin == "installed",
        "export_file": install.value(EXPORT_FILE) or None,
        "options": {
            option: {
                "value": settings[-1].value,
                "from": settings[-1].location,
                "overrides": [{"value": lower.value, "from": lower.location} for lower in reversed(settings[:-1])],
            }
            for option, settings in sorted(install.settings.items())
        },
        "findings": [
            {
                "severity": finding.severity,
                "code": finding.code,
                "message": finding.message,
                "remedy": finding.remedy,
            }
            for finding in findings
        ],
    }


def _print_document(document: dict[str, Any]) -> None:
    origins = {"installed": "installed", "operator": "from --tetragon", "assumed": "assumed: none is installed"}
    where = f"{document['host']}: " if document["host"] else ""
    put(f"{where}Tetragon {document['tetragon']} ({origins[document['version_from']]})")
    if not document["installed"]:
        place = "there" if document["host"] else "here"
        put(f"no Tetragon was found {place}: name an export file (tetratui FILE), or look at the demo (tetratui demo)")
    put(f"export file: {document['export_file'] or 'none'}")
    for option, setting in document["options"].items():
        value = setting["value"]
        is_short = len(value) <= _VALUE_LIMIT and "\n" not in value
        put(f"  {option} = {(value or '(empty)') if is_short else f'{len(value)} characters'}   {setting['from']}")
        for lower in setting["overrides"]:
            put(f"      overrides {lower['from']}")
    for finding in document["findings"]:
        put(f"{finding['severity'].upper():<8} {finding['code']}: {finding['message']}")
        put(f"         → {finding['remedy']}")
