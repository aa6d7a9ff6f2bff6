"""The part of a change that is the manager's rules: back up, put, try, reload; and the same with the former rules.

With a file that loads with an ERROR the rule tester locks a session for ever at each question. So the manager's own
rules are checked before the first question, and nothing is asked after a refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tetratui.core.apply.change_part import ChangeStep, Report
from tetratui.core.apply.machine import digest
from tetratui.core.apply.rule_checks import check_manager, check_rule_file
from tetratui.core.errors import RefusedError, SourceError, TargetError
from tetratui.core.export.atomic_write import replace_private
from tetratui.core.folders import DEFAULT_EXPORT_FILE
from tetratui.core.wazuh.client.api_answers import FailedItemError
from tetratui.core.wazuh.client.logtest import ManagerError
from tetratui.core.wazuh.client.manager import Account, Manager
from tetratui.core.wazuh.client.rule_upload import RuleUpload
from tetratui.core.wazuh.engine.load.messages import brief, is_error
from tetratui.core.wazuh.rule_ids import ids_in

KIND = "wazuh-rules"
BACK_UP, PUT, TRY, RELOAD = "back up the rules", "put the rules on the manager", "try the rules", "reload the rules"
PUT_BACK, RELOAD_FORMER = "put the former rules back", "reload the former rules"
_WAIT = 180.0
"""Seconds; a reload with the stock rules takes two."""


@dataclass(frozen=True, slots=True)
class ProbeLines:
    """Two lines of an export file by which the rules are tried; None where the file has no such line."""

    silenced: bytes | None = None
    rule: int | None = None
    """The rule that silences the first."""
    kept: bytes | None = None


@dataclass(slots=True)
class ManagerPart:
    """The change of one rule file on a manager, over its API."""

    account: Account
    name: str
    before: str
    """The digest of the former text; empty if there was no file."""
    after: str
    backups: Path
    rules: bytes | None = None
    """The new text; None when the file is taken away, or the change was read from the journal."""
    lines: ProbeLines = field(default_factory=ProbeLines)
    connect: Callable[[Account], Manager] = Manager
    kind: str = KIND

    @classmethod
    def from_facts(cls, facts: dict[str, Any], password: str) -> ManagerPart:
        """Return the part that the journal describes; the password is never in it."""
        authority = Path(facts["authority"]) if facts["authority"] else None
        account = Account(facts["url"], facts["user"], password, authority, facts["verify"])
        return cls(account, facts["name"], facts["before"], facts["after"], Path(facts["backups"]))

    def facts(self) -> dict[str, Any]:
        """Return what is needed to go back, but for the password."""
        account = self.account
        return {
            "kind": self.kind,
            "url": account.url,
            "user": account.user,
            "authority": str(account.authority) if account.authority else "",
            "verify": account.verify,
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "backups": str(self.backups),
        }

    @property
    def former_copy(self) -> Path:
        """Where the former text is kept."""
        return self.backups / f"{self.name}.before"

    def steps(self) -> list[ChangeStep]:
        """Return the steps that put the new rules in force."""
        url = self.account.url
        action = "put" if self.after else "remove"
        return [
            ChangeStep(
                BACK_UP,
                f"keep {self.name} of {url} in {self.backups}" if self.before else f"{self.name} is new on {url}",
                "the copy is read again, and the manager's other rules load without an error",
                "nothing to undo: the copy stays",
                self._back_up,
                _WAIT,
            ),
            ChangeStep(
                PUT,
                f"{action} {self.name} in etc/rules of {url}; it is not in force yet",
                "the manager shows the same text, and would start with it",
                "the former text comes back, or the file is deleted",
                self._put,
                _WAIT,
            ),
            ChangeStep(
                TRY,
                "nothing: the rule tester is asked about one event that is silenced and one that is not",
                "the first gets one of our rules of level 0, the second none",
                "none needed; its session is closed",
                self._try,
                _WAIT,
            ),
            ChangeStep(
                RELOAD,
                f"{url} reloads its rules",
                "the answer of the reload: no error, and no message that a rule is not as it was written",
                "the former rules are reloaded",
                self._reload,
                _WAIT,
            ),
        ]

    def undo_steps(self, touched: frozenset[str]) -> list[ChangeStep]:
        """Return the steps that put the former rules in force."""
        steps = []
        if PUT in touched:
            title = f"put the former {self.name} back" if self.before else f"delete {self.name}"
            steps.append(ChangeStep(PUT_BACK, title, "the manager shows the former text", "", self._put_back, _WAIT))
        if RELOAD in touched:
            title = f"{self.account.url} reloads its rules"
            steps.append(ChangeStep(RELOAD_FORMER, title, "the answer of the reload", "", self._reload, _WAIT))
        return steps

    def check(self) -> None:
        """Do nothing: a manager that reloaded its rules keeps them."""

    def finish(self) -> None:
        """Do nothing: nothing of ours is left on the manager."""

    def _back_up(self, report: Report) -> str:
        report(self.account.url)
        with closing(self.connect(self.account)) as manager:
            check_manager(manager, self.name)
            former = self._read_unchanged(manager)
        if self.rules is not None:
            replace_private(self.backups / f"{self.name}.after", self.rules)
        if former is None:
            return f"{self.name} was not on the manager"
        replace_private(self.former_copy, former)
        return f"kept as {self.former_copy}"

    def _read_unchanged(self, manager: Manager) -> bytes | None:
        former = manager.read_rules(self.name)
        if (digest(former) if former is not None else "") != self.before:
            raise RefusedError(
                f"{self.name} on {self.account.url} has changed since it was shown", "look at the plan again"
            )
        return former

    def _put(self, report: Report) -> str:
        report(self.name)
        with closing(self.connect(self.account)) as manager:
            self._read_unchanged(manager)
            if not self.after:
                manager.remove_rules(self.name)
                return f"{self.name} is deleted"
            if self.rules is None or digest(self.rules) != self.after:
                raise RefusedError(f"{self.name} does not hold what was shown", "look at the plan again")
            check_rule_file(Path(self.name), self.rules)
            return RuleUpload(manager, self.name, self.rules).run()

    def _try(self, report: Report) -> str:
        lines = [line for line in (self.lines.silenced, self.lines.kept) if line is not None]
        if not lines or not self.after:
            return "nothing was tried: the export file has no event that the rules silence"
        ours = ids_in(self.rules or b"")
        answers = []
        with closing(self.connect(self.account)) as manager:
            for line in lines:
                report("the rule tester is asked")
                answers.append(manager.match(line.decode("utf-8", "replace"), DEFAULT_EXPORT_FILE))
        if self.lines.silenced is not None and answers[0].rule != self.lines.rule:
            raise TargetError(
                f"an event that rule {self.lines.rule} should silence gets rule {answers[0].rule}",
                "does another rule of level 0 come first? tetratui wazuh match",
            )
        kept = answers[-1] if self.lines.kept is not None else None
        if kept is not None and kept.rule in ours and not kept.level:
            raise TargetError(f"an event that should be kept is silenced by rule {kept.rule}", "tetratui wazuh match")
        silenced = f"one event is silenced by rule {answers[0].rule}" if self.lines.silenced is not None else ""
        other = f"one is kept by {'no rule' if kept.rule is None else f'rule {kept.rule}'}" if kept is not None else ""
        return "; ".join(text for text in (silenced, other) if text)

    def _reload(self, report: Report) -> str:
        report(self.account.url)
        with closing(self.connect(self.account)) as manager:
            messages = manager.reload()
            restarting = manager.is_restarting
        errors = [brief(message) for message in messages if is_error(message)]
        if errors:
            raise TargetError(f"rules are in force that differ from the files: {'; '.join(errors)}", "correct them")
        if restarting:
            return "the manager restarts, because before 4.13 it cannot reload: look at its log for what it leaves out"
        warnings = f"; it says: {'; '.join(map(brief, messages))}" if messages else ""
        return f"the manager reloaded its rules{warnings}"

    def _put_back(self, report: Report) -> str:
        report(self.name)
        former = self.read_former()
        with closing(self.connect(self.account)) as manager:
            current = manager.read_rules(self.name)
            if former is None and current is not None:
                _delete(manager, self.name)
            elif former is not None and current != former:
                manager.put_rules(self.name, former, overwrite=True)
            current = manager.read_rules(self.name)
            if (digest(current) if current is not None else "") != self.before:
                raise TargetError(
                    f"{self.name} on the manager is not as it was", f"put {self.former_copy} there by hand, then reload"
                )
        return f"{self.name} holds its former text" if former is not None else f"{self.name} is gone, as it was"

    def read_former(self) -> bytes | None:
        """Return the former text, None if there was no file. Raises SourceError or TargetError."""
        if not self.before:
            return None
        try:
            former = self.former_copy.read_bytes()
        except OSError as error:
            raise SourceError(f"{self.former_copy} cannot be read: {error.strerror or error}", "") from error
        if digest(former) != self.before:
            raise TargetError(f"{self.former_copy} does not hold the former rules", "put them back by hand")
        return former


def _delete(manager: Manager, name: str) -> None:
    try:
        manager.remove_rules(name)
    except FailedItemError as error:
        if manager.read_rules(name) is not None:
            raise ManagerError(error.message, error.remedy) from error
