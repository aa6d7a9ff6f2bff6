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

SHOWN = 80
"""A longer value is counted, not shown."""


@click.command()
@click.option("--root", default="/", metavar="DIR", help="Look under this folder instead of /.")
@click.option("--tetragon", "word", metavar="VERSION", help="The version, when it cannot be found out.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(root: str, word: str | None, as_json: bool) -> int:
    """Say which Tetragon is installed, its effective export options, and what is wrong with them."""
    # Judging the lists needs the expression engines; `--help` does not.
    from tetratui.core.tetragon import LATEST, Version
    from tetratui.core.tetragon.agent.agent_config import examine
    from tetratui.core.tetragon.agent.agent_version import installed_version
    from tetratui.core.tetragon.agent.diagnosis import diagnose

    if not Path(root).is_dir():
        raise SourceError(f"{root} is no folder", "name the root of a file system, or leave --root out")
    found = installed_version(Path(root))
    version = Version.parse(word) if word is not None else found or LATEST
    install = examine(Path(root))
    findings = diagnose(install, version)
    document = _document(install, version, "operator" if word else "installed" if found else "assumed", findings)
    if as_json:
        put_json(document)
    else:
        _tell(document)
    return ExitCode.REFUSED if any(one.severity == "error" for one in findings) else ExitCode.DONE


def _document(install: Installation, version: Version, source: str, findings: list[Finding]) -> dict[str, Any]:
    from tetratui.core.tetragon.agent.agent_config import EXPORT_FILE

    return {
        "tetragon": str(version),
        "version_from": source,
        "installed": bool(install.settings) or source == "installed",
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
            {"severity": one.severity, "code": one.code, "message": one.message, "remedy": one.remedy}
            for one in findings
        ],
    }


def _tell(document: dict[str, Any]) -> None:
    origin = {"installed": "found", "operator": "as you said", "assumed": "assumed: none was found"}
    put(f"Tetragon {document['tetragon']} ({origin[document['version_from']]})")
    if not document["installed"]:
        put("no Tetragon was found here: name an export file (tetratui FILE), or look at the demo (tetratui demo)")
    put(f"export file: {document['export_file'] or 'none'}")
    for option, one in document["options"].items():
        value = (
            one["value"] if len(one["value"]) <= 80 and "\n" not in one["value"] else f"{len(one['value'])} characters"
        )
        put(f"  {option} = {value or '(empty)'}   {one['from']}")
        for lower in one["overrides"]:
            put(f"      over {lower['from']}")
    for one in document["findings"]:
        put(f"{one['severity'].upper():<8} {one['code']}: {one['message']}")
        put(f"         → {one['remedy']}")
