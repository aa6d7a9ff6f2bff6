"""Which of the files that the drafts become will be written."""

from __future__ import annotations

from collections.abc import Sequence

from tetratui.core.export.file_set import EVERY_FILE


class ChosenFiles:
    """The files that the operator has not left out; all files at first."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = EVERY_FILE
        """The files that will be written."""
        self._offered: tuple[str, ...] = EVERY_FILE

    def offer(self, names: Sequence[str]) -> None:
        """Let the operator choose among these files; one left out before stays left out.

        They change with the imported list: one from Helm values or a ConfigMap is written as such too.
        """
        known, self._offered = self._offered, tuple(names)
        self.names = tuple(name for name in names if name in self.names or name not in known)

    def switch(self, name: str) -> None:
        """Leave a file out, or take it in again."""
        self.names = tuple(each for each in self._offered if (each in self.names) is not (each == name))
