"""Load rule files one after the other into a rule tree, with the messages that the manager logs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tetratui.core.wazuh.engine.formats.osxml import Element, OsXmlError, decode_text, read
from tetratui.core.wazuh.engine.load.attributes import AttributeRefusedError, Attributes, read_attributes
from tetratui.core.wazuh.engine.load.messages import Notice, cut_to_buffer
from tetratui.core.wazuh.engine.load.overwrite import kept_options, overwrite_rule, stock_rule
from tetratui.core.wazuh.engine.load.rule_body import RuleRefusedError
from tetratui.core.wazuh.engine.load.rule_reader import RuleContext, read_rule
from tetratui.core.wazuh.engine.load.stock import ROOT_FILE
from tetratui.core.wazuh.engine.load.tree_placement import RulePlacer
from tetratui.core.wazuh.engine.load.variables import apply_variables
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_tree import RuleTree
from tetratui.core.wazuh.engine.patterns.osmatch import OsMatch
from tetratui.core.wazuh.rule_ids import StockIds

RULE_FOLDER = "etc/rules/"
"""The folder of a custom rule file in the manager's messages."""
_CRASHING_NAME = 2048
"""Bytes of a `<field>` name at which the manager crashes."""


class Loader:
    """Loads one set of rule files."""

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
        """Rules by the name of an unknown decoder; empty if all decoders are known."""
        self._decoders = decoders
        self._all_decoders = all_decoders
        self._stock = StockIds()
        self._beside_stock = beside_stock
        self._file = ""
        self._first_notice = 0
        """Index of the first message about the current file."""
        self._rule: int | None = None
        self._placer = RulePlacer(self.tree, self._stock, self.unknown, self._log)

    def load(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Load (name, text) in the byte order of the names, with the stock roots at their position.

        If the stock root file is among them, so is the whole stock ruleset, and the facts in stock.py are not used.
        """
        ordered = sorted(files, key=lambda file: file[0].encode("utf-8", "surrogateescape"))
        if all(name != ROOT_FILE for name, _ in ordered):
            roots = sum(name < ROOT_FILE for name, _ in ordered)
            ordered.insert(roots, (ROOT_FILE, b""))
        else:
            self._beside_stock, roots = False, -1
        for number, (name, data) in enumerate(ordered):
            if number == roots:
                self.tree.add_stock_roots()
            else:
                self._load_file(name, data)

    def _log(self, level: str, text: str, about: Element | None = None) -> None:
        line = about.line if about is not None else None
        self.notices.append(Notice(level, cut_to_buffer(text), self._file, line, self._rule))

    def _log_early(self, level: str, text: str, about: Element) -> None:
        notice = Notice(level, cut_to_buffer(text), self._file, about.line, self._rule, in_session=False)
        self.notices.insert(self._first_notice, notice)
        self._first_notice += 1

    def _load_file(self, name: str, data: bytes) -> None:
        self._file, self._rule = name, None
        self._first_notice = len(self.notices)
        try:
            self._read_file(data)
        except RuleRefusedError:
            self._rule = None
            self._log("CRITICAL", f"(1220): Error loading the rules: '{RULE_FOLDER}{name}'.")

    def _refuse(self, text: str, about: Element | None = None) -> None:
        self._log("ERROR", text, about)
        raise RuleRefusedError

    def _read_file(self, data: bytes) -> None:
        path = f"{RULE_FOLDER}{self._file}"
        try:
            roots = read(data)
        except OsXmlError as error:
            about = Element(b"", error.line)
            self._refuse(f"(1226): Error reading XML file '{path}': {error.message} (line {error.line}).", about)
        try:
            roots = apply_variables(roots)
        except OsXmlError as error:
            self._refuse(f"(1227): Error applying XML variables '{path}': {error.message}.", Element(b"", error.line))
        if data and not roots:
            self._refuse(f"(1202): Configuration error at '{path}'.")
        for root in roots:
            self._check_root(root)
        for root in roots:
            self._load_group(root)

    def _check_root(self, root: Element) -> None:
        if root.tag != "group":
            self._refuse(f'rules_op: Invalid root element "{decode_text(root.name)}".Only "group" is allowed', root)
        if [name.lower() for name, _ in root.attributes] != [b"name"]:
            self._refuse(
                f"rules_op: Invalid root element '{decode_text(root.name)}'.Only the group name is allowed", root
            )

    def _load_group(self, root: Element) -> None:
        if not root.children:
            self._refuse(f"Group '{decode_text(root.name)}' without any rule.", root)
        for number, element in enumerate(root.children):
            self._rule = None
            if element.tag != "rule":
                self._refuse(f"Invalid configuration. '{decode_text(element.name)}' is not a valid element.", element)
            attributes = self._read_attributes(element, number)
            if self._is_read(attributes, element):
                self._add(element, root.attributes[0][1], attributes)

    def _read_attributes(self, element: Element, number: int) -> Attributes:
        if not element.attributes:
            self._refuse(f"Invalid rule '{number}'. You must specify an ID and a level at least.", element)
        try:
            attributes = read_attributes(element)
        except AttributeRefusedError as error:
            self._log("ERROR", str(error), element)
            self._refuse("Invalid attribute for rule.", element)
            raise
        for warning in attributes.warnings:
            self._log("WARNING", warning, element)
        if attributes.id is None or attributes.level is None:
            self._refuse(f"No rule id or level specified for rule '{number}'.", element)
        self._rule = attributes.id
        return attributes

    def _is_read(self, attributes: Attributes, element: Element) -> bool:
        """Return whether the manager reads a rule's body: it skips a second rule with the same id."""
        identity = attributes.id
        assert identity is not None
        is_stock = identity in self._stock and identity not in self.tree
        exists = identity in self.tree or (is_stock and (self._beside_stock or attributes.overwrite))
        if exists and not attributes.overwrite:
            self._log(
                "WARNING",
                f"(7612): Rule ID '{identity}' is duplicated. Only the first occurrence will be considered.",
                element,
            )
            return False
        if attributes.overwrite and not exists:
            self._log(
                "WARNING",
                f"(7613): Rule ID '{identity}' does not exist but 'overwrite' is set to 'yes'. "
                "Still, the rule will be loaded.",
                element,
            )
            attributes.overwrite = False
        return True

    def _add(self, element: Element, group: bytes, attributes: Attributes) -> None:
        first_notice = len(self.notices)
        context = RuleContext(self._log, self._log_early, self._lists, self._knows_decoder, self._file)
        rule = read_rule(element, group, attributes, context)
        if rule is None:
            return
        old = self.tree.find_rule(rule.id)
        if attributes.overwrite and old is None:
            self._overwrite(stock_rule(rule.id), rule, element)
            self.unknown.append(
                (rule.id, "it overwrites a stock rule with unknown parents: name the stock rules with --ruleset")
            )
            return
        if rule.id >= 10 and attributes.overwrite and old is not None:
            self._overwrite(old, rule, element)
        elif not self._placer.place(rule, self._file, element):
            return
        self._correlate(rule)
        self._warn_of(rule, first_notice)

    def _knows_decoder(self, name: str) -> bool | None:
        """Return whether the manager has a decoder of this name; None if that is unknown, which is recorded."""
        if name in self._decoders or self._all_decoders:
            return name in self._decoders
        if self._rule is not None:
            self.unknown_decoders.setdefault(name, []).append(self._rule)
        return None

    def _overwrite(self, old: Rule, new: Rule, element: Element) -> None:
        for name in kept_options(old, new):
            text = f"(7605): It is not possible to overwrite '{name}' value in rule '{old.id}'."
            self._log("WARNING", f"{text} The original value is retained.", element)
        self.tree.note_overwrite(new)
        overwrite_rule(old, new)

    def _correlate(self, rule: Rule) -> None:
        correlation = rule.correlation
        if correlation is None:
            return
        if correlation.sid:
            rule.never_matches = correlation.sid not in self.tree
        elif correlation.group is not None:
            group = OsMatch(correlation.group)
            correlation.members = {
                other.id: self.tree.count_nodes(other.id) for other in self.tree.rules() if group.matches(other.group)
            }

    def _warn_of(self, rule: Rule, since: int) -> None:
        for reason in rule.unknown:
            self.unknown.append((rule.id, f"{reason} is not emulated"))
        crashes = any(len(condition.name) >= _CRASHING_NAME for condition in rule.fields)
        danger = (
            "a <field> name of 2048 bytes or more: the manager starts, and crashes at the first JSON event"
            if crashes
            else "a text of 2048 bytes or more was dropped: the rule matches without it"
        )
        for notice in self.notices[since:]:
            if notice.text.startswith("(1104)"):
                self.dangers.append(Notice("ERROR", danger, notice.file, notice.line, rule.id))
        if crashes:
            self.unknown.append((rule.id, "its overlong field name crashes the manager"))
