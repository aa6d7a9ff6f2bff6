"""Find the decoders, stock rules and lists of a manager, starting from the given rule files.

A manager has custom files in `etc/rules`, `etc/decoders` and `etc/lists`, and the stock in `ruleset/rules` and
`ruleset/decoders`. A copy of these folders elsewhere serves as well.
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


def unreadable_file(error: OSError) -> SourceError:
    """Return the error for a file or folder that cannot be read."""
    return SourceError(f"{error.filename}: {error.strerror}", "name a readable rule file, or a folder of rule files")


def xml_files(paths: Sequence[Path], what: str = "rule") -> list[Path]:
    """Return the given files and, of a given folder, its `*.xml` files by name.

    Raises:
        SourceError: a folder cannot be read, or has no such file.
    """
    files: list[Path] = []
    for path in paths:
        try:
            inside = sorted(file for file in path.iterdir() if file.suffix == ".xml") if path.is_dir() else [path]
        except OSError as error:
            raise unreadable_file(error) from None
        if not inside:
            raise SourceError(f"{path} holds no {what} file (*.xml)", f"name the folder of your {what}s, or a file")
        files += inside
    return files


def _bases(files: Iterable[Path]) -> list[Path]:
    """Return the folders that may contain `etc` and `ruleset`, nearest first, the installed manager last."""
    folders = dict.fromkeys(path.resolve().parent for path in files)
    near = [base for folder in folders for base in (folder.parent, folder.parent.parent)]
    return [*dict.fromkeys(near), MANAGER]


def decoder_files(rules: Sequence[Path], given: Sequence[Path], stock: Sequence[Path]) -> list[Path] | None:
    """Return the decoder files that belong to rule files; None if no decoder folder is known.

    Args:
        rules: the rule files.
        given: decoder folders or files that replace those beside the rules.
        stock: the stock rule files in use; their decoders lie beside them.

    Raises:
        SourceError: a given path cannot be read, or has no decoder file.
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
            # A folder `decoders` beside the rules may be `etc/decoders`: then the manager's base is one folder up.
            above = [folder for name in _DECODER_FOLDERS[:2] if (folder := base.parent / name).is_dir()]
            return [*folders, *above]
    return []


def _decoders_of(folder: Path, *, is_given: bool) -> list[Path]:
    return xml_files([folder], "decoder") if is_given else sorted(folder.glob("*.xml"))


def stock_files(rules: Sequence[Path], given: Path | None) -> list[Path]:
    """Return the stock rule files that belong to rule files; none if they are among these or not found.

    Raises:
        SourceError: the given folder has no stock rules.
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
    """Lists by name, below the folder above `etc/rules` or `ruleset/rules`, or beside a rule file."""

    def __init__(self, rule_files: Sequence[Path]) -> None:
        folders = {path.resolve().parent for path in rule_files}
        self._bases = sorted(folders | {base for folder in folders for base in list(folder.parents)[:2]})
        self._entries: dict[str, dict[bytes, bytes]] = {}

    def __getitem__(self, name: str) -> dict[bytes, bytes]:
        if name not in self._entries:
            # The stock lists lie in `lists` in the sources of the ruleset, and in `etc/lists` when installed.
            paths = [base / path for base in self._bases for path in (name, name.removeprefix("etc/"))]
            list_file = next((path for path in paths if _is_file(path)), None)
            if list_file is None:
                raise KeyError(name)
            self._entries[name] = parse_list(list_file.read_bytes())
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        # No file has a name that is too long for the file system or that contains a zero byte.
        return False
