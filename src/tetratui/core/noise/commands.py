"""The distinct commands of a table and the template of each, learned per binary when first asked for."""

from __future__ import annotations

import re2

from tetratui.core.exclusion import Pattern
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.interner import distinct
from tetratui.core.noise.templates import DEFAULT, Thresholds, learn
from tetratui.core.noise.varying_forms import of_arguments

_FINDERS = 64
"""Templates of one binary that a new text is tried against before the binary is learned anew."""


class Commands:
    """Numbers every command line seen, as a process or as a parent, and knows its template; more may come at any time.

    A new text that a known template matches takes it; others stand alone until enough of them have come to learn the
    binary anew, so that a batch costs little however many texts there are. `settle` learns them at once.
    """

    def __init__(self, thresholds: Thresholds = DEFAULT) -> None:
        self._thresholds = thresholds
        self._binaries: dict[str, _Binary] = {}
        self._waiting: set[str] = set()
        self._templates: list[Pattern | None] = []
        """By the number of the command; None until it is learned."""

    def __len__(self) -> int:
        return len(self._templates)

    @classmethod
    def of(cls, columns: Columns, thresholds: Thresholds = DEFAULT) -> Commands:
        """Take up all commands of a picture of a table."""
        commands = cls(thresholds)
        for binary, arguments in (("bin", "args"), ("parent", "pargs")):
            names, texts = columns.text[binary], columns.text[arguments]
            for pair in distinct((names.codes << 32) | texts.codes).tolist():
                commands.number(names.texts[pair >> 32], texts.texts[pair & 0xFFFFFFFF])
        return commands

    def number(self, binary: str, arguments: str) -> int:
        """Give the number of a command, a new one if it was never seen."""
        known = self._binaries.get(binary)
        if known is None:
            known = self._binaries[binary] = _Binary()
        number = known.numbers.get(arguments)
        if number is None:
            number = known.numbers[arguments] = len(self._templates)
            self._templates.append(None)
            known.new.append(arguments)
            self._waiting.add(binary)
        return number

    def refresh(self, settle: bool = False) -> list[tuple[str, list[int], bool]]:
        """Learn what is new, everything anew with `settle` where something was not learned from.

        Gives each binary with the numbers whose templates are new or may have changed, and whether old ones may have.
        """
        waiting = {name for name, one in self._binaries.items() if one.loose or one.new} if settle else self._waiting
        self._waiting, found = set(), []
        for name in sorted(waiting):
            binary = self._binaries[name]
            new = [binary.numbers[text] for text in binary.new]
            anew = binary.learn(self._templates, self._thresholds, settle)
            found.append((name, list(binary.numbers.values()) if anew else new, anew))
        return found

    def template_of(self, number: int) -> Pattern:
        """Give the template of a command that `refresh` has seen."""
        template = self._templates[number]
        assert template is not None
        return template

    def template(self, binary: str, arguments: str) -> Pattern:
        """Give the template that this command line belongs to; itself, with its forms as classes, if it is new."""
        known = self._binaries.get(binary)
        number = known.numbers.get(arguments) if known is not None else None
        if known is None or number is None:
            return of_arguments(arguments)
        if known.new:
            known.learn(self._templates, self._thresholds)
        return self.template_of(number)


class _Binary:
    """The texts of one binary and what was learned from them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.new: list[str] = []
        """Texts that have no template yet."""
        self.loose = 0
        """Texts that have one, but were not learned from."""
        self._alone = 0
        self._learned = False
        self._finders: list[tuple[re2._Regexp, Pattern]] = []

    def learn(self, templates: list[Pattern | None], thresholds: Thresholds, settle: bool = False) -> bool:
        """Give every new text a template; says whether everything was learned anew."""
        if self._learned and not settle and self._taken_up(templates, thresholds):
            return False
        learned = learn(self.numbers, thresholds)
        for text, pattern in learned.items():
            templates[self.numbers[text]] = pattern
        self.new, self.loose, self._alone, self._learned = [], 0, 0, True
        found = {id(pattern): pattern for pattern in learned.values() if pattern.literal is None}.values()
        self._finders = [
            (re2.compile(pattern.to_re2()), pattern) for pattern in sorted(found, key=Pattern.to_re2)[:_FINDERS]
        ]
        return True

    def _taken_up(self, templates: list[Pattern | None], thresholds: Thresholds) -> bool:
        """Try new texts against what was learned; says whether few enough of them stand alone."""
        for text in self.new:
            template = next((pattern for finder, pattern in self._finders if finder.search(text)), None)
            templates[self.numbers[text]] = template or of_arguments(text)
            self._alone += template is None
        self.loose += len(self.new)
        self.new = []
        return self._alone <= max(thresholds.typed - 1, len(self.numbers) // 20)
