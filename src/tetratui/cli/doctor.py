"""`tetratui doctor`: the installed Tetragon's version and export options, where each comes from, and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json
from tetratui.core.errors import SourceError

if TYPE_CHECKING:
    from tetratui.core.tetragon import Version
    from tetratui.core.tetragon.agent.agent_config import Installation
    from tetratui.core.tetragon.agent.diagnosis import Finding

_VALUE_LIMIT = 80
"""Most characters of a value that is printed; of a longer one only the length is."""


@click.command()
@click.option("--root", default="/", metavar="DIR", help="Look under this folder instead of /.")
@click.option("--tetragon", "version_text", metavar="VERSION", help="The version, when it cannot be found out.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(root: str, version_text: str | None, as_json: bool) -> int:
    """Print which Tetragon is installed, its effective export options, and what is wrong with them."""
    # Judging the lists needs the expression engines; `--help` does not.
    from tetratui.core.apply.running_agent import diagnose_running_agent
    from tetratui.core.tetragon import LATEST, Version
    from tetratui.core.tetragon.agent.agent_config import examine
    from tetratui.core.tetragon.agent.agent_version import installed_version
    from tetratui.core.tetragon.agent.diagnosis import diagnose

    if not Path(root).is_dir():
        raise SourceError(f"{root} is not a folder", "name the root of a file system, or leave --root out")
    installed = installed_version(Path(root))
    version = Version.parse(version_text) if version_text is not None else installed or LATEST
    origin = "operator" if version_text else "installed" if installed else "assumed"
    install = examine(Path(root))
    findings = diagnose(install, version) + (diagnose_running_agent(version) if root == "/" else [])
    document = _make_document(install, version, origin, findings)
    if as_json:
        put_json(document)
    else:
        _print_document(document)
    return ExitCode.REFUSED if any(finding.severity == "error" for finding in findings) else ExitCode.DONE


def _make_document(install: Installation, version: Version, origin: str, findings: list[Finding]) -> dict[str, Any]:
    from tetratui.core.tetragon.agent.agent_config import EXPORT_FILE

    return {
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
    put(f"Tetragon {document['tetragon']} ({origins[document['version_from']]})")
    if not document["installed"]:
        put("no Tetragon was found here: name an export file (tetratui FILE), or look at the demo (tetratui demo)")
    put(f"export file: {document['export_file'] or 'none'}")
    for option, setting in document["options"].items():
        value = setting["value"]
        is_short = len(value) <= _VALUE_LIMIT and "\n" not in value
        put(f"  {option} = {(value or '(empty)') if is_short else f'{len(value)} characters'}   {setting['from']}")
        for lower in setting["overrides"]:
            put(f"      overrides {lower['from']}")
    print_findings(document["findings"])


def print_findings(findings: list[dict[str, Any]]) -> None:
    """Print findings; those that are only worth knowing are summed up, one line for each code."""
    for finding in findings:
        if finding["severity"] == "info":
            continue
        put(f"{finding['severity'].upper():<8} {finding['code']}: {finding['message']}")
        put(f"         → {finding['remedy']}")
    notes = [finding for finding in findings if finding["severity"] == "info"]
    for code in dict.fromkeys(note["code"] for note in notes):
        alike = [note for note in notes if note["code"] == code]
        more = f", and {len(alike) - 1} more of this code (--json lists them)" if len(alike) > 1 else ""
        put(f"INFO     {code}: {alike[0]['message']}{more}")
        put(f"         → {alike[0]['remedy']}")
