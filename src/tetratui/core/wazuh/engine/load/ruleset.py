"""A set of rule files as one manager would load them: what it says, what it leaves out, the tree that results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tetratui.core.amounts import counted
from tetratui.core.wazuh.engine.formats.decoder import DecodedEvent
from tetratui.core.wazuh.engine.load.decoder_names import DECODERS, names_in, takes_json
from tetratui.core.wazuh.engine.load.loader import Loader
from tetratui.core.wazuh.engine.load.manager_files import ListsOnDisk, decoder_files, stock_files, unreadable, xml_files
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
    """Everything the manager would log, in order; a message of a broken file does not end the reading of others."""
    dangers: list[Notice] = field(default_factory=list)
    """What loads without a word, or with a word no one reads, and is dangerous all the same."""
    unknown: list[tuple[int, str]] = field(default_factory=list)
    """(rule, reason): rules that this engine does not follow."""
    cautions: tuple[str, ...] = ()
    """What makes answers uncertain: unknown decoders, decoders of one's own that take JSON events."""
    decodes_otherwise: bool = False
    """Whether a decoder of one's own may give Tetragon's events other fields than the stock's."""
    sender: Sender = field(default_factory=dict)
    """What is known of where the events come from."""
    stock: frozenset[str] = frozenset()
    """Names of the stock rule files that were loaded with the rules, and are not in question themselves."""

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
        """Load texts by file name, in the order in which the manager reads them.

        Args:
            files: contents by name, or (name, contents) where two folders hold files of one name.
            beside_stock: whether the ids of the stock ruleset count as taken.
            lists: CDB lists by the name that rules use (`etc/lists/noise`).
            decoders: names that `<decoded_as>` may have.
            all_decoders: whether these are all: then every other name stops the manager, else it is a caution.
            sender: the `hostname` and `location` of all events, where known; else the usual ones of an agent.
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
        """Load files and the `*.xml` of folders, with the manager's lists, decoders and stock rules where they lie.

        Args:
            paths: the rule files and folders in question.
            beside_stock: whether the ids of the stock ruleset count as taken.
            sender: what is known of where the events come from.
            decoders: the manager's decoders, files or folders; else they are looked for beside the rules.
            stock: the manager's folder of stock rules; else it is looked for beside the rules.

        Raises:
            SourceError: a path that cannot be read.
        """
        files = xml_files([Path(path) for path in paths])
        stock_rules = stock_files(files, stock)
        decoder_paths = decoder_files(files, decoders, stock_rules)
        try:
            texts = [(path.name, path.read_bytes()) for path in [*files, *stock_rules]]
            decoder_texts = {path: path.read_bytes() for path in decoder_paths or ()}
        except OSError as error:
            raise unreadable(error) from None
        loaded = cls.of(
            texts,
            beside_stock=beside_stock,
            lists=ListsOnDisk([*files, *stock_rules]),
            decoders=DECODERS | names_in(decoder_texts.values()),
            all_decoders=decoder_paths is not None,
            sender=sender,
        )
        loaded._set_apart({path.name for path in stock_rules} - {path.name for path in files})
        others = [path for path, text in decoder_texts.items() if takes_json(path.name, text)]
        loaded._decode_by(others)
        return loaded

    def _set_apart(self, stock: set[str]) -> None:
        """Keep what is said of the stock rules to what stops the manager: they are not in question."""
        self.stock = frozenset(stock)
        files = {rule.id: rule.file for rule in self.tree.rules()}
        self.notices = [one for one in self.notices if one.file not in stock or one.level == "CRITICAL"]
        self.dangers = [one for one in self.dangers if one.file not in stock]
        self.unknown = [(rule, reason) for rule, reason in self.unknown if files.get(rule) not in stock]

    def _decode_by(self, others: Sequence[Path]) -> None:
        """Note decoder files, besides the stock's, that take JSON events."""
        self.decodes_otherwise = bool(others)
        self.cautions += tuple(
            f"{path}: own decoders of JSON are not followed: fields may have other names, or be more or fewer"
            for path in others
        )

    @property
    def loads(self) -> bool:
        """Whether the manager starts with these files."""
        return not any(notice.level == "CRITICAL" for notice in self.notices)

    @property
    def errors(self) -> list[str]:
        """ERROR and CRITICAL lines as the manager logs them; none where it starts."""
        return [] if self.loads else [notice.message for notice in self.notices if notice.level != "WARNING"]

    @property
    def warnings(self) -> list[str]:
        """WARNING lines as the manager logs them; where it starts, its ERROR lines too.

        The exit code of its configuration test is 0 with them. A WARNING mostly disables a rule, and an ERROR leaves
        one in force that is not what was written.
        """
        return [notice.message for notice in self.notices if self.loads or notice.level == "WARNING"]

    @property
    def rules(self) -> list[Rule]:
        """The rules in force, in the order of loading, without those of the stock."""
        return [rule for rule in self.tree.rules() if rule.file and rule.file not in self.stock]

    def ids(self) -> frozenset[int]:
        """The ids in use, without the stock roots."""
        return frozenset(rule.id for rule in self.rules)

    def session(self, clock: Callable[[DecodedEvent], float] | None = None, *, counted: bool = False) -> RuleSession:
        """Begin a session: correlation and `ignore` remember the events given to it.

        Args:
            clock: seconds since the epoch at which an event arrives; without one all arrive at once for correlation,
                and each at the time it names itself for `<time>` and `<weekday>`.
            counted: take it that the events which a rule counts have come.
        """
        return RuleSession(self.tree, clock, self.sender, counted=counted)


def _unknown_decoders(rules_of: Mapping[str, Sequence[int]]) -> Iterable[str]:
    for name, rules in rules_of.items():
        yield (
            f"decoder '{name}' ({counted(len(rules), 'rule')}, the first is {rules[0]}) is none of Wazuh 4.14.7's own: "
            "a manager that has no decoder of that name does not start; name its decoders with --decoders"
        )
