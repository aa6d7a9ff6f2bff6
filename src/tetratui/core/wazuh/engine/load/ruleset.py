"""A set of rule files as one manager would load them: what it says, what it leaves out, the tree that results."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.wazuh.engine.load.loader import Loader
from tetratui.core.wazuh.engine.load.messages import Notice
from tetratui.core.wazuh.engine.load.stock import DECODERS
from tetratui.core.wazuh.engine.match.rule import Rule
from tetratui.core.wazuh.engine.match.rule_session import RuleSession
from tetratui.core.wazuh.engine.match.rule_tree import RuleTree

_STOCK_JSON = "0006-json_decoders.xml"
_TAKES_JSON = re.compile(rb"JSON_Decoder|<parent>\s*json\s*<|name=[\"']json[\"']")
_DECODER_NAME = re.compile(rb"<decoder\s+name=[\"']([^\"']*)[\"']")


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
    """What makes every answer uncertain: decoders of one's own that take JSON events."""

    @classmethod
    def of(
        cls,
        files: Mapping[str, bytes] | Sequence[tuple[str, bytes]],
        *,
        beside_stock: bool = False,
        lists: Mapping[str, dict[bytes, bytes]] | None = None,
        decoders: Iterable[str] = DECODERS,
        sender: Mapping[str, bytes] | None = None,
    ) -> Ruleset:
        """Load texts by file name, in the order in which the manager reads them.

        Args:
            files: contents by name, or (name, contents) where two folders hold files of one name.
            beside_stock: whether the ids of the stock ruleset count as taken.
            lists: CDB lists by the name that rules use (`etc/lists/noise`).
            decoders: names that `<decoded_as>` may have; every other one stops the manager.
            sender: the `hostname` and `location` of all events, where known; else rules that ask for them are unknown.
        """
        known = {} if lists is None else lists
        loader = Loader(known, frozenset(decoders), beside_stock=beside_stock, sender=sender or {})
        loader.load(files.items() if isinstance(files, Mapping) else files)
        return cls(loader.tree, loader.notices, loader.dangers, loader.unknown)

    @classmethod
    def load(
        cls, paths: Sequence[Path | str], *, beside_stock: bool = False, sender: Mapping[str, bytes] | None = None
    ) -> Ruleset:
        """Load files and the `*.xml` of folders; CDB lists are looked for where the paths in the rules lead.

        Raises:
            SourceError: a path that cannot be read.
        """
        files = rule_files([Path(path) for path in paths])
        try:
            texts = [(path.name, path.read_bytes()) for path in files]
            beside = _decoders_beside(files)
        except OSError as error:
            raise _unreadable(error) from None
        decoders = DECODERS | _decoder_names(beside.values())
        lists = _ListsOnDisk(files)
        found = cls.of(texts, beside_stock=beside_stock, lists=lists, decoders=decoders, sender=sender)
        found.cautions = tuple(
            f"{path}: own decoders of JSON are not followed: fields may have other names, or be more or fewer"
            for path, text in beside.items()
            if path.name != _STOCK_JSON and _TAKES_JSON.search(text)
        )
        return found

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
        """The rules in force, in the order of loading, without the stock roots."""
        return [rule for rule in self.tree.rules() if rule.file]

    def ids(self) -> frozenset[int]:
        """The ids in use, without the stock roots."""
        return frozenset(rule.id for rule in self.rules)

    def session(self) -> RuleSession:
        """Begin a session: correlation and `ignore` remember the events given to it."""
        return RuleSession(self.tree)


def rule_files(paths: Sequence[Path]) -> list[Path]:
    """List files as given and, for a folder, its `*.xml` by name.

    Raises:
        SourceError: a folder that cannot be read, or that holds none.
    """
    files: list[Path] = []
    for path in paths:
        try:
            found = sorted(file for file in path.iterdir() if file.suffix == ".xml") if path.is_dir() else [path]
        except OSError as error:
            raise _unreadable(error) from None
        if not found:
            raise SourceError(f"{path} holds no rule file (*.xml)", "name the folder of your rules, or a file")
        files += found
    return files


def _unreadable(error: OSError) -> SourceError:
    return SourceError(f"{error.filename}: {error.strerror}", "name a readable rule file, or a folder of rule files")


def _decoders_beside(rule_files: Sequence[Path]) -> dict[Path, bytes]:
    """Read the folder `decoders` beside the folder of a rule file (`etc/rules`, `etc/decoders`)."""
    folders = sorted({path.resolve().parent.parent / "decoders" for path in rule_files})
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.xml"))]
    return {path: path.read_bytes() for path in files}


def _decoder_names(texts: Iterable[bytes]) -> frozenset[str]:
    return frozenset(name.decode("utf-8", "replace") for text in texts for name in _DECODER_NAME.findall(text))


class _ListsOnDisk(Mapping[str, dict[bytes, bytes]]):
    """Lists found by their names: below the folder above `etc/rules`, or beside the rule file."""

    def __init__(self, rule_files: Sequence[Path]) -> None:
        folders = {path.resolve().parent for path in rule_files}
        self._bases = sorted(folders | {base for folder in folders for base in list(folder.parents)[:2]})
        self._read: dict[str, dict[bytes, bytes]] = {}

    def __getitem__(self, name: str) -> dict[bytes, bytes]:
        # Only a list that a rule names is read, so importing its reader waits until then.
        from tetratui.core.wazuh.engine.match.lists import parse_list

        if name not in self._read:
            self._read[name] = parse_list(self._text(name))
        return self._read[name]

    def _text(self, name: str) -> bytes:
        try:
            found = next((base / name for base in self._bases if (base / name).is_file()), None)
            if found is not None:
                return found.read_bytes()
        except OSError as error:
            # A name that no file can have is the name of no list.
            if error.errno != errno.ENAMETOOLONG:
                raise _unreadable(error) from None
        raise KeyError(name)

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)
