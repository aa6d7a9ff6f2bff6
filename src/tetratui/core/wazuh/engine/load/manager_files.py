"""Where a manager keeps its decoders, stock rules and lists, seen from the rule files that were named.

A manager has `etc/rules`, `etc/decoders` and `etc/lists` of its own, and the stock in `ruleset/rules` and
`ruleset/decoders`. A copy of these folders elsewhere is as good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.wazuh.engine.load.stock import ROOT_FILE
from tetratui.core.wazuh.engine.match.lists import parse_list

MANAGER = Path("/var/ossec")
"""Where a manager is installed."""
_DECODER_FOLDERS = ("ruleset/decoders", "etc/decoders", "decoders")


def unreadable(error: OSError) -> SourceError:
    """Make the error of a file or folder that cannot be read."""
    return SourceError(f"{error.filename}: {error.strerror}", "name a readable rule file, or a folder of rule files")


def xml_files(paths: Sequence[Path], what: str = "rule") -> list[Path]:
    """List files as given and, for a folder, its `*.xml` by name.

    Raises:
        SourceError: a folder that cannot be read, or that holds none.
    """
    files: list[Path] = []
    for path in paths:
        try:
            inside = sorted(file for file in path.iterdir() if file.suffix == ".xml") if path.is_dir() else [path]
        except OSError as error:
            raise unreadable(error) from None
        if not inside:
            raise SourceError(f"{path} holds no {what} file (*.xml)", f"name the folder of your {what}s, or a file")
        files += inside
    return files


def _bases(files: Iterable[Path]) -> list[Path]:
    """The folders in which `etc` and `ruleset` may lie, nearest first, the installed manager last."""
    folders = dict.fromkeys(path.resolve().parent for path in files)
    near = [base for folder in folders for base in (folder.parent, folder.parent.parent)]
    return [*dict.fromkeys(near), MANAGER]


def decoder_files(rules: Sequence[Path], given: Sequence[Path], stock: Sequence[Path]) -> list[Path] | None:
    """Find the decoder files that go with rule files; None where no folder of decoders is known.

    Args:
        rules: the rule files.
        given: folders or files that were named; they stand for all others.
        stock: the stock rule files in use, whose decoders lie beside them.

    Raises:
        SourceError: what was named cannot be read, or holds none.
    """
    beside = [folder for path in stock[:1] if (folder := path.resolve().parent.parent / "decoders").is_dir()]
    folders = dict.fromkeys([*beside, *given] if given else [*beside, *_decoder_folders(rules)])
    if not folders:
        return None
    files = [file for folder in folders for file in _decoders_of(folder, is_given=folder in given)]
    return list(dict.fromkeys(files))


def _decoder_folders(rules: Sequence[Path]) -> list[Path]:
    for base in _bases(rules):
        folders = [folder for name in _DECODER_FOLDERS if (folder := base / name).is_dir()]
        if folders:
            # `decoders` beside the rules is `etc/decoders` of the folder above: both name one manager.
            above = [folder for name in _DECODER_FOLDERS[:2] if (folder := base.parent / name).is_dir()]
            return [*folders, *above]
    return []


def _decoders_of(folder: Path, *, is_given: bool) -> list[Path]:
    return xml_files([folder], "decoder") if is_given else sorted(folder.glob("*.xml"))


def stock_files(rules: Sequence[Path], given: Path | None) -> list[Path]:
    """Find the stock rule files that go with rule files; none where the stock is among these, or not to be found.

    Raises:
        SourceError: the folder that was named holds no stock rules.
    """
    if any(path.name == ROOT_FILE for path in rules):
        return []
    if given is not None:
        folder = _stock_folder(given)
        if folder is None:
            raise SourceError(
                f"{given} holds no stock rules ({ROOT_FILE})", "name the manager's folder ruleset, or ruleset/rules"
            )
    else:
        folder = next(filter(None, map(_stock_folder, _bases(rules))), None)
    named = {path.resolve() for path in rules}
    return [] if folder is None else [path for path in xml_files([folder]) if path.resolve() not in named]


def _stock_folder(base: Path) -> Path | None:
    candidates = (base / "ruleset" / "rules", base / "rules", base)
    return next((folder for folder in candidates if (folder / ROOT_FILE).is_file()), None)


class ListsOnDisk(Mapping[str, dict[bytes, bytes]]):
    """Lists by their names: below the folder above `etc/rules` or `ruleset/rules`, or beside the rule file."""

    def __init__(self, rule_files: Sequence[Path]) -> None:
        folders = {path.resolve().parent for path in rule_files}
        self._bases = sorted(folders | {base for folder in folders for base in list(folder.parents)[:2]})
        self._read: dict[str, dict[bytes, bytes]] = {}

    def __getitem__(self, name: str) -> dict[bytes, bytes]:
        if name not in self._read:
            # In the sources of the ruleset the stock lists lie in `lists`, and are installed to `etc/lists`.
            paths = [base / path for base in self._bases for path in (name, name.removeprefix("etc/"))]
            found = next((path for path in paths if _is_file(path)), None)
            if found is None:
                raise KeyError(name)
            self._read[name] = parse_list(found.read_bytes())
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        # A name too long for a file system, or with a zero byte, is that of no file.
        return False
