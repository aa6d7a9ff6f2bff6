"""Number the distinct commands of a table and learn their templates, binary by binary."""

from __future__ import annotations

import re2

from tetratui.core.exclusion import Pattern
from tetratui.core.noise.columns import Columns
from tetratui.core.noise.interner import distinct
from tetratui.core.noise.templates import DEFAULT, Thresholds, learn
from tetratui.core.noise.varying_forms import of_arguments

_FINDERS = 64
"""The most templates of a binary that a new text is tried against."""


class Commands:
    """Numbers the command lines of processes and parents, and learns the template of each. More may come at any time.

    A new text that a known template matches gets that template. The others stand alone until there are enough of them
    to learn the templates of their binary anew, so that a batch of events costs little however many texts there are.
    `refresh(settle=True)` learns them at once.
    """

    def __init__(self, thresholds: Thresholds = DEFAULT) -> None:
        self._thresholds = thresholds
        self._binaries: dict[str, _Binary] = {}
        self._waiting: set[str] = set()
        self._templates: list[Pattern | None] = []
        """By the number of the command; None until it has one."""

    def __len__(self) -> int:
        return len(self._templates)

    @classmethod
    def of(cls, columns: Columns, thresholds: Thresholds = DEFAULT) -> Commands:
        """Return the commands of all events of the columns."""
        commands = cls(thresholds)
        for binary, arguments in (("bin", "args"), ("parent", "pargs")):
            names, texts = columns.text[binary], columns.text[arguments]
            for pair in distinct((names.codes << 32) | texts.codes).tolist():
                commands.number(names.texts[pair >> 32], texts.texts[pair & 0xFFFFFFFF])
        return commands

    def number(self, binary: str, arguments: str) -> int:
        """Return the number of a command, a new one if it was never seen."""
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
        """Give every new command a template. With `settle` learn each binary anew that has texts not learned from.

        Return the binaries concerned. With each come the numbers of the commands whose templates are new or may have
        changed, and whether templates of older commands are among them.
        """
        unsettled = (name for name, binary in self._binaries.items() if binary.loose or binary.new)
        waiting = set(unsettled) if settle else self._waiting
        self._waiting, changes = set(), []
        for name in sorted(waiting):
            binary = self._binaries[name]
            new = [binary.numbers[text] for text in binary.new]
            anew = binary.learn(self._templates, self._thresholds, settle)
            changes.append((name, list(binary.numbers.values()) if anew else new, anew))
        return changes

    def template_of(self, number: int) -> Pattern:
        """Return the template of a command that `refresh` has seen."""
        template = self._templates[number]
        assert template is not None
        return template

    def template(self, binary: str, arguments: str) -> Pattern:
        """Return the template of a command line; if it was never seen, one of its own (`varying_forms`)."""
        known = self._binaries.get(binary)
        number = known.numbers.get(arguments) if known is not None else None
        if known is None or number is None:
            return of_arguments(arguments)
        if known.new:
            known.learn(self._templates, self._thresholds)
        return self.template_of(number)


class _Binary:
    """The argument texts of a binary and what was learned from them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        """Text to the number of its command."""
        self.new: list[str] = []
        """Texts that have no template yet."""
        self.loose = 0
        """Number of texts that have a template but were not learned from."""
        self._alone = 0
        """How many of them no template matched."""
        self._learned = False
        self._finders: list[tuple[re2._Regexp, Pattern]] = []

    def learn(self, templates: list[Pattern | None], thresholds: Thresholds, settle: bool = False) -> bool:
        """Give every new text a template; return whether all texts were learned anew."""
        if self._learned and not settle and self._match_new(templates, thresholds):
            return False
        learned = learn(self.numbers, thresholds)
        for text, pattern in learned.items():
            templates[self.numbers[text]] = pattern
        self.new, self.loose, self._alone, self._learned = [], 0, 0, True
        # Texts of one template share the object, and comparing ids is cheaper than hashing patterns.
        distinct_patterns = {id(pattern): pattern for pattern in learned.values() if pattern.literal is None}.values()
        chosen = sorted(distinct_patterns, key=Pattern.to_re2)[:_FINDERS]
        self._finders = [(re2.compile(pattern.to_re2()), pattern) for pattern in chosen]
        return True

    def _match_new(self, templates: list[Pattern | None], thresholds: Thresholds) -> bool:
        """Try new texts against the known templates; return whether few enough texts match none of them."""
        for text in self.new:
            template = next((pattern for finder, pattern in self._finders if finder.search(text)), None)
            templates[self.numbers[text]] = template or of_arguments(text)
            self._alone += template is None
        self.loose += len(self.new)
        self.new = []
        return self._alone <= max(thresholds.typed - 1, len(self.numbers) // 20)
