"""Where in the tree a rule hangs: under rules named by id, level or group, or at the top (OS_AddChild)."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.wazuh.engine.formats.integers import atoi
from tetratui.core.wazuh.engine.formats.osxml import Element, shown
from tetratui.core.wazuh.engine.load.rule_body import Say
from tetratui.core.wazuh.engine.load.stock import GROUPS, ROOT_FILE, StockIds
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleTree, word_matches


@dataclass(slots=True)
class Placing:
    """Places rules in one tree and says what could not be placed."""

    tree: RuleTree
    stock: StockIds
    unknown: list[tuple[int, str]]
    say: Say
    _is_after_roots: bool = True

    def hang(self, rule: Rule, file: str, element: Element) -> bool:
        """Find its place or places; False when there is none, which has been said then."""
        self._is_after_roots = file > ROOT_FILE
        if rule.id < 10:
            self.tree.add_root(rule)
            return True
        if rule.if_sid is not None:
            return self._hang_under_ids(rule, element)
        if rule.if_level is not None:
            return self._hang_under_level(rule, rule.if_level, element)
        if rule.if_group is not None:
            return self._hang_under_group(rule, rule.if_group, element)
        if self.tree.add_under_category(rule):
            return True
        text = f"(7611): Category was not found. Invalid 'category'. Rule '{rule.id}' will be ignored."
        self.say("WARNING", text, element)
        return False

    def _hang_under_ids(self, rule: Rule, element: Element) -> bool:
        text = (rule.if_sid or b"") + b"\0"
        in_number = added = False
        for at, byte in enumerate(text):
            if byte in b", ":
                in_number = False
                continue
            if byte and not 48 <= byte <= 57:
                option = "if_matched_sid" if rule.correlation and rule.correlation.sid else "if_sid"
                message = (
                    f"(7607): Invalid '{option}'. Signature ID must be an integer. Rule '{rule.id}' will be ignored."
                )
                self.say("WARNING", message, element)
                return added
            if in_number:
                continue
            in_number = True
            # A list that ends in a comma or blank names rule 0 last: that hangs the rule at the top as well.
            found = self._hang_under_id(rule, atoi(text[at:]))
            added |= found
            if not found and not self._says_missing_parent(rule, atoi(text[at:]), element):
                return False
        if not added:
            self.say("WARNING", f"(7619): Empty 'if_sid' value. Rule '{rule.id}' will be ignored.", element)
        return added

    def _hang_under_id(self, rule: Rule, parent: int) -> bool:
        if not parent:
            return self.tree.add_under_category(rule)
        if self.tree.add_under_rule(parent, rule):
            return True
        if parent in self.stock and self._is_after_roots:
            self.unknown.append((rule.id, f"its parent {parent} is a stock rule: name the stock with --ruleset"))
            return True
        return False

    def _says_missing_parent(self, rule: Rule, parent: int, element: Element) -> bool:
        """Say that a parent is missing; False when that ends the search."""
        if rule.correlation is not None and rule.correlation.sid:
            text = f"(7620): Signature ID '{parent}' was not found. Invalid 'if_matched_sid'."
            self.say("WARNING", f"{text}Rule '{rule.id}' will be ignored.", element)
            return False
        text = f"(7617): Signature ID '{parent}' was not found and will be ignored in the 'if_sid' option of rule"
        self.say("WARNING", f"{text} '{rule.id}'.", element)
        return True

    def _hang_under_level(self, rule: Rule, text: bytes, element: Element) -> bool:
        level = atoi(text)
        if not level:
            message = f"(7609): Invalid 'if_level' value: '{shown(text)}'. Rule '{rule.id}' will be ignored."
            self.say("WARNING", message, element)
            return False
        if self.tree.add_where(lambda other: other.sort_level >= level * 100, rule):
            return True
        message = (
            f"(7608): Level ID '{level * 100}' was not found. Invalid 'if_level'. Rule '{rule.id}' will be ignored."
        )
        self.say("WARNING", message, element)
        return False

    def _hang_under_group(self, rule: Rule, group: bytes, element: Element) -> bool:
        found = self.tree.add_where(lambda other: word_matches(group, other.group), rule)
        if not found and word_matches(group, GROUPS.encode()):
            reason = f"its parents are stock rules of the group {shown(group)}: name the stock with --ruleset"
            self.unknown.append((rule.id, reason))
            return True
        if not found:
            text = (
                f"(7610): Group '{shown(group)}' was not found. Invalid 'if_group'. Rule '{rule.id}' will be ignored."
            )
            self.say("WARNING", text, element)
        return found
