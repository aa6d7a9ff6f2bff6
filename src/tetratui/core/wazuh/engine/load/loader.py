"""Loading rule files one after the other into the tree, with what the manager logs on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from tetratui.core.wazuh.engine.formats.osxml import Element, OsXmlError, read, shown
from tetratui.core.wazuh.engine.load.attributes import AttributeRefusedError, Attributes, read_attributes
from tetratui.core.wazuh.engine.load.messages import Notice, cut
from tetratui.core.wazuh.engine.load.rule_body import RuleRefusedError
from tetratui.core.wazuh.engine.load.rule_reader import RuleContext, read_rule
from tetratui.core.wazuh.engine.load.stock import ROOT_FILE, StockIds, parents_of
from tetratui.core.wazuh.engine.load.tree_placement import Placing
from tetratui.core.wazuh.engine.load.variables import apply_variables
from tetratui.core.wazuh.engine.match.rule import LEVEL_0, Correlation, Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleTree
from tetratui.core.wazuh.engine.patterns.osmatch import OsMatch

RULE_FOLDER = "etc/rules/"
"""How the manager names a custom rule file in its messages."""
_KEPT_ON_OVERWRITE = frozenset({"id", "if_sid", "if_group", "if_level", "correlation", "looks_back", "never"})


class Loader:
    """One load of a set of files."""

    def __init__(
        self,
        lists: Mapping[str, dict[bytes, bytes]],
        decoders: frozenset[str],
        all_decoders: bool = True,
        *,
        beside_stock: bool,
    ) -> None:
        self.tree = RuleTree()
        self.notices: list[Notice] = []
        self.dangers: list[Notice] = []
        self.unknown: list[tuple[int, str]] = []
        self._lists = lists
        self.unknown_decoders: dict[str, list[int]] = {}
        """Rules by the name of a decoder that is not known, where not all are."""
        self._decoders = decoders
        self._all_decoders = all_decoders
        self._stock = StockIds()
        self._beside_stock = beside_stock
        self._file = ""
        self._first_notice = 0
        """Place of the first message about the file that is being read."""
        self._rule: int | None = None
        self._placing = Placing(self.tree, self._stock, self.unknown, self._say)

    def load(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Read (name, text) in the order of the bytes of their names, the stock roots among them.

        With the stock root file itself among them the whole stock ruleset is, and nothing stands in for it.
        """
        ordered = sorted(files, key=lambda file: file[0].encode("utf-8", "surrogateescape"))
        if all(name != ROOT_FILE for name, _ in ordered):
            place = sum(name < ROOT_FILE for name, _ in ordered)
            ordered.insert(place, (ROOT_FILE, b""))
            roots = place
        else:
            self._beside_stock, roots = False, -1
        for number, (name, data) in enumerate(ordered):
            if number == roots:
                self.tree.add_stock_roots()
            else:
                self._load_file(name, data)

    def _say(self, level: str, text: str, about: Element | None = None) -> None:
        line = about.line if about is not None else None
        self.notices.append(Notice(level, cut(text), self._file, line, self._rule))

    def _say_at_once(self, level: str, text: str, about: Element) -> None:
        notice = Notice(level, cut(text), self._file, about.line, self._rule, in_session=False)
        self.notices.insert(self._first_notice, notice)
        self._first_notice += 1

    def _load_file(self, name: str, data: bytes) -> None:
        self._file, self._rule = name, None
        self._first_notice = len(self.notices)
        try:
            self._read_file(data)
        except RuleRefusedError:
            self._rule = None
            self._say("CRITICAL", f"(1220): Error loading the rules: '{RULE_FOLDER}{name}'.")

    def _refuse(self, text: str, about: Element | None = None) -> None:
        self._say("ERROR", text, about)
        raise RuleRefusedError

    def _read_file(self, data: bytes) -> None:
        path = f"{RULE_FOLDER}{self._file}"
        try:
            roots = read(data)
        except OsXmlError as error:
            place = Element(b"", error.line)
            self._refuse(f"(1226): Error reading XML file '{path}': {error.message} (line {error.line}).", place)
        try:
            roots = apply_variables(roots)
        except OsXmlError as error:
            self._refuse(f"(1227): Error applying XML variables '{path}': {error.message}.", Element(b"", error.line))
        if data and not roots:
            self._refuse(f"(1202): Configuration error at '{path}'.")
        for root in roots:
            self._check_root(root)
        for root in roots:
            self._group(root)

    def _check_root(self, root: Element) -> None:
        if root.tag != "group":
            self._refuse(f'rules_op: Invalid root element "{shown(root.name)}".Only "group" is allowed', root)
        if [name.lower() for name, _ in root.attributes] != [b"name"]:
            self._refuse(f"rules_op: Invalid root element '{shown(root.name)}'.Only the group name is allowed", root)

    def _group(self, root: Element) -> None:
        if not root.children:
            self._refuse(f"Group '{shown(root.name)}' without any rule.", root)
        for number, element in enumerate(root.children):
            self._rule = None
            if element.tag != "rule":
                self._refuse(f"Invalid configuration. '{shown(element.name)}' is not a valid element.", element)
            attributes = self._attributes(element, number)
            if self._is_wanted(attributes, element):
                self._add(element, root.attributes[0][1], attributes)

    def _attributes(self, element: Element, number: int) -> Attributes:
        if not element.attributes:
            self._refuse(f"Invalid rule '{number}'. You must specify an ID and a level at least.", element)
        try:
            attributes = read_attributes(element)
        except AttributeRefusedError as error:
            self._say("ERROR", str(error), element)
            self._refuse("Invalid attribute for rule.", element)
            raise
        for warning in attributes.warnings:
            self._say("WARNING", warning, element)
        if attributes.id is None or attributes.level is None:
            self._refuse(f"No rule id or level specified for rule '{number}'.", element)
        self._rule = attributes.id
        return attributes

    def _is_wanted(self, attributes: Attributes, element: Element) -> bool:
        """Whether its body is read: the second rule of an id is not even looked at."""
        identity = attributes.id
        assert identity is not None
        is_stock = identity in self._stock and identity not in self.tree
        exists = identity in self.tree or (is_stock and (self._beside_stock or attributes.overwrite))
        if exists and not attributes.overwrite:
            self._say(
                "WARNING",
                f"(7612): Rule ID '{identity}' is duplicated. Only the first occurrence will be considered.",
                element,
            )
            return False
        if attributes.overwrite and not exists:
            self._say(
                "WARNING",
                f"(7613): Rule ID '{identity}' does not exist but 'overwrite' is set to 'yes'. "
                "Still, the rule will be loaded.",
                element,
            )
            attributes.overwrite = False
        return True

    def _add(self, element: Element, group: bytes, attributes: Attributes) -> None:
        dropped_before = len(self.notices)
        context = RuleContext(self._say, self._say_at_once, self._lists, self._knows_decoder, self._file)
        rule = read_rule(element, group, attributes, context)
        if rule is None:
            return
        old = self.tree.rule(rule.id)
        if attributes.overwrite and old is None:
            self._overwrite(_stock_rule(rule.id), rule, element)
            self.unknown.append(
                (rule.id, "it overwrites a stock rule, whose place is not known: name the stock with --ruleset")
            )
            return
        if rule.id >= 10 and attributes.overwrite and old is not None:
            self._overwrite(old, rule, element)
        elif not self._placing.hang(rule, self._file, element):
            return
        self._correlate(rule)
        self._warn_of(rule, dropped_before)

    def _knows_decoder(self, name: str) -> bool | None:
        """Whether the manager has a decoder of this name; None, which is noted, where that is not known."""
        if name in self._decoders or self._all_decoders:
            return name in self._decoders
        if self._rule is not None:
            self.unknown_decoders.setdefault(name, []).append(self._rule)
        return None

    def _overwrite(self, old: Rule, new: Rule, element: Element) -> None:
        correlation, kept = new.correlation, old.correlation
        for name, is_changed in (
            ("if_sid", new.if_sid and not (correlation and correlation.sid) and new.if_sid != old.if_sid),
            ("if_group", new.if_group and not (correlation and correlation.group is not None)),
            ("if_level", new.if_level and new.if_level != old.if_level),
            ("if_matched_group", _group(new) is not None and _group(new) != _group(old)),
            ("if_matched_sid", correlation and correlation.sid and correlation.sid != _sid(old)),
        ):
            if is_changed:
                text = f"(7605): It is not possible to overwrite '{name}' value in rule '{old.id}'."
                self._say("WARNING", f"{text} The original value is retained.", element)
        self.tree.overwritten(new)
        for part in fields(Rule):
            if part.name not in _KEPT_ON_OVERWRITE:
                setattr(old, part.name, getattr(new, part.name))
        # Where the first definition looked back nowhere, the second does not either, whatever it says.
        old.looks_back = kept is not None and correlation is not None
        if kept is not None and correlation is not None:
            old.correlation = replace(correlation, sid=kept.sid, group=kept.group, members=kept.members)

    def _correlate(self, rule: Rule) -> None:
        correlation = rule.correlation
        if correlation is None:
            return
        if correlation.sid:
            rule.never = correlation.sid not in self.tree
        elif correlation.group is not None:
            group = OsMatch(correlation.group)
            correlation.members = {
                other.id: self.tree.places(other.id) for other in self.tree.rules() if group.matches(other.group)
            }

    def _warn_of(self, rule: Rule, since: int) -> None:
        for reason in rule.unknown:
            self.unknown.append((rule.id, f"{reason} is not followed"))
        for notice in self.notices[since:]:
            if notice.text.startswith("(1104)"):
                self._warn_of_dropped(rule, notice)
        if any(len(condition.name) >= 2048 for condition in rule.fields):
            self.unknown.append((rule.id, "its overlong field name crashes the manager"))

    def _warn_of_dropped(self, rule: Rule, notice: Notice) -> None:
        what = (
            "a <field> name of 2048 bytes or more: the manager starts, and crashes at the first JSON event"
            if any(len(condition.name) >= 2048 for condition in rule.fields)
            else "a text of 2048 bytes or more was dropped: the rule matches without it"
        )
        self.dangers.append(Notice("ERROR", what, notice.file, notice.line, rule.id))


def _stock_rule(identity: int) -> Rule:
    """Make the part of a stock rule that is known without its file: what it hangs under."""
    known = parents_of(identity)
    rule = Rule(identity, LEVEL_0, if_sid=known.if_sid, if_group=known.if_group, if_level=known.if_level)
    if known.matched_sid or known.matched_group:
        rule.correlation = Correlation(sid=known.matched_sid, group=known.matched_group)
    return rule


def _group(rule: Rule) -> bytes | None:
    return rule.correlation.group if rule.correlation else None


def _sid(rule: Rule) -> int | None:
    return rule.correlation.sid if rule.correlation else None
