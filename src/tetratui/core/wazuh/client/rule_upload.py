"""Putting a rule file on a manager so that it could start at any moment: what is refused is taken back, and proved.

With `overwrite=true` the API leaves a refused new file on the disk, with which the manager does not start and refuses
every later upload. So a new file is put with `overwrite=false`, the text of a former one is kept, and after every
failure the file is read again and put right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tetratui.core.errors import SourceError, TetratuiError, UsageError
from tetratui.core.wazuh.client.api_answers import FailedItemError
from tetratui.core.wazuh.client.logtest import ManagerError
from tetratui.core.wazuh.engine.load.api_check import FILE_NAME, SIZE_LIMIT

if TYPE_CHECKING:
    from tetratui.core.wazuh.client.manager import Manager

_EXISTS, _MISSING = 1905, 1906
_FOLDER = "/var/ossec/etc/rules"
_TEST = "/var/ossec/bin/wazuh-analysisd -t"


@dataclass(slots=True)
class RuleUpload:
    """One rule file on its way to a manager, and back if need be."""

    manager: Manager
    name: str
    rules: bytes
    keep: Callable[[bytes], str] | None = None
    """Keeps the former text on this host before it is replaced; returns where."""
    stands: str = "nothing was changed on the manager"
    """One line: what lies on the manager now."""
    needs_hand: bool = False
    """Whether it says what to do by hand."""
    _former: bytes | None = field(default=None, init=False)
    _kept: str = field(default="", init=False)
    _is_sent: bool = field(default=False, init=False)
    _is_taken: bool = field(default=False, init=False)

    def run(self) -> str:
        """Put the file and prove that it lies there and that the manager would start; returns what stands.

        Raises:
            UsageError: a name or size that the API does not take.
            SourceError: the manager cannot be reached; the message says what stands.
            ManagerError: it refuses the file, or does not hold what was sent; the message says what stands.
        """
        name, size = self.name, len(self.rules)
        if not FILE_NAME.fullmatch(name) or not 0 < size <= SIZE_LIMIT:
            raise UsageError(f"the API takes no rule file {name!r} of {size} bytes", "name it 0011-tetratui.xml")
        try:
            self._put()
            self._prove()
        except (SourceError, ManagerError) as error:
            kind = SourceError if isinstance(error, SourceError) else ManagerError
            stands = self.take_back()
            raise kind(f"{error.message}; {stands}", "" if self.needs_hand else error.remedy) from error
        except BaseException:
            # An interrupt too must not leave a file there that nobody has proved.
            self.take_back()
            raise
        return self.stands

    def take_back(self) -> str:
        """Put the former text back, or delete what was new; returns what stands, or what to do by hand.

        It never fails: where the manager does not do it, the line says how.
        """
        if self._is_sent:
            try:
                self.stands = self._restored()
            except (SourceError, ManagerError) as error:
                self.stands, self.needs_hand = self._by_hand(error), True
        return self.stands

    def _put(self) -> None:
        self._former = self.manager.rule_text(self.name)
        is_new = self._former is None
        if self._former is not None and self.keep is not None:
            self._kept = self.keep(self._former)
        self._is_sent = True
        try:
            self.manager.put_rules(self.name, self.rules, overwrite=not is_new)
        except FailedItemError as error:
            if is_new and _EXISTS in error.codes:
                # It does not show the file that is there: nothing was written, and nothing of ours is to be deleted.
                self._is_sent = False
            raise
        self._is_taken = True

    def _prove(self) -> None:
        there = self.manager.rule_text(self.name)
        if there is None or not _is_same(there, self.rules):
            raise ManagerError(f"the manager took {self.name} and holds another text", "read its api.log")
        faults = self.manager.configuration_faults()
        if faults:
            raise ManagerError(f"with {self.name} the manager would not start: {'; '.join(faults)}", "correct the file")
        former = "new" if self._former is None else f"in place of the former text{self._where()}"
        self.stands = f"{self.name} lies on the manager as sent, {former}; {_tested(faults)}; a reload puts it in force"

    def _restored(self) -> str:
        there = self.manager.rule_text(self.name)
        if self._former is None:
            # What it took as new is deleted even where it does not show it; else nothing that is not seen is deleted.
            if there is not None or self._is_taken:
                self._remove()
                there = self.manager.rule_text(self.name)
            if there is not None:
                raise ManagerError("it is still there")
            state = f"{self.name} is not on the manager"
        else:
            if there is None or not _is_same(there, self._former):
                self.manager.put_rules(self.name, self._former, overwrite=True)
                there = self.manager.rule_text(self.name)
            if there is None or not _is_same(there, self._former):
                raise ManagerError("it holds another text")
            state = f"{self.name} holds its former text"
        return f"{state}; {self._tested_again()}"

    def _tested_again(self) -> str:
        try:
            return _tested(self.manager.configuration_faults())
        except SourceError:
            return _tested(None)

    def _remove(self) -> None:
        try:
            self.manager.remove_rules(self.name)
        except FailedItemError as error:
            if _MISSING not in error.codes:
                raise

    def _by_hand(self, error: TetratuiError) -> str:
        path = f"{_FOLDER}/{self.name}"
        if self._former is None:
            what, how = "delete", f"delete {path}"
        else:
            what, how = "restore", f"write the former text{self._where()} to {path} (owner wazuh:wazuh, mode 0660)"
        return (
            f"the manager does not {what} {self.name} ({error.message}): by hand, on the manager, {how}, "
            f"then see that {_TEST} ends with 0; until then it may not start again"
        )

    def _where(self) -> str:
        return f" (kept in {self._kept})" if self._kept else ""


def _is_same(text: bytes, other: bytes) -> bool:
    """Whether two texts are one; the API reads files with their line ends made alike."""
    return _lines(text) == _lines(other)


def _lines(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _tested(faults: tuple[str, ...] | None) -> str:
    if faults is None:
        return "whether the manager would start is not known: it does not say"
    if faults:
        return f"its configuration test still fails, so something else is wrong: {'; '.join(faults)}"
    return "its configuration test passes"
