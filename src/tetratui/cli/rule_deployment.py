"""Put a rule file on a manager and its rules in force, for `wazuh ask`; refuse rules that would do it harm."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tetratui.cli.output import say
from tetratui.core.apply.rule_checks import check_manager, check_rule_file
from tetratui.core.errors import SourceError
from tetratui.core.export.atomic_write import default_backups, replace_private
from tetratui.core.wazuh.client.api_answers import FailedItemError
from tetratui.core.wazuh.client.logtest import ManagerError, RulesRefusedError
from tetratui.core.wazuh.client.rule_upload import RuleUpload
from tetratui.core.wazuh.engine.load.messages import brief, is_error
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
    check_rule_file(path, text)
    check_manager(manager, path.name)
    sent = RuleUpload(manager, path.name, text, back_up=lambda former: _back_up(path.name, former))
    try:
        sent.run()
    except KeyboardInterrupt:
        say(sent.outcome)
        raise
    say(sent.outcome)
    return sent


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
