"""Place a rule in the tree: under the rules that it names by id, level or group, or at the top (OS_AddChild)."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats.osxml import Element, decode_text
from tetratui.core.wazuh.engine.load.attributes import atoi
from tetratui.core.wazuh.engine.load.rule_body import LogMessage
from tetratui.core.wazuh.engine.load.stock import GROUPS, ROOT_FILE
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleTree, word_matches
from tetratui.core.wazuh.rule_ids import StockIds


@dataclass(slots=True)
class RulePlacer:
    """Places rules in one tree and logs why a rule cannot be placed."""

    tree: RuleTree
    stock: StockIds
    unknown: list[tuple[int, str]]
    log: LogMessage
    _is_after_roots: bool = True

    def place(self, rule: Rule, file: str, element: Element) -> bool:
        """Add a rule under its parents; return False, with a message logged, if it has none."""
        self._is_after_roots = file > ROOT_FILE
        if rule.id < 10:
            self.tree.add_root(rule)
            return True
        if rule.if_sid is not None:
            return self._place_under_ids(rule, element)
        if rule.if_level is not None:
            return self._place_under_level(rule, rule.if_level, element)
        if rule.if_group is not None:
            return self._place_under_group(rule, rule.if_group, element)
        if self.tree.add_under_category(rule):
            return True
        text = f"(7611): Category was not found. Invalid 'category'. Rule '{rule.id}' will be ignored."
        self.log("WARNING", text, element)
        return False

    def _place_under_ids(self, rule: Rule, element: Element) -> bool:
        text = (rule.if_sid or b"") + b"\0"
        in_number = added = False
        for offset, byte in enumerate(text):
            if byte in b", ":
                in_number = False
                continue
            if byte and not 48 <= byte <= 57:
                option = "if_matched_sid" if rule.correlation and rule.correlation.sid else "if_sid"
                message = (
                    f"(7607): Invalid '{option}'. Signature ID must be an integer. Rule '{rule.id}' will be ignored."
                )
                self.log("WARNING", message, element)
                return added
            if in_number:
                continue
            in_number = True
            # A list that ends in a comma or space has 0 as its last id: that places the rule at the top as well.
            parent = atoi(text[offset:])
            is_placed = self._place_under_id(rule, parent)
            added |= is_placed
            if not is_placed and not self._log_missing_parent(rule, parent, element):
                return False
        if not added:
            self.log("WARNING", f"(7619): Empty 'if_sid' value. Rule '{rule.id}' will be ignored.", element)
        return added

    def _place_under_id(self, rule: Rule, parent: int) -> bool:
        if not parent:
            return self.tree.add_under_category(rule)
        if self.tree.add_under_rule(parent, rule):
            return True
        if parent in self.stock and self._is_after_roots:
            self.unknown.append((rule.id, f"its parent {parent} is a stock rule: name the stock rules with --ruleset"))
            return True
        return False

    def _log_missing_parent(self, rule: Rule, parent: int, element: Element) -> bool:
        """Log that a parent is missing; return whether the manager goes on with the next parent."""
        if rule.correlation is not None and rule.correlation.sid:
            text = f"(7620): Signature ID '{parent}' was not found. Invalid 'if_matched_sid'."
            self.log("WARNING", f"{text}Rule '{rule.id}' will be ignored.", element)
            return False
        text = f"(7617): Signature ID '{parent}' was not found and will be ignored in the 'if_sid' option of rule"
        self.log("WARNING", f"{text} '{rule.id}'.", element)
        return True

    def _place_under_level(self, rule: Rule, text: bytes, element: Element) -> bool:
        level = atoi(text)
        if not level:
            message = f"(7609): Invalid 'if_level' value: '{decode_text(text)}'. Rule '{rule.id}' will be ignored."
            self.log("WARNING", message, element)
            return False
        if self.tree.add_where(lambda other: other.sort_level >= level * 100, rule):
            return True
        message = (
            f"(7608): Level ID '{level * 100}' was not found. Invalid 'if_level'. Rule '{rule.id}' will be ignored."
        )
        self.log("WARNING", message, element)
        return False

    def _place_under_group(self, rule: Rule, group: bytes, element: Element) -> bool:
        is_placed = self.tree.add_where(lambda other: word_matches(group, other.group), rule)
        if not is_placed and word_matches(group, GROUPS.encode()):
            reason = (
                f"its parents are stock rules of the group {decode_text(group)}: name the stock rules with --ruleset"
            )
            self.unknown.append((rule.id, reason))
            return True
        if not is_placed:
            text = f"(7610): Group '{decode_text(group)}' was not found. Invalid 'if_group'."
            self.log("WARNING", f"{text} Rule '{rule.id}' will be ignored.", element)
        return is_placed
