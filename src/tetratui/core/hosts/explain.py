"""Say what would be run on a host, and by which command of this machine; nothing is run."""

from __future__ import annotations

from collections.abc import Iterator

from tetratui.core.hosts.container import ContainerHost
from tetratui.core.hosts.host_source import KUBERNETES, HostSource
from tetratui.core.hosts.kubernetes import LOG_CONTAINER
from tetratui.core.hosts.quoting import quote_words
from tetratui.core.hosts.scripts import CONFIGURATION, SESSION, SHELL
from tetratui.core.hosts.shell_host import ShellHost


def explain_source(source: HostSource) -> str:
    """Return what reading a source runs there, as shell text with comments.

    A script is written out below the command that it belongs to, where it stands as SCRIPT.
    """
    steps = _explain_cluster(source) if source.scheme == KUBERNETES else _explain_host(source)
    return "\n".join([f"# {source.url}", *steps])


def explain_configuration(host: ShellHost) -> str:
    """Return what reading the configuration of a host runs there."""
    return "\n".join([f"# {host.url}", *_explain_configuration(host)])


def _explain_host(source: HostSource) -> Iterator[str]:
    host = source.make_host()
    if not source.path:
        yield from _explain_configuration(host)
    yield "# Is the path a file or a folder?"
    yield host.explain(["test", "-d", source.path or "EXPORT_FILE"])
    yield "# Follow the export file. Requests are written to the standard input of this script:"
    yield _explain_script(host, SESSION)
    if isinstance(host, ContainerHost) and not source.path:
        yield "# Or, where Tetragon there writes its events to the standard output:"
        yield quote_words(host.logs_command)


def _explain_configuration(host: ShellHost) -> Iterator[str]:
    if isinstance(host, ContainerHost):
        yield "# Read the command and the environment of the container:"
        yield quote_words([host.engine, "inspect", "--type", "container", host.container])
    yield "# Read the configuration of Tetragon; PATH stands for the files and folders that it may be in:"
    yield _explain_script(host, CONFIGURATION, "TOKEN", "PATH")


def _explain_cluster(source: HostSource) -> Iterator[str]:
    kubectl = ["kubectl", "[--context=CONTEXT]", "--namespace=NAMESPACE"]
    yield f"# CONTEXT, NAMESPACE and DAEMONSET are those of {source.address}. Find the pods, every ten seconds:"
    yield " ".join([*kubectl, "get daemonset DAEMONSET --output=json"])
    yield " ".join([*kubectl, "get pods --selector=LABELS --output=json"])
    yield "# For each pod:"
    yield " ".join([*kubectl, f"logs --follow --tail=-1 POD --container={LOG_CONTAINER}"])
    yield f"# Or, where a pod has no container {LOG_CONTAINER}:"
    yield " ".join([*kubectl, "get configmap NAME --output=json"])
    yield " ".join([*kubectl, "exec -i POD --container=tetragon --", SHELL, "-c SCRIPT tetratui"])
    yield SESSION.rstrip()


def _explain_script(host: ShellHost, script: str, *words: str) -> str:
    return f"{host.explain([SHELL, '-c', 'SCRIPT', 'tetratui', *words])}\n{script.rstrip()}"
