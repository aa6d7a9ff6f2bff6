"""Check rules before a manager is asked about them: some that load would lock a session of its rule tester for ever."""

from __future__ import annotations

from pathlib import Path

from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.wazuh.client.logtest import ManagerError
from tetratui.core.wazuh.client.manager import Manager
from tetratui.core.wazuh.engine.load.api_check import api_changes, api_refuses, session_refuses
from tetratui.core.wazuh.engine.load.messages import brief
from tetratui.core.wazuh.engine.load.ruleset import Ruleset


def check_rule_file(path: Path, text: bytes) -> None:
    """Raise if the API would refuse or change a rule file, or the rule tester its rules.

    Raises:
        RefusedError: it would.
    """
    refusal = api_refuses(text) or session_refuses(Ruleset.of({path.name: text}, beside_stock=True).notices)
    if refusal is not None:
        raise RefusedError(f"{path} is not sent, the API would refuse it: {refusal}", f"tetratui wazuh check {path}")
    for formula in api_changes(text):
        raise RefusedError(
            f"{path} is not sent, the API would put a ' before {brief(formula)!r} and so change it",
            "begin that text with another character",
        )


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
