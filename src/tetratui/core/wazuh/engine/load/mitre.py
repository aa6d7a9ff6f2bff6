"""Read the `<mitre>` blocks of a rule: technique ids in the old form, or one tactic with one technique in the new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tetratui.core.wazuh.engine.formats.osxml import Element, decode_text

_NAMES = {"id": "Technique", "tacticid": "Tactic", "techniqueid": "Technique"}


@dataclass(slots=True)
class MitreBlocks:
    """Collects the techniques of one rule's blocks; no fault in them keeps the rule from loading."""

    rule: int
    log: Callable[[str, str, Element], None]
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    @property
    def techniques(self) -> tuple[str, ...]:
        """The techniques that an alert shows."""
        return tuple(dict.fromkeys([*self.old, *self.new]))

    def read(self, block: Element) -> None:
        """Read one block."""
        if not block.children:
            self.log("WARNING", f"Empty Mitre information for rule '{self.rule}'", block)
        elif self._is_valid(block):
            ids = {tag: [decode_text(child.text) for child in block.children if child.tag == tag] for tag in _NAMES}
            if ids["id"]:
                self._read_old(block, ids)
            else:
                self._read_new(block, ids)

    def _is_valid(self, block: Element) -> bool:
        is_valid = True
        for child in block.children:
            if child.tag not in _NAMES:
                self.log("ERROR", f"Invalid option '{decode_text(child.name)}' for rule '{self.rule}'", child)
                is_valid = False
            elif not child.text:
                self.log("WARNING", f"No Mitre {_NAMES[child.tag]} ID found for rule '{self.rule}'", child)
                is_valid = False
        return is_valid

    def _discard_old(self, block: Element) -> None:
        text = "combined old and new Mitre formats, the old Mitre Technique format will be discarded."
        self.log("WARNING", f"Rule '{self.rule}' {text}", block)
        self.old.clear()

    def _read_old(self, block: Element, ids: dict[str, list[str]]) -> None:
        if ids["tacticid"] or ids["techniqueid"]:
            text = "combined old and new Mitre formats in the same block. The Mitre block will be discarded."
            self.log("WARNING", f"Rule '{self.rule}' {text}", block)
        elif self.new:
            self._discard_old(block)
        else:
            self.old += ids["id"]

    def _read_new(self, block: Element, ids: dict[str, list[str]]) -> None:
        tactics, techniques = ids["tacticid"], ids["techniqueid"]
        if not tactics or not techniques:
            missing = "techniqueID" if tactics else "tacticID"
            self.log("WARNING", f"Mitre {missing} should be defined in rule '{self.rule}'", block)
        elif len(tactics) > 1 or len(techniques) > 1:
            text = "is not allowed to join more than one Mitre techniqueID or tacticID in the same block."
            self.log("WARNING", f"In rule '{self.rule}' {text} The Mitre block will be discarded.", block)
        else:
            if self.old:
                self._discard_old(block)
            self.new += techniques
