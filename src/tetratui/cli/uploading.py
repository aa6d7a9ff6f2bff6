"""Putting a rule file on a manager and its rules in force, before lines are asked of it: never one that does harm."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tetratui.cli.output import say
from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.export.atomic_write import default_backups, replace_private
from tetratui.core.wazuh.client.api_answers import FailedItemError
from tetratui.core.wazuh.client.logtest import ManagerError, RulesRefusedError
from tetratui.core.wazuh.client.rule_upload import RuleUpload
from tetratui.core.wazuh.engine.load.api_check import api_changes, api_refuses, session_refuses
from tetratui.core.wazuh.engine.load.messages import brief, is_error
from tetratui.core.wazuh.engine.load.ruleset import Ruleset
from tetratui.core.wazuh.rule_ids import read_all_rule_files

if TYPE_CHECKING:
    from tetratui.core.wazuh.client.manager import Manager


def upload(manager: Manager, path: Path) -> RuleUpload:
    """Put a rule file on the manager and say what stands; one that it would refuse is not sent.

    Raises:
        RefusedError: the API would refuse or change it.
        SourceError: the file cannot be read, or the manager not be reached.
        ManagerError: the manager refuses it.
    """
    text = read_all_rule_files([path])[path.name]
    _check(path, text)
    check_manager(manager, path.name)
    sent = RuleUpload(manager, path.name, text, keep=lambda former: _kept(path.name, former))
    try:
        sent.run()
    except KeyboardInterrupt:
        say(sent.stands)
        raise
    say(sent.stands)
    return sent


def _check(path: Path, text: bytes) -> None:
    refusal = api_refuses(text) or session_refuses(Ruleset.load([path], beside_stock=True).notices)
    if refusal is not None:
        raise RefusedError(f"{path} is not sent, the API would refuse it: {refusal}", f"tetratui wazuh check {path}")
    for formula in api_changes(text):
        raise RefusedError(
            f"{path} is not sent, the API would write a ' before {brief(formula)!r}", "begin that text otherwise"
        )


def _kept(name: str, former: bytes) -> str:
    path = default_backups() / f"{name}.{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    replace_private(path, former)
    return str(path)


def reload(manager: Manager, sent: RuleUpload | None) -> tuple[str, ...]:
    """Put the rules in force; returns what the manager says of them. If it does not, what was sent is taken back.

    Raises:
        SourceError: the manager cannot be reached.
        ManagerError: it refuses.
        RulesRefusedError: rules are in force that are not what was written; no line may be asked then.
    """
    try:
        told = manager.reload()
    except (SourceError, ManagerError) as error:
        if sent is None:
            raise
        kind = SourceError if isinstance(error, SourceError) else ManagerError
        stands = f"{sent.take_back()}; {_reloaded_again(manager)}"
        raise kind(f"{error.message}; {stands}", "" if sent.needs_hand else error.remedy) from error
    except KeyboardInterrupt:
        say("interrupted while the manager reloads: whether its rules are in force is not known")
        raise
    errors = [brief(text) for text in told if is_error(text)]
    if errors:
        raise RulesRefusedError(
            f"rules are in force that are not what was written: {'; '.join(errors)}",
            "correct them; no line was asked, as each would leave a session of the rule tester locked",
        )
    return told + _logged(manager)


def _reloaded_again(manager: Manager) -> str:
    try:
        manager.reload()
    except FailedItemError:
        return "the rules that were in force go on"
    except (SourceError, ManagerError):
        return "whether the former rules are in force is not known: reload or restart the manager by hand"
    return "the former rules are in force"


def _logged(manager: Manager) -> tuple[str, ...]:
    if manager.is_restarting:
        say("the manager restarts, as before 4.13 it cannot reload: what it leaves out stands in its log afterwards")
        return ()
    try:
        return manager.skipped()
    except ManagerError as error:
        say(f"the manager's log is not read: {error}")
        return ()


def check_before_asking(ruleset: Ruleset, where: str) -> None:
    """Refuse to ask a manager that has these rules: its tester would refuse them and keep the session locked.

    Rules that do not load at all lock nothing.

    Raises:
        RefusedError: they load with an ERROR.
    """
    at_fault = [notice for notice in ruleset.notices if notice.in_session and notice.level == "ERROR"]
    refusal = session_refuses(at_fault)
    if refusal is not None and ruleset.loads:
        raise RefusedError(
            f"nothing is asked, {at_fault[0].file} in {where} holds what locks a session of the rule tester: {refusal}",
            "correct it, then see that tetratui wazuh check finds no ERROR in it",
        )


def check_manager(manager: Manager, replaced: str = "") -> None:
    """Refuse to ask a manager elsewhere whose own rules load with an ERROR, where its API shows them.

    The API itself asks its rule tester at every upload.

    Args:
        manager: whom to ask for its rule files.
        replaced: the name of a file whose text is about to be replaced.

    Raises:
        RefusedError: they do.
    """
    try:
        texts = {name: manager.rule_text(name) for name in manager.rule_names() if name != replaced}
    except (SourceError, ManagerError):
        # What is asked next tells what is wrong, if it is more than a permission.
        return
    ruleset = Ruleset.of({name: text for name, text in texts.items() if text is not None}, beside_stock=True)
    check_before_asking(ruleset, "the manager's etc/rules")


def check_disk(socket: Path) -> None:
    """Refuse to ask a manager of this host whose own rules load with an ERROR, where they can be read.

    Raises:
        RefusedError: they do.
    """
    rules = socket.parents[2] / "etc" / "rules" if socket.parent.name == "sockets" else None
    if rules is None:
        return
    try:
        ruleset = Ruleset.load([rules], beside_stock=True)
    except SourceError:
        return
    check_before_asking(ruleset, str(rules))
