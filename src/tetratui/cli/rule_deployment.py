"""Put a rule file on a manager and its rules in force, for `wazuh ask`; refuse rules that would do it harm."""

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
    """Put a rule file on the manager and print the outcome; a file that the API would refuse is not sent.

    Raises:
        RefusedError: the API would refuse or change the file.
        SourceError: the file cannot be read, or the manager cannot be reached.
        ManagerError: the manager refuses the file.
    """
    text = read_all_rule_files([path])[path.name]
    _check_file(path, text)
    check_manager(manager, path.name)
    sent = RuleUpload(manager, path.name, text, back_up=lambda former: _back_up(path.name, former))
    try:
        sent.run()
    except KeyboardInterrupt:
        say(sent.outcome)
        raise
    say(sent.outcome)
    return sent


def _check_file(path: Path, text: bytes) -> None:
    refusal = api_refuses(text) or session_refuses(Ruleset.load([path], beside_stock=True).notices)
    if refusal is not None:
        raise RefusedError(f"{path} is not sent, the API would refuse it: {refusal}", f"tetratui wazuh check {path}")
    for formula in api_changes(text):
        raise RefusedError(
            f"{path} is not sent, the API would put a ' before {brief(formula)!r} and so change it",
            "begin that text with another character",
        )


def _back_up(name: str, former: bytes) -> str:
    path = default_backups() / f"{name}.{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    replace_private(path, former)
    return str(path)


def reload(manager: Manager, sent: RuleUpload | None) -> tuple[str, ...]:
    """Put the rules in force, and return the manager's messages about them; if that fails, take the upload back.

    Raises:
        SourceError: the manager cannot be reached.
        ManagerError: it refuses.
        RulesRefusedError: rules are in force that differ from the files; then no line may be asked.
    """
    try:
        messages = manager.reload()
    except (SourceError, ManagerError) as error:
        if sent is None:
            raise
        kind = SourceError if isinstance(error, SourceError) else ManagerError
        outcome = f"{sent.take_back()}; {_reload_former(manager)}"
        raise kind(f"{error.message}; {outcome}", "" if sent.needs_repair else error.remedy) from error
    except KeyboardInterrupt:
        say("interrupted while the manager reloads: whether its rules are in force is not known")
        raise
    errors = [brief(text) for text in messages if is_error(text)]
    if errors:
        raise RulesRefusedError(
            f"rules are in force that differ from the files: {'; '.join(errors)}",
            "correct them; no line was asked, as each would leave a session of the rule tester locked",
        )
    return messages + _read_log(manager)


def _reload_former(manager: Manager) -> str:
    try:
        manager.reload()
    except FailedItemError:
        return "the former rules stay in force"
    except (SourceError, ManagerError):
        return "whether the former rules are in force is not known: reload or restart the manager by hand"
    return "the former rules are in force"


def _read_log(manager: Manager) -> tuple[str, ...]:
    if manager.is_restarting:
        say(
            "the manager restarts, because before 4.13 it cannot reload: its log will name the rules that it leaves out"
        )
        return ()
    try:
        return manager.read_load_messages()
    except ManagerError as error:
        say(f"the manager's log cannot be read: {error}")
        return ()


def check_before_asking(ruleset: Ruleset, folder: str) -> None:
    """Raise if the rule tester would refuse these rules and keep its session locked.

    Rules that do not load at all lock no session.

    Raises:
        RefusedError: the rules load with an ERROR.
    """
    faults = [notice for notice in ruleset.notices if notice.in_session and notice.level == "ERROR"]
    refusal = session_refuses(faults)
    if refusal is not None and ruleset.loads:
        raise RefusedError(
            f"nothing is asked: {faults[0].file} in {folder} would lock a session of the rule tester: {refusal}",
            "correct it until tetratui wazuh check finds no ERROR in it",
        )


def check_manager(manager: Manager, replaced: str = "") -> None:
    """Raise if a manager's own rules, as its API shows them, load with an ERROR.

    An upload needs this check too, because the API asks the rule tester at every upload.

    Args:
        manager: the manager whose rule files are read.
        replaced: the name of a file that is about to be replaced; it is not checked.

    Raises:
        RefusedError: they load with an ERROR.
    """
    try:
        texts = {name: manager.read_rules(name) for name in manager.list_rules() if name != replaced}
    except (SourceError, ManagerError):
        # If more is wrong than a missing permission, the next request fails too and names it.
        return
    ruleset = Ruleset.of({name: text for name, text in texts.items() if text is not None}, beside_stock=True)
    check_before_asking(ruleset, "the manager's etc/rules")


def check_local_rules(socket: Path) -> None:
    """Raise if the rules of this host's manager load with an ERROR; rules that cannot be read are not checked.

    Args:
        socket: the rule tester's socket; the rules are in the same installation.

    Raises:
        RefusedError: they load with an ERROR.
    """
    rules = socket.parents[2] / "etc" / "rules" if socket.parent.name == "sockets" else None
    if rules is None:
        return
    try:
        ruleset = Ruleset.load([rules], beside_stock=True)
    except SourceError:
        return
    check_before_asking(ruleset, str(rules))
