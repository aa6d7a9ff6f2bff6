"""Load a set of rule files as one manager does: the rule tree, the messages, and what is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tetratui.core.amounts import format_count
from tetratui.core.wazuh.engine.formats.custom_decoder import CustomDecoder, NotFollowedError, read_custom_decoders
from tetratui.core.wazuh.engine.formats.decoder import DecodedEvent
from tetratui.core.wazuh.engine.load.decoder_names import DECODERS, decodes_json, names_in
from tetratui.core.wazuh.engine.load.loader import Loader
from tetratui.core.wazuh.engine.load.manager_files import (
    ListsOnDisk,
    decoder_files,
    stock_files,
    unreadable_file,
    xml_files,
)
from tetratui.core.wazuh.engine.load.messages import Notice
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_session import RuleSession
from tetratui.core.wazuh.engine.match.rule_tree import RuleTree
from tetratui.core.wazuh.engine.match.sender import Sender


@dataclass(slots=True)
class Ruleset:
    """Loaded rule files."""

    tree: RuleTree
    notices: list[Notice]
    """All messages that the manager logs, in order. A broken file does not stop the reading of the others."""
    dangers: list[Notice] = field(default_factory=list)
    """Dangerous faults with which the manager starts, and of which it logs little or nothing."""
    unknown: list[tuple[int, str]] = field(default_factory=list)
    """(rule, reason): rules that are not emulated."""
    cautions: tuple[str, ...] = ()
    """What makes the answers uncertain: unknown decoders, custom decoders of JSON events."""
    decodes_otherwise: bool = False
    """Whether a custom decoder may give Tetragon's events other fields than the stock decoder does."""
    decoders: list[CustomDecoder] = field(default_factory=list)
    """Custom decoders in front of the stock's that are followed."""
    sender: Sender = field(default_factory=dict)
    """What is known of the events' sender."""
    stock: frozenset[str] = frozenset()
    """Names of the stock rule files that were loaded to judge the rules, but are not judged themselves."""

    @classmethod
    def of(
        cls,
        files: Mapping[str, bytes] | Sequence[tuple[str, bytes]],
        *,
        beside_stock: bool = False,
        lists: Mapping[str, dict[bytes, bytes]] | None = None,
        decoders: Iterable[str] = DECODERS,
        all_decoders: bool = True,
        sender: Sender | None = None,
    ) -> Ruleset:
        """Return the ruleset of texts by file name, loaded in the order in which the manager reads them.

        Args:
            files: contents by name, or (name, contents) if two folders have files of one name.
            beside_stock: whether the ids of the stock ruleset are taken.
            lists: CDB lists by the name that rules use (`etc/lists/noise`).
            decoders: names that `<decoded_as>` may have.
            all_decoders: whether these are all decoders. If so, any other name stops the manager; else it is a caution.
            sender: the `hostname` and `location` of all events as far as known, else those of a usual agent.
        """
        known = {} if lists is None else lists
        loader = Loader(known, frozenset(decoders), all_decoders, beside_stock=beside_stock)
        loader.load(files.items() if isinstance(files, Mapping) else files)
        cautions = tuple(_unknown_decoders(loader.unknown_decoders))
        return cls(loader.tree, loader.notices, loader.dangers, loader.unknown, cautions, sender=sender or {})

    @classmethod
    def load(
        cls,
        paths: Sequence[Path | str],
        *,
        beside_stock: bool = False,
        sender: Sender | None = None,
        decoders: Sequence[Path] = (),
        stock: Path | None = None,
    ) -> Ruleset:
        """Return the ruleset of files and of the `*.xml` in folders, with the manager's lists, decoders and stock.

        Args:
            paths: the rule files and folders.
            beside_stock: whether the ids of the stock ruleset are taken.
            sender: what is known of the events' sender.
            decoders: files or folders of the manager's decoders; else those beside the rules.
            stock: the manager's folder of stock rules; else the one beside the rules.

        Raises:
            SourceError: a path cannot be read.
        """
        files = xml_files([Path(path) for path in paths])
        stock_rules = stock_files(files, stock)
        decoder_paths = decoder_files(files, decoders, stock_rules)
        try:
            texts = [(path.name, path.read_bytes()) for path in [*files, *stock_rules]]
            decoder_texts = {path: path.read_bytes() for path in decoder_paths or ()}
        except OSError as error:
            raise unreadable_file(error) from None
        ruleset = cls.of(
            texts,
            beside_stock=beside_stock,
            lists=ListsOnDisk([*files, *stock_rules]),
            decoders=DECODERS | names_in(decoder_texts.values()),
            all_decoders=decoder_paths is not None,
            sender=sender,
        )
        ruleset._set_stock({path.name for path in stock_rules} - {path.name for path in files})
        ruleset.add_json_decoders(
            [(str(path), text) for path, text in decoder_texts.items() if decodes_json(path.name, text)]
        )
        return ruleset

    def _set_stock(self, stock: set[str]) -> None:
        """Note the stock files, and drop messages about them that do not stop the manager."""
        self.stock = frozenset(stock)
        files = {rule.id: rule.file for rule in self.tree.rules()}
        self.notices = [notice for notice in self.notices if notice.file not in stock or notice.level == "CRITICAL"]
        self.dangers = [notice for notice in self.dangers if notice.file not in stock]
        self.unknown = [(rule, reason) for rule, reason in self.unknown if files.get(rule) not in stock]

    def add_json_decoders(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Take up custom decoders of JSON events by path; those of a form that is not followed become a caution."""
        self.decodes_otherwise = bool(files)
        try:
            self.decoders = read_custom_decoders([(Path(path).name, text) for path, text in files]) if files else []
        except NotFollowedError as error:
            self.cautions += tuple(
                f"{path}: custom JSON decoders are not emulated: events may have other fields than assumed here"
                f" ({error})"
                for path, _ in files
            )

    @property
    def loads(self) -> bool:
        """Whether the manager starts with these files."""
        return not any(notice.level == "CRITICAL" for notice in self.notices)

    @property
    def errors(self) -> list[str]:
        """ERROR and CRITICAL lines of the manager's log; none if it starts."""
        return [] if self.loads else [notice.message for notice in self.notices if notice.level != "WARNING"]

    @property
    def warnings(self) -> list[str]:
        """WARNING lines of the manager's log; if it starts, its ERROR lines too.

        Its configuration test ends with code 0 in spite of them. A WARNING mostly disables a rule. An ERROR leaves a
        rule in force that differs from what was written.
        """
        return [notice.message for notice in self.notices if self.loads or notice.level == "WARNING"]

    @property
    def rules(self) -> list[Rule]:
        """The loaded rules in the order of loading, without stock rules."""
        return [rule for rule in self.tree.rules() if rule.file and rule.file not in self.stock]

    def ids(self) -> frozenset[int]:
        """Return the ids of the loaded rules, without stock rules."""
        return frozenset(rule.id for rule in self.rules)

    def session(self, clock: Callable[[DecodedEvent], float] | None = None, *, counted: bool = False) -> RuleSession:
        """Return a new session: it remembers the events given to it for correlation and `ignore`.

        Args:
            clock: returns the time at which an event arrives, in seconds since the epoch. Without a clock all events
                arrive at once for correlation; `<time>` and `<weekday>` test the event's own time.
            counted: take it that the events which a rule counts have come.
        """
        return RuleSession(self.tree, clock, self.sender, counted=counted, decoders=self.decoders)


def _unknown_decoders(rules_of: Mapping[str, Sequence[int]]) -> Iterable[str]:
    for name, rules in rules_of.items():
        yield (
            f"decoder '{name}' ({format_count(len(rules), 'rule')}, the first is {rules[0]}) is not one of Wazuh"
            " 4.14.7: a manager without a decoder of that name does not start; name its decoders with --decoders"
        )
