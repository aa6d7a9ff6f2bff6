"""Replace one file of a machine so that its former content can come back at any moment, whatever ends us."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tetratui.core.apply.change_part import ChangeStep, Report
from tetratui.core.apply.machine import Machine, digest
from tetratui.core.errors import RefusedError, TargetError
from tetratui.core.export.atomic_write import replace_private


@dataclass(slots=True)
class FileSwap:
    """One file, its former and its new content."""

    machine: Machine
    path: Path
    before: str
    """The digest of the former content; empty if there was no file."""
    after: str
    """The digest of the new content; empty if the file is taken away."""
    backups: Path
    """The folder that keeps the former and the new content."""
    data: bytes | None = None
    """The new content; None when the file is taken away, or the change was read from the journal."""

    @classmethod
    def from_facts(cls, facts: dict[str, Any], machine: Machine) -> FileSwap:
        """Return the swap that the journal describes."""
        return cls(machine, Path(facts["path"]), facts["before"], facts["after"], Path(facts["backups"]))

    def facts(self) -> dict[str, Any]:
        """Return what the journal needs to go back."""
        return {
            "path": str(self.path),
            "before": self.before,
            "after": self.after,
            "backups": str(self.backups),
            "root": str(self.machine.root),
        }

    @property
    def former_copy(self) -> Path:
        """Where the former content is kept."""
        return self.backups / f"{self.path.name}.before"

    @property
    def new_copy(self) -> Path:
        """Where the content that was applied is kept."""
        return self.backups / f"{self.path.name}.after"

    def former(self) -> bytes | None:
        """Return the former content, None if there was no file. Raises SourceError."""
        return self.machine.read(self.former_copy) if self.before else None

    def back_up_step(self, name: str) -> ChangeStep:
        """Return the step that keeps the former and the new content."""
        title = f"keep {self.path} in {self.backups}" if self.before else f"note that {self.path} is not there"
        return ChangeStep(name, title, "the copy is read again", "nothing to undo: the copy stays", self.back_up)

    def write_step(self, name: str) -> ChangeStep:
        """Return the step that replaces the file."""
        title = f"{'replace' if self.after else 'remove'} {self.path}"
        return ChangeStep(name, title, "the file is read again", "the former file comes back", self.write)

    def put_back_step(self, name: str) -> ChangeStep:
        """Return the step that puts the former file back."""
        title = f"put the former {self.path} back" if self.before else f"remove {self.path}"
        return ChangeStep(name, title, "the file is read again", "", self.put_back)

    def back_up(self, report: Report) -> str:
        """Keep the former and the new content outside of all folders that a sensor or manager reads."""
        former = self._read_unchanged()
        report(str(self.backups))
        if self.data is not None:
            replace_private(self.new_copy, self.data)
        if former is None:
            return f"{self.path} was not there"
        replace_private(self.former_copy, former)
        if self.former_copy.read_bytes() != former:
            raise TargetError(f"{self.former_copy} does not hold what was written to it", "look at the disk")
        return f"kept as {self.former_copy}"

    def _read_unchanged(self) -> bytes | None:
        former = self.machine.read(self.path)
        if (digest(former) if former is not None else "") != self.before:
            raise RefusedError(
                f"{self.path} has changed since it was shown", "look at the plan again: tetratui apply --dry-run"
            )
        return former

    def write(self, report: Report) -> str:
        """Replace the file by what was shown."""
        self._read_unchanged()
        report(str(self.path))
        if not self.after:
            self.machine.put_back(self.path, None)
            return f"{self.path} is gone"
        data = self.machine.read(self.new_copy)
        if data is None or digest(data) != self.after:
            raise RefusedError(f"{self.new_copy} does not hold what was shown", "look at the plan again")
        self.machine.replace(self.path, data)
        if self.machine.state(self.path).sha256 != self.after:
            raise TargetError(f"{self.path} does not hold what was written to it", "look at the disk")
        return f"{self.path} holds the new content ({len(data):,} bytes)"

    def put_back(self, report: Report) -> str:
        """Put the former file back."""
        report(str(self.path))
        former = self.former()
        if self.before and (former is None or digest(former) != self.before):
            raise TargetError(
                f"{self.former_copy} does not hold the former content", f"write {self.path} by hand, then restart"
            )
        self.machine.put_back(self.path, former)
        if self.machine.state(self.path).sha256 != self.before:
            raise TargetError(f"{self.path} is not as it was", f"copy {self.former_copy} there by hand")
        return f"{self.path} is as it was" if self.before else f"{self.path} is gone, as it was"
