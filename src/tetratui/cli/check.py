"""`tetratui check`: would Tetragon take the list, what is dangerous in it, which attack samples are hidden."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.core.amounts import format_count, name_entry
from tetratui.core.errors import RefusedError, SourceError

if TYPE_CHECKING:
    from tetratui.core.export.sidecar import Sidecar
    from tetratui.core.tetragon import FilterError, FilterList
    from tetratui.core.tetragon.lint.lints import Lint
    from tetratui.core.tetragon.manifest.list_location import ListRole
    from tetratui.core.workspace.target import Target


@click.command()
@click.argument("denylist", metavar="DENYLIST", type=click.Path())
@click.option(
    "--tetragon", "version", metavar="VERSION", help="The version to check for; default: installed, else 1.7.0."
)
@click.option(
    "--as",
    "role",
    type=click.Choice(["denylist", "allowlist"]),
    help="Which export list it is; default: denylist, and of Helm values or a ConfigMap both.",
)
@click.option(
    "--enable", metavar="FEATURES", help="process-cred,pid-set-filter,ancestors that are on; default: those installed."
)
@click.option("--attack-samples", is_flag=True, help="Name the recorded attack-like events it would hide.")
@click.option("--sidecar", metavar="FILE", help="Reasons, owners and expiry of the entries.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(
    denylist: str,
    version: str | None,
    role: ListRole | None,
    enable: str | None,
    attack_samples: bool,
    sidecar: str | None,
    as_json: bool,
) -> int:
    """Say whether Tetragon would start with DENYLIST, and what in it is dangerous.

    DENYLIST is a list, Helm values, a ConfigMap (YAML or JSON), or - for stdin.
    """
    target = named_target(version, enable, sidecar=None if sidecar is None else Path(sidecar))
    lists = read_lists(denylist, target, role)
    judged = {name: _judge(filters, attack_samples, target.reasons) for name, filters in lists.items()}
    (_, document), *others = judged.items()
    if sidecar is None:
        for part in judged.values():
            part.pop("overdue")
    if as_json:
        put_json(document | dict(others))
    else:
        for name, part in judged.items():
            _tell(part, denylist if len(judged) == 1 else f"{denylist}, {name}")
    return ExitCode.REFUSED if any(map(_is_refused, judged.values())) else ExitCode.DONE


def _judge(filters: FilterList, attack_samples: bool, reasons: Sidecar) -> dict[str, Any]:
    """Give the document of `--json` about one list."""
    # The expression engines are needed to check a list; `--help` does not need them.
    from tetratui.core.tetragon.lint.lints import lint

    document = _document(filters, lint(filters))
    if attack_samples:
        document["attack_samples"] = _hidden_samples(filters) if filters.accepted else []
    document["overdue"] = _overdue(filters, reasons)
    return document


def _is_refused(document: dict[str, Any]) -> bool:
    dangerous = any(lint["severity"] == "error" for lint in document["lints"])
    return not document["accepted"] or dangerous or bool(document.get("attack_samples"))


def named_target(version: str | None, enable: str | None, **more: Any) -> Target:
    """Return the sensor to answer for; say on stderr when it is newer than what is known."""
    # Looking for an installed sensor reads package databases; `--help` does not need it.
    from tetratui.core.workspace.target import resolve_target

    target = resolve_target(version, enable, **more)
    if target.caution:
        say(f"tetratui: {target.caution}")
    return target


def read_lists(name: str, target: Target, role: ListRole | None = None) -> dict[ListRole, FilterList]:
    """Read the lists of a file or of stdin as a sensor would; what an operator should know of a manifest is said.

    Args:
        name: the file, or - for stdin.
        target: the sensor.
        role: the list that is wanted; None: of a manifest all lists that it has, of another file the denylist.

    Raises:
        SourceError: the file cannot be read.
        RefusedError: it is a manifest without that list, or a broken one.
    """
    # The expression engines are needed to read a list; `--help` does not need them.
    from tetratui.core.tetragon.manifest.list_file import ListFile
    from tetratui.core.tetragon.manifest.read_lists import read_lists

    file = ListFile(_bytes_of(name), "stdin" if name == "-" else name)
    read = read_lists(file, target.version, target.features, role or "denylist")
    for note in read.notes:
        say(f"tetratui: {note}")
    if not read.lists or (role is not None and role not in read.lists):
        missing = file.path_of(role or "denylist")
        raise RefusedError(f"{file.name} has no {missing}", "name a file that sets it")
    return read.lists if role is None else {role: read.lists[role]}


def _bytes_of(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise SourceError(f"{name} cannot be read: {error.strerror}", "name a file with a list of filters") from error


def error_json(error: FilterError) -> dict[str, Any]:
    """Give one refusal as `--json` has it."""
    return {
        "stage": error.stage,
        "line": error.line,
        "column": error.column,
        "entry": error.entry,
        "field": error.field,
        "message": error.message,
        "remedy": error.remedy,
    }


def _document(filters: FilterList, lints: list[Lint]) -> dict[str, Any]:
    return {
        "tetragon": str(filters.version),
        "accepted": filters.accepted,
        "filters": len(filters.filters) if filters.accepted else 0,
        "errors": [error_json(error) for error in filters.errors],
        "unknown": [{"entry": entry, "reason": reason} for entry, reason in filters.unknown],
        "lints": [
            {"code": one.code, "severity": one.severity, "entry": one.entry, "message": one.message, "fix": one.fix}
            for one in lints
        ],
    }


def _hidden_samples(filters: FilterList) -> list[dict[str, Any]]:
    # Only asked for with --attack-samples; the corpus is read then.
    import orjson

    from tetratui.core.tetragon import Panic
    from tetratui.core.tuning.safety.attack_samples import recorded

    hidden: list[dict[str, Any]] = []
    for attack_sample in recorded():
        event = orjson.loads(attack_sample.line)
        try:
            entry = filters.first_match(event)
        except Panic:
            entry = None
        is_hidden = (entry is None and bool(filters.entries)) if filters.as_allowlist else entry is not None
        if is_hidden:
            hidden.append(
                {
                    "technique": attack_sample.technique,
                    "name": attack_sample.name,
                    "entry": entry,
                    "what": attack_sample.sentence,
                }
            )
    return hidden


def _overdue(filters: FilterList, sidecar: Sidecar) -> list[dict[str, Any]]:
    # Only asked for with --sidecar.
    from tetratui.core.export.sidecar import overdue
    from tetratui.core.tetragon import canonical_text

    texts = [canonical_text(one) for one in filters.filters]
    today = datetime.now(UTC).date()
    return [{"entry": entry, "reason": reason} for entry, reason in overdue(sidecar, texts, today)]


def _tell_lints(lints: list[dict[str, Any]]) -> None:
    """Tell each lint, and those that are only worth knowing once a code: a long list has hundreds of them.

    One fix often mends several things: it is told after the last of them.
    """
    told = [one for one in lints if one["severity"] != "info"]
    for one, after in zip(told, [*told[1:], None], strict=False):
        put(f"{one['severity'].upper():<8} {name_entry(one['entry'])}: {one['code']}: {one['message']}")
        if after is None or (after["entry"], after["fix"]) != (one["entry"], one["fix"]):
            put(f"         → {one['fix']}")
    notes = [one for one in lints if one["severity"] == "info"]
    for code in dict.fromkeys(one["code"] for one in notes):
        alike = [one for one in notes if one["code"] == code]
        more = f", and {len(alike) - 1} more of this code (--json lists them)" if len(alike) > 1 else ""
        put(f"INFO     {name_entry(alike[0]['entry'])}: {code}: {alike[0]['message']}{more}")
        put(f"         → {alike[0]['fix']}")


def _tell(document: dict[str, Any], name: str) -> None:
    for error in document["errors"]:
        where = f"line {error['line']}, column {error['column']}" if error["line"] else name_entry(error["entry"])
        field = f" {error['field']}:" if error["field"] else ""
        put(f"REFUSED  {where}:{field} {error['message']}")
        if error["remedy"]:
            put(f"         → {error['remedy']}")
    for one in document["unknown"]:
        put(f"UNKNOWN  {name_entry(one['entry'])}: can be neither checked nor answered here: {one['reason']}")
    _tell_lints(document["lints"])
    for attack_sample in document.get("attack_samples", ()):
        sample = f"{attack_sample['technique']} {attack_sample['name']} would be hidden"
        put(f"SAMPLE   {sample} ({name_entry(attack_sample['entry'])}): {attack_sample['what']}")
    for late in document.get("overdue", ()):
        put(f"OVERDUE  {name_entry(late['entry'])}: {late['reason']}")
    verdict = "would start with it" if document["accepted"] else "would NOT start with it"
    count = document["filters"]
    attack_samples = ""
    if "attack_samples" in document and document["accepted"]:
        hidden = len(document["attack_samples"])
        attack_samples = (
            f"; {format_count(hidden, 'recorded attack sample') if hidden else 'no recorded attack sample'} hidden"
        )
    put(f"{name}: Tetragon {document['tetragon']} {verdict}; {format_count(count, 'filter')}{attack_samples}")
