"""`tetratui wazuh ask`: which rule a real manager gives to each line, and whether ours is the same."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.manager_account import PASSWORD_VARIABLE, make_account
from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.cli.rule_options import load_rules, manager_options
from tetratui.cli.source_argument import SOURCE
from tetratui.cli.source_report import read_rows
from tetratui.cli.termination import Termination
from tetratui.core.errors import UsageError
from tetratui.core.folders import DEFAULT_EXPORT_FILE

if TYPE_CHECKING:
    from tetratui.core.hosts.host_source import Source
    from tetratui.core.wazuh.client.logtest import LogtestSocket
    from tetratui.core.wazuh.client.manager import Manager
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset


@dataclass(slots=True)
class _Answers:
    """The manager's answers for all lines."""

    matches: list[tuple[int, int | None, int | None]] = field(default_factory=list)
    """(row, rule, level)."""
    differs: list[tuple[int, int | None, int | None]] = field(default_factory=list)
    """(row, the manager's rule, our rule)."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Messages about rules that the manager leaves out, in order: text without its level → message.

    A reload omits the level, so the same message comes with and without it.
    """
    too_long: list[int] = field(default_factory=list)
    """Rows that do not fit into a request."""
    upload: str | None = None
    """What is on the manager after an upload."""

    def add_messages(self, messages: Sequence[str]) -> None:
        """Add messages about rules, each once."""
        for message in messages:
            self.skipped.setdefault(message.removeprefix("WARNING: ").removeprefix("ERROR: "), message)

    def as_json(self) -> dict[str, Any]:
        return {
            "asked": len(self.matches),
            "matches": self.matches,
            "differs": self.differs,
            "skipped": list(self.skipped.values()),
            "too_long": self.too_long,
            "upload": self.upload,
        }

    def print(self) -> None:
        # Not needed for `--help`.
        from tetratui.core.wazuh.engine.load.messages import brief

        for row, rule, level in self.matches:
            put(f"{row:>8}  {_describe_rule(rule)}{'' if level is None else f' level {level}'}")
        for row, theirs, ours in self.differs:
            put(f"{row:>8}  DIFFERS: the manager gives {_describe_rule(theirs)}, tetratui {_describe_rule(ours)}")
        for message in self.skipped.values():
            say(brief(message))
        for row in self.too_long:
            say(f"row {row} was not asked: it is longer than the manager's rule tester takes")


def _describe_rule(rule: int | None) -> str:
    return "no rule" if rule is None else f"rule {rule}"


@click.command()
@click.option(
    "--events",
    "sources",
    multiple=True,
    required=True,
    metavar="SOURCE",
    type=SOURCE,
    help="File, folder, .gz, - or host.",
)
@click.option("--socket", "path", type=click.Path(path_type=Path), help="The rule tester's socket on this host.")
@click.option("--url", help="The API of a manager elsewhere: https://manager:55000.")
@click.option(
    "--user", default="wazuh", show_default=True, help=f"Its user; the password comes from {PASSWORD_VARIABLE}."
)
@click.option("--ca", type=click.Path(path_type=Path), help="Certificate authority to trust, a PEM file.")
@click.option("--insecure", is_flag=True, help="Do not check the manager's certificate.")
@click.option("--upload", type=click.Path(path_type=Path), help="Put this rule file on the manager first (API).")
@click.option("--reload", is_flag=True, help="Put the manager's rules in force first (API).")
@click.option("--rules", "rules", multiple=True, help="Rule files or folders: compare the manager's answers with ours.")
@manager_options
@click.option("--most", default=100, show_default=True, help="Most lines to ask about; each is a request.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def ask(
    sources: tuple[str, ...],
    most: int,
    rules: tuple[str, ...],
    upload: Path | None,
    reload: bool,
    decoders: tuple[Path, ...],
    stock: Path | None,
    as_json: bool,
    **address: Any,
) -> int:
    """Ask a real Wazuh manager, by its socket or its API, which rule it gives to the lines of SOURCE."""
    answers = _Answers()
    if address["url"] is None and (upload or reload):
        raise UsageError("--upload and --reload need the manager's API", "name it with --url")
    ruleset = _load_to_compare(rules, decoders, stock) if rules else None
    termination = Termination()
    with termination.handle(), closing(_connect(**address)) as manager:
        _prepare(manager, upload, reload, answers)
        _ask_each(manager, islice(_read_lines(sources), most), ruleset, answers, termination)
    if as_json:
        put_json(answers.as_json())
    else:
        answers.print()
    return ExitCode.REFUSED if answers.differs else ExitCode.DONE


def _prepare(manager: LogtestSocket | Manager, upload: Path | None, reload: bool, answers: _Answers) -> None:
    """Put a rule file on the manager and its rules in force, as the options say."""
    # httpx and the rule reader are needed only by a call that uses the API.
    from tetratui.core.wazuh.client.logtest import LogtestSocket

    if isinstance(manager, LogtestSocket):
        return
    from tetratui.cli import rule_deployment
    from tetratui.core.apply.rule_checks import check_manager

    sent = rule_deployment.upload(manager, upload) if upload is not None else None
    if sent is not None:
        answers.upload = sent.outcome
    if reload:
        answers.add_messages(rule_deployment.reload(manager, sent))
    check_manager(manager)


def _load_to_compare(rules: Sequence[str], decoders: tuple[Path, ...], stock: Path | None) -> Ruleset:
    """Load the rules with which the manager's answers are compared."""
    # The engine is needed only when there is something to compare with.
    from tetratui.core.apply.rule_checks import check_before_asking

    # The rule tester treats the line as one of the manager's own host, at the time of the request.
    sender: dict[str, bytes | None] = {"location": DEFAULT_EXPORT_FILE.encode(), "hostname": None}
    ruleset = load_rules(rules, decoders, stock, sender=sender)
    check_before_asking(ruleset, " ".join(rules))
    return ruleset


def _ask_each(
    manager: LogtestSocket | Manager,
    lines: Iterator[tuple[int, bytes]],
    ruleset: Ruleset | None,
    answers: _Answers,
    termination: Termination,
) -> None:
    # Not needed for `--help`.
    from tetratui.core.wazuh.client.logtest import LineTooLongError

    started = time.time()
    session = ruleset.session(lambda _: started) if ruleset is not None else None
    for row, line in lines:
        try:
            # Only the first answer names the session: without it, nobody could close the session.
            with nullcontext() if answers.matches else termination.defer():
                answer = manager.match(line.decode("utf-8", "replace"), DEFAULT_EXPORT_FILE)
        except LineTooLongError:
            answers.too_long.append(row)
            continue
        answers.matches.append((row, answer.rule, answer.level))
        answers.add_messages(answer.rule_messages)
        ours = session.match(line) if session is not None else None
        # Where we cannot follow a rule that could decide, there is nothing to compare.
        if ours is not None and not ours.unknown and ours.rule != answer.rule:
            answers.differs.append((row, answer.rule, ours.rule))


def _read_lines(sources: Sequence[Source]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines as the agent sends them, with their rows."""
    # Reading sources is not needed for `--help`.
    from tetratui.core.sources import SourceRegistry
    from tetratui.core.wazuh.engine.formats.agent_reader import AgentReader

    reader = AgentReader()
    for row, line in read_rows(sources, SourceRegistry()):
        sent = reader.read(line).line
        if sent is not None:
            yield row, sent


def _connect(path: Path | None, url: str | None, user: str, ca: Path | None, insecure: bool) -> LogtestSocket | Manager:
    # The clients are not needed for `--help`, and httpx only for the API.
    from tetratui.core.wazuh.client.logtest import DEFAULT_SOCKET, LogtestSocket

    if url is None:
        from tetratui.core.apply.rule_checks import check_local_rules

        check_local_rules(path or DEFAULT_SOCKET)
        return LogtestSocket(path or DEFAULT_SOCKET)
    from tetratui.core.wazuh.client.manager import Manager

    if path is not None:
        raise UsageError("--socket and --url cannot be used together", "leave one out")
    return Manager(make_account(url, user, ca, insecure))
