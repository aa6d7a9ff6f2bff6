"""Put a rule file on a manager so that it could start at any moment: a refused file is taken back, and that is proved.

With `overwrite=true` the API leaves a refused new file on the disk. With such a file the manager does not start and
refuses every later upload. So a new file is put with `overwrite=false`, and the former text of an existing one is kept.
After every failure the file is read again and put right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tetratui.core.errors import SourceError, TetratuiError, UsageError
from tetratui.core.wazuh.client.api_answers import FailedItemError
from tetratui.core.wazuh.client.logtest import ManagerError
from tetratui.core.wazuh.client.manager import Manager
from tetratui.core.wazuh.engine.load.api_check import FILE_NAME, SIZE_LIMIT

_EXISTS, _MISSING = 1905, 1906
_FOLDER = "/var/ossec/etc/rules"
_TEST_COMMAND = "/var/ossec/bin/wazuh-analysisd -t"


@dataclass(slots=True)
class RuleUpload:
    """The upload of one rule file, which can be taken back."""

    manager: Manager
    name: str
    rules: bytes
    back_up: Callable[[bytes], str] | None = None
    """Keeps the former text on this host before it is replaced; returns the path of the copy."""
    outcome: str = "nothing was changed on the manager"
    """What is on the manager now, in one line."""
    needs_repair: bool = False
    """Whether `outcome` says what to do by hand."""
    _former: bytes | None = field(default=None, init=False)
    _backup: str = field(default="", init=False)
    _is_sent: bool = field(default=False, init=False)
    _is_accepted: bool = field(default=False, init=False)

    def run(self) -> str:
        """Put the file, prove that the manager holds it and would start with it, and return the outcome.

        Raises:
            UsageError: a name or size that the API does not take.
            SourceError: the manager cannot be reached; the message tells the outcome.
            ManagerError: it refuses the file, or does not hold what was sent; the message tells the outcome.
        """
        name, size = self.name, len(self.rules)
        if not FILE_NAME.fullmatch(name) or not 0 < size <= SIZE_LIMIT:
            raise UsageError(f"the API takes no rule file {name!r} of {size} bytes", "name it 0011-tetratui.xml")
        try:
            self._put()
            self._prove()
        except (SourceError, ManagerError) as error:
            kind = SourceError if isinstance(error, SourceError) else ManagerError
            outcome = self.take_back()
            raise kind(f"{error.message}; {outcome}", "" if self.needs_repair else error.remedy) from error
        except BaseException:
            # An interrupt too must not leave a file on the manager that nobody has proved.
            self.take_back()
            raise
        return self.outcome

    def take_back(self) -> str:
        """Put the former text back, or delete the new file, and return the outcome.

        It never fails: where the manager does not do it, the outcome says what to do by hand.
        """
        if self._is_sent:
            try:
                self.outcome = self._restore()
            except (SourceError, ManagerError) as error:
                self.outcome, self.needs_repair = self._describe_repair(error), True
        return self.outcome

    def _put(self) -> None:
        self._former = self.manager.read_rules(self.name)
        is_new = self._former is None
        if self._former is not None and self.back_up is not None:
            self._backup = self.back_up(self._former)
        self._is_sent = True
        try:
            self.manager.put_rules(self.name, self.rules, overwrite=not is_new)
        except FailedItemError as error:
            if is_new and _EXISTS in error.codes:
                # The manager has a file that it does not show. Ours was not written, so nothing may be deleted.
                self._is_sent = False
            raise
        self._is_accepted = True

    def _prove(self) -> None:
        current = self.manager.read_rules(self.name)
        if current is None or not _is_same(current, self.rules):
            raise ManagerError(f"the manager accepted {self.name} but holds another text", "read its api.log")
        faults = self.manager.test_configuration()
        if faults:
            raise ManagerError(f"with {self.name} the manager would not start: {'; '.join(faults)}", "correct the file")
        change = "a new file" if self._former is None else f"in place of the former text{self._describe_backup()}"
        self.outcome = (
            f"{self.name} is on the manager as sent, {change}; {_describe_test(faults)}; a reload puts it in force"
        )

    def _restore(self) -> str:
        current = self.manager.read_rules(self.name)
        if self._former is None:
            # A file that the manager accepted as new is deleted even if it does not show it. Otherwise only a file
            # that can be seen is deleted: a hidden one may be the operator's.
            if current is not None or self._is_accepted:
                self._remove()
                current = self.manager.read_rules(self.name)
            if current is not None:
                raise ManagerError("it is still there")
            state = f"{self.name} is not on the manager"
        else:
            if current is None or not _is_same(current, self._former):
                self.manager.put_rules(self.name, self._former, overwrite=True)
                current = self.manager.read_rules(self.name)
            if current is None or not _is_same(current, self._former):
                raise ManagerError("it holds another text")
            state = f"{self.name} holds its former text"
        return f"{state}; {self._test_again()}"

    def _test_again(self) -> str:
        try:
            return _describe_test(self.manager.test_configuration())
        except SourceError:
            return _describe_test(None)

    def _remove(self) -> None:
        try:
            self.manager.remove_rules(self.name)
        except FailedItemError as error:
            if _MISSING not in error.codes:
                raise

    def _describe_repair(self, error: TetratuiError) -> str:
        path = f"{_FOLDER}/{self.name}"
        if self._former is None:
            action, steps = "delete", f"delete {path}"
        else:
            action = "restore"
            steps = f"write the former text{self._describe_backup()} to {path} (owner wazuh:wazuh, mode 0660)"
        return (
            f"the manager did not {action} {self.name} ({error.message}): by hand, on the manager, {steps}, "
            f"then check that {_TEST_COMMAND} ends with 0; until then it may not start again"
        )

    def _describe_backup(self) -> str:
        return f" (kept in {self._backup})" if self._backup else ""


def _is_same(text: bytes, other: bytes) -> bool:
    """Return whether two texts differ in their line ends at most, which the API changes when it reads a file."""
    return _normalise(text) == _normalise(other)


def _normalise(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _describe_test(faults: tuple[str, ...] | None) -> str:
    if faults is None:
        return "whether the manager would start is not known: it does not say"
    if faults:
        return f"its configuration test still fails, so something else is wrong: {'; '.join(faults)}"
    return "its configuration test passes"
