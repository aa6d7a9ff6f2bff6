"""`tetratui doctor`: the installed Tetragon's version and export options, where each comes from, and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.core.amounts import name_entry
from tetratui.core.errors import SourceError, UsageError

if TYPE_CHECKING:
    from tetratui.core.tetragon import Version
    from tetratui.core.tetragon.agent.finding import Finding
    from tetratui.core.tetragon.agent.inspection import AgentInspection

_VALUE_LIMIT = 80
"""Most characters of a value that is printed; of a longer one only the length is."""


@click.command()
@click.option("--root", "roots", multiple=True, metavar="DIR", help="Look under this folder instead of /; repeatable.")
@click.option(
    "--host",
    "host_name",
    metavar="HOST",
    help="Look on this host: a name for ssh, ssh://, docker://, podman://, k8s://.",
)
@click.option("--explain", is_flag=True, help="Print what would be run on the host; connect to nothing.")
@click.option("--tetragon", "version_text", metavar="VERSION", help="The version, when it cannot be found out.")
@click.option(
    "--events", "sources", multiple=True, metavar="SOURCE", help="Count what the lists, and the chart's, hide of these."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(
    roots: tuple[str, ...],
    host_name: str | None,
    explain: bool,
    version_text: str | None,
    sources: tuple[str, ...],
    as_json: bool,
) -> int:
    """Print which Tetragon is installed, its effective export options, and what is wrong with them.

    It works on a host and inside Tetragon's pod. Several --root are the nodes of one cluster: they are compared.
    """
    if host_name is None and explain:
        raise UsageError("--explain is about a host", "add --host HOST")
    if host_name is not None and roots:
        raise UsageError("--host and --root cannot be used together", "leave one out")
    if host_name is not None and explain:
        put(_explain(host_name))
        return ExitCode.DONE
    # Judging the lists needs the expression engines; `--help` does not.
    from tetratui.core.tetragon import Version

    named = Version.parse(version_text) if version_text is not None else None
    seen = _look_there(host_name, named) if host_name is not None else _look_here(roots, named)
    documents = [_make_document(each) for each in seen.values()]
    documents[0]["host"] = host_name and next(iter(seen))
    documents[0]["findings"] += map(_finding_json, _compare(seen, running=host_name is None and not roots))
    if sources:
        for document, each in zip(documents, seen.values(), strict=True):
            document["lists"] = _count_lists(each, sources)
    if as_json:
        put_json(documents[0] | ({"nodes": documents} if len(documents) > 1 else {}))
    else:
        for document in documents:
            _print_document(document)
    wrong = any(finding["severity"] == "error" for document in documents for finding in document["findings"])
    return ExitCode.REFUSED if wrong else ExitCode.DONE


def _look_here(roots: tuple[str, ...], named: Version | None) -> dict[str, AgentInspection]:
    from tetratui.core.tetragon.agent.inspection import inspect_root

    return {root: inspect_root(_folder(root), named) for root in roots or ("/",)}


def _look_there(name: str, named: Version | None) -> dict[str, AgentInspection]:
    """Return what is seen of a host's agent, by the URL of the host. Raise HostError."""
    from tetratui.core.hosts.host_source import find_host
    from tetratui.core.tetragon.agent.host_installation import inspect_host_agent

    host = find_host(name, silent=False)
    return {host.url: inspect_host_agent(host, named)}


def _compare(seen: dict[str, AgentInspection], *, running: bool) -> list[Finding]:
    """Return how the nodes differ, and what is wrong with the agent that runs here."""
    from tetratui.core.apply.running_agent import diagnose_running_agent
    from tetratui.core.tetragon.agent.cluster_diagnosis import compare_nodes

    findings = list(diagnose_running_agent(seen["/"].version)) if running else []
    names = {each.cluster.node or root: each.install for root, each in seen.items()}
    return findings + (list(compare_nodes(names)) if len(seen) > 1 else [])


def _explain(name: str) -> str:
    from tetratui.core.hosts.explain import explain_configuration, explain_source
    from tetratui.core.hosts.host_source import KUBERNETES, find_host, parse_host_source

    source = parse_host_source(name)
    if source is not None and source.scheme == KUBERNETES:
        return explain_source(source)
    return explain_configuration(find_host(name, silent=False))


def _folder(root: str) -> Path:
    if not Path(root).is_dir():
        raise SourceError(f"{root} is not a folder", "name the root of a file system, or leave --root out")
    return Path(root)


def _count_lists(seen: AgentInspection, sources: tuple[str, ...]) -> list[dict[str, Any]]:
    """Count for `--json` what the lists in force, and the chart's defaults, would hide of the events of the sources."""
    # Only asked for with --events: the table needs numpy.
    from tetratui.core.table import load
    from tetratui.core.tetragon.agent.list_counts import count_hidden

    table = load(sources)
    for fault in table.faults:
        say(f"tetratui: {fault}")
    return [
        {
            "list": count.role,
            "from": count.origin,
            "hidden": count.hidden,
            "events": count.events,
            "entries": [{"filter": text, "events": events} for text, events in count.entries],
        }
        for count in count_hidden(seen.install, seen.version, table)
    ]


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "code": finding.code,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def _make_document(seen: AgentInspection) -> dict[str, Any]:
    from tetratui.core.tetragon.agent.agent_config import EXPORT_FILE

    install, cluster = seen.install, seen.cluster
    return {
        "host": None,
        "tetragon": str(seen.version),
        "version_from": seen.version_from,
        "installed": bool(install.settings) or seen.version_from == "installed",
        "cluster": {"in_pod": cluster.in_pod, "node": cluster.node or None, "config_map": cluster.config_map or None},
        "export_file": install.value(EXPORT_FILE) or None,
        "options": {
            option: {
                "value": settings[-1].value,
                "from": settings[-1].location,
                "overrides": [{"value": lower.value, "from": lower.location} for lower in reversed(settings[:-1])],
            }
            for option, settings in sorted(install.settings.items())
        },
        "findings": [_finding_json(finding) for finding in seen.findings],
    }


def _print_document(document: dict[str, Any]) -> None:
    origins = {"installed": "installed", "operator": "from --tetragon", "assumed": "assumed: none is installed"}
    where = f"{document['host']}: " if document["host"] else ""
    put(f"{where}Tetragon {document['tetragon']} ({origins[document['version_from']]})")
    if not document["installed"]:
        place = "there" if document["host"] else "here"
        put(f"no Tetragon was found {place}: name an export file (tetratui FILE), or look at the demo (tetratui demo)")
    cluster = document["cluster"]
    if cluster["in_pod"]:
        options = f", options of the ConfigMap in {cluster['config_map']}" if cluster["config_map"] else ""
        put(f"in a pod on node {cluster['node'] or '(its name is not known here)'}{options}")
    put(f"export file: {document['export_file'] or 'none'}")
    for option, setting in document["options"].items():
        value = setting["value"]
        is_short = len(value) <= _VALUE_LIMIT and "\n" not in value
        put(f"  {option} = {(value or '(empty)') if is_short else f'{len(value)} characters'}   {setting['from']}")
        for lower in setting["overrides"]:
            put(f"      overrides {lower['from']}")
    print_findings(document["findings"])
    for count in document.get("lists", ()):
        does = "hides" if count["list"] == "denylist" else "does not keep"
        put(f"{count['list']} ({count['from']}) {does} {count['hidden']:,} of {count['events']:,} events")
        for number, entry in enumerate(count["entries"]):
            put(f"{entry['events']:>10,}  {name_entry(number)}: {entry['filter']}")


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
