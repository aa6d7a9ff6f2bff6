"""The blocks `<mitre>` of a rule: technique ids of the old form, or one tactic with one technique of the new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tetratui.core.wazuh.engine.formats.osxml import Element, shown

_NAMES = {"id": "Technique", "tacticid": "Tactic", "techniqueid": "Technique"}


@dataclass(slots=True)
class Mitre:
    """What the blocks of one rule add up to; nothing in them keeps a rule from loading."""

    rule: int
    say: Callable[[str, str, Element], None]
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    @property
    def techniques(self) -> tuple[str, ...]:
        """The techniques that an alert shows."""
        return tuple(dict.fromkeys([*self.old, *self.new]))

    def read(self, block: Element) -> None:
        """Take one block."""
        if not block.children:
            self.say("WARNING", f"Empty Mitre information for rule '{self.rule}'", block)
        elif self._is_sound(block):
            found = {tag: [shown(child.text) for child in block.children if child.tag == tag] for tag in _NAMES}
            if found["id"]:
                self._take_old(block, found)
            else:
                self._take_new(block, found)

    def _is_sound(self, block: Element) -> bool:
        sound = True
        for child in block.children:
            if child.tag not in _NAMES:
                self.say("ERROR", f"Invalid option '{shown(child.name)}' for rule '{self.rule}'", child)
                sound = False
            elif not child.text:
                self.say("WARNING", f"No Mitre {_NAMES[child.tag]} ID found for rule '{self.rule}'", child)
                sound = False
        return sound

    def _mixed(self, block: Element) -> None:
        text = "combined old and new Mitre formats, the old Mitre Technique format will be discarded."
        self.say("WARNING", f"Rule '{self.rule}' {text}", block)
        self.old.clear()

    def _take_old(self, block: Element, found: dict[str, list[str]]) -> None:
        if found["tacticid"] or found["techniqueid"]:
            text = "combined old and new Mitre formats in the same block. The Mitre block will be discarded."
            self.say("WARNING", f"Rule '{self.rule}' {text}", block)
        elif self.new:
            self._mixed(block)
        else:
            self.old += found["id"]

    def _take_new(self, block: Element, found: dict[str, list[str]]) -> None:
        tactics, techniques = found["tacticid"], found["techniqueid"]
        if not tactics or not techniques:
            missing = "techniqueID" if tactics else "tacticID"
            self.say("WARNING", f"Mitre {missing} should be defined in rule '{self.rule}'", block)
        elif len(tactics) > 1 or len(techniques) > 1:
            text = "is not allowed to join more than one Mitre techniqueID or tacticID in the same block."
            self.say("WARNING", f"In rule '{self.rule}' {text} The Mitre block will be discarded.", block)
        else:
            if self.old:
                self._mixed(block)
            self.new += techniques
