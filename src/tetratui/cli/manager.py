"""`tetratui wazuh ask`: which rule does a real manager give to these lines, and is it the one we say?"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from tetratui.cli.endings import Endings
from tetratui.cli.output import ExitCode, put, put_json, say
from tetratui.cli.rule_options import load_rules, manager_options
from tetratui.core.errors import UsageError
from tetratui.core.folders import DEFAULT_EXPORT_FILE

if TYPE_CHECKING:
    from tetratui.core.wazuh.client.logtest import LogtestSocket
    from tetratui.core.wazuh.client.manager import Manager
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset

PASSWORD = "TETRATUI_WAZUH_PASSWORD"  # noqa: S105 - the name of a variable, not a password
"""Environment variable that holds the API password; without it the operator is asked."""


@dataclass(slots=True)
class _Answers:
    """What was asked, and what came back."""

    matches: list[tuple[int, int | None, int | None]] = field(default_factory=list)
    """(row, rule, level)."""
    differs: list[tuple[int, int | None, int | None]] = field(default_factory=list)
    """(row, the manager's rule, ours)."""
    skipped: dict[str, str] = field(default_factory=dict)
    """What the manager said of rules it leaves out, in order; by its text without the level, which a reload omits."""
    too_long: list[int] = field(default_factory=list)
    """Rows that do not fit into a request."""
    upload: str | None = None
    """What lies on the manager after an upload."""

    def hear(self, messages: Sequence[str]) -> None:
        """Take what the manager said, each message once."""
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

    def tell(self) -> None:
        # Not needed for `--help`.
        from tetratui.core.wazuh.engine.load.messages import brief

        for row, rule, level in self.matches:
            put(f"{row:>8}  {'no rule' if rule is None else f'rule {rule} level {level}'}")
        for row, theirs, ours in self.differs:
            put(f"{row:>8}  DIFFERS: the manager says {theirs}, we say {ours}")
        for message in self.skipped.values():
            say(brief(message))
        for row in self.too_long:
            say(f"row {row} is longer than the manager's rule tester takes: not asked")


@click.command()
@click.option("--events", "sources", multiple=True, required=True, metavar="SOURCE", help="File, folder, .gz or -.")
@click.option("--socket", "path", type=click.Path(path_type=Path), help="The rule tester's socket on this host.")
@click.option("--url", help="The API of a manager elsewhere: https://manager:55000.")
@click.option("--user", default="wazuh", show_default=True, help=f"Its user; the password comes from {PASSWORD}.")
@click.option("--ca", type=click.Path(path_type=Path), help="Certificate authority to trust, a PEM file.")
@click.option("--insecure", is_flag=True, help="Do not check the manager's certificate.")
@click.option("--upload", type=click.Path(path_type=Path), help="Put this rule file on the manager first (API).")
@click.option("--reload", is_flag=True, help="Make the manager's rules active first (API).")
@click.option("--rules", "rules", multiple=True, help="Rule files or folders: compare with what we say of them.")
@manager_options
@click.option("--most", default=100, show_default=True, help="Lines to ask about; each is a request.")
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
    **where: Any,
) -> int:
    """Ask a real Wazuh manager, by its socket or its API, which rule it gives to the lines of SOURCE."""
    answers = _Answers()
    if where["url"] is None and (upload or reload):
        raise UsageError("--upload and --reload need the manager's API", "name it with --url")
    ruleset = _load_to_compare(rules, decoders, stock) if rules else None
    endings = Endings()
    with endings.taken(), closing(_opened(**where)) as manager:
        _prepare(manager, upload, reload, answers)
        _ask_each(manager, islice(_sent(sources), most), ruleset, answers, endings)
    if as_json:
        put_json(answers.as_json())
    else:
        answers.tell()
    return ExitCode.REFUSED if answers.differs else ExitCode.DONE


def _prepare(manager: LogtestSocket | Manager, upload: Path | None, reload: bool, answers: _Answers) -> None:
    """Put a rule file on the manager and its rules in force, as far as asked for."""
    # httpx and the rule reader are loaded only by who asks for this.
    from tetratui.core.wazuh.client.logtest import LogtestSocket

    if isinstance(manager, LogtestSocket):
        return
    from tetratui.cli import uploading

    sent = uploading.upload(manager, upload) if upload is not None else None
    if sent is not None:
        answers.upload = sent.stands
    if reload:
        answers.hear(uploading.reload(manager, sent))
    uploading.check_manager(manager)


def _load_to_compare(rules: Sequence[str], decoders: tuple[Path, ...], stock: Path | None) -> Ruleset:
    """Load the rules that the manager's answers are compared with."""
    # The engine is needed only when there is something to compare with.
    from tetratui.cli.uploading import check_before_asking

    # The tester takes the line as one of the manager's own, at the time it is asked.
    sender: dict[str, bytes | None] = {"location": DEFAULT_EXPORT_FILE.encode(), "hostname": None}
    ruleset = load_rules(rules, decoders, stock, sender=sender)
    check_before_asking(ruleset, " ".join(rules))
    return ruleset


def _ask_each(
    manager: LogtestSocket | Manager,
    lines: Iterator[tuple[int, bytes]],
    ruleset: Ruleset | None,
    answers: _Answers,
    endings: Endings,
) -> None:
    # Not needed for `--help`.
    from tetratui.core.wazuh.client.logtest import LineTooLongError

    started = time.time()
    session = ruleset.session(lambda _: started) if ruleset is not None else None
    for row, line in lines:
        try:
            # The first answer names the session; without it nobody could close it.
            with nullcontext() if answers.matches else endings.put_off():
                answer = manager.match(line.decode("utf-8", "replace"), DEFAULT_EXPORT_FILE)
        except LineTooLongError:
            answers.too_long.append(row)
            continue
        answers.matches.append((row, answer.rule, answer.level))
        answers.hear(answer.skipped)
        ours = session.match(line) if session is not None else None
        # Where a rule that would decide is not followed, there is nothing to compare.
        if ours is not None and not ours.unknown and ours.rule != answer.rule:
            answers.differs.append((row, answer.rule, ours.rule))


def _sent(sources: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """The lines as the agent sends them, with their rows."""
    # Reading sources is not needed for `--help`.
    from tetratui.core.sources import SourceRegistry, expand, read_all
    from tetratui.core.wazuh.engine.formats.agent_reader import AgentReader

    reader = AgentReader()
    lines = (line for chunk in read_all(expand(sources), SourceRegistry()) for line in chunk.lines)
    for row, line in enumerate(lines):
        sent = reader.read(line).line
        if sent is not None:
            yield row, sent


def _opened(path: Path | None, url: str | None, user: str, ca: Path | None, insecure: bool) -> LogtestSocket | Manager:
    # httpx is loaded only by who asks a manager elsewhere.
    from tetratui.core.wazuh.client.logtest import SOCKET, LogtestSocket

    if url is None:
        from tetratui.cli.uploading import check_disk

        check_disk(path or SOCKET)
        return LogtestSocket(path or SOCKET)
    from tetratui.core.wazuh.client.manager import Account, Manager

    if path is not None:
        raise UsageError("--socket and --url are two ways to one manager", "take one")
    return Manager(Account(url, user, _password(), ca, not insecure))


def _password() -> str:
    password = os.environ.get(PASSWORD)
    if password:
        return password
    if not sys.stdin.isatty():
        raise UsageError("the API's password is not known", f"put it into {PASSWORD}")
    return str(click.prompt("Password of the API", hide_input=True, err=True))
