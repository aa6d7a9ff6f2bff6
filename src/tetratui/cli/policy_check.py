"""`tetratui policy check`: would an agent load these policies, what do they report and block, where are the traps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.check import named_target
from tetratui.cli.output import ExitCode, put, put_json
from tetratui.core.errors import SourceError, UsageError
from tetratui.core.nearest import did_you_mean

if TYPE_CHECKING:
    from tetratui.core.tetragon.policy.check_policy import CheckedPolicy
    from tetratui.core.tetragon.policy.lints import PolicyLint
    from tetratui.core.tetragon.policy.load_checks import LoadingAgent
    from tetratui.core.tetragon.policy.policy import Hook, Policy


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path())
@click.option(
    "--tetragon", "version", metavar="VERSION", help="The version to check for; default: installed, else 1.7.0."
)
@click.option(
    "--kernel-config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The build options of the kernel, such as /boot/config-6.1.0; default: the running kernel's.",
)
@click.option("--enable", metavar="FEATURES", help="parents-map,policy-filter: options of the agent that are on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def check(
    files: tuple[str, ...], version: str | None, kernel_config: Path | None, enable: str | None, as_json: bool
) -> int:
    """Check whether a sensor would load the policies in FILE…, and say what each reports and blocks.

    Several files are also checked together: two policies of one name, two on one function.
    """
    # Reading policies needs the YAML reader; `--help` does not.
    from tetratui.core.tetragon.policy.check_policy import check_policy
    from tetratui.core.tetragon.policy.lints import lint_together

    agent = find_agent(version, kernel_config, enable)
    checked = {name: check_policy(read_policy(name), agent) for name in files}
    loaded = [(name, result.policy) for name, result in checked.items() if result.policy is not None]
    shared = list(lint_together(loaded))
    documents = [
        make_document(name, result, [finding for file, finding in shared if file == name])
        for name, result in checked.items()
    ]
    if as_json:
        put_json(documents[0] if len(documents) == 1 else merge_documents(documents))
    else:
        for document in documents:
            _print(document)
    dangerous = any(lint["severity"] == "error" for document in documents for lint in document["lints"])
    return ExitCode.REFUSED if dangerous or not all(result.loads for result in checked.values()) else ExitCode.DONE


_FEATURES = ("parents-map", "policy-filter")


def find_agent(version: str | None, kernel_config: Path | None, enable: str | None = None) -> LoadingAgent:
    """Return the agent to answer for; raise SourceError if the kernel configuration cannot be read."""
    from tetratui.core.tetragon.policy.kernel import find_running_kernel, read_kernel_config
    from tetratui.core.tetragon.policy.load_checks import LoadingAgent

    features = {word.strip() for word in (enable or "").split(",")} - {""}
    for word in sorted(features - set(_FEATURES)):
        raise UsageError(f"not an option that decides about policies: {word!r}", did_you_mean(word, _FEATURES, "known"))
    return LoadingAgent(
        version=named_target(version, None).version,
        kernel=read_kernel_config(kernel_config) if kernel_config else find_running_kernel(),
        parents_map="parents-map" in features,
        policy_filter=True if "policy-filter" in features else None,
    )


def read_policy(name: str) -> bytes:
    """Return the bytes of a policy file; raise SourceError if it cannot be read."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise SourceError(f"{name} cannot be read: {error.strerror}", "name a file with a tracing policy") from error


def make_document(name: str, result: CheckedPolicy, shared: list[PolicyLint]) -> dict[str, Any]:
    """Return the answer about one file as `--json` has it."""
    policy = result.policy
    return {
        "file": name,
        "name": policy.name if policy else None,
        "mode": policy.mode if policy else None,
        "loads": result.loads,
        "errors": [
            {"stage": error.stage, "line": error.line, "column": error.column, "message": error.message}
            for error in result.errors
        ],
        "lints": [_lint_json(finding) for finding in (*result.lints, *shared)],
        "hooks": [_hook_json(hook, policy) for hook in policy.hooks] if policy else [],
    }


def merge_documents(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the answer about several files: the lists joined, each item with its file, and each file's own answer."""
    joined = {
        key: [{"file": document["file"], **item} for document in documents for item in document[key]]
        for key in ("errors", "lints", "hooks")
    }
    return {"loads": all(document["loads"] for document in documents), **joined, "policies": documents}


def _lint_json(finding: PolicyLint) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "fix": finding.fix,
        "line": finding.line,
        "column": finding.column,
    }


def _hook_json(hook: Hook, policy: Policy) -> dict[str, Any]:
    from tetratui.core.tetragon.policy.describe import describe_blocks, describe_reports

    return {"call": hook.call, "reports": describe_reports(hook), "blocks": describe_blocks(hook, policy)}


_STAGES = {"syntax": "REFUSED", "load": "FAILS"}


def _print(document: dict[str, Any]) -> None:
    verdict = "loads" if document["loads"] else "does not load"
    name = f" ({document['name']}, {document['mode']} mode)" if document["name"] else ""
    put(f"{document['file']}{name}: {verdict}")
    for error in document["errors"]:
        put(f"  {_STAGES[error['stage']]:8} line {error['line']}, column {error['column']}: {error['message']}")
    for lint in document["lints"]:
        put(f"  {lint['severity'].upper():8} line {lint['line']}: {lint['message']} [{lint['code']}]")
        put(f"           → {lint['fix']}")
    for hook in document["hooks"]:
        put(f"  reports  {hook['reports'] or 'nothing from ' + hook['call']}")
        if hook["blocks"]:
            put(f"  BLOCKS   {hook['blocks']}")
