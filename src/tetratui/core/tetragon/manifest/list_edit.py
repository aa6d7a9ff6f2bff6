"""Put a list into a manifest in place of the one that stands there, or beside the other options, and prove the result.

Texts are cut out and put in at offsets, so that comments, quotes, anchors, line ends and a byte order mark stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tetratui.core.errors import RefusedError, TetratuiError
from tetratui.core.tetragon.manifest.list_file import ListFile
from tetratui.core.tetragon.manifest.list_location import ListRole
from tetratui.core.tetragon.manifest.nodes import ManifestMap, ManifestScalar, MapPair, list_values
from tetratui.core.tetragon.manifest.scalar_text import (
    BlockStyle,
    choose_block_style,
    comment,
    fits_block,
    quote,
    read_block_style,
)
from tetratui.core.tetragon.manifest.slots import KEYS, ListHolder

COMMENT = "# tetratui: "
"""How the comments begin that are written above a list, and replaced with it."""
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r?\n|$)")
Edit = tuple[int, int, str]
"""From where to where the text of the file is replaced, and by what."""


def change_list(file: ListFile, role: ListRole, change: Callable[[bytes], bytes]) -> bytes:
    """Return the bytes of a file, a manifest or a list itself, with its list changed by a function.

    Raises:
        RefusedError: see `put_list`.
    """
    data = change(file.list_bytes(role))
    return put_list(file, role, data) if file.is_manifest else data


def put_list(file: ListFile, role: ListRole, data: bytes, comments: Sequence[str] | None = None) -> bytes:
    """Return the bytes of a manifest with another list in it. All that is not the list stays.

    Args:
        file: a manifest; one without documents becomes Helm values.
        role: which list.
        data: the list.
        comments: what to write above the list instead of what was written there before; None leaves that alone.

    Raises:
        RefusedError: the file is broken, or the list cannot be put into it so that it is read back.
    """
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise RefusedError(f"{file.name}: the list would hold a byte that is not UTF-8", "remove it first") from error
    edits, wanted = _edits(file, role, text)
    made = ListFile(_apply(file.text, edits).encode("utf-8"), file.name)
    # Only now does the key stand there in any case.
    commented = ListFile(_apply(made.text, _Editor(made, role).comment_edits(comments)).encode("utf-8"), file.name)
    _prove(file, commented, role, wanted)
    return commented.data


def _edits(file: ListFile, role: ListRole, text: str) -> tuple[list[Edit], str]:
    """Return the edits that put a list in, and the text that is read back after them."""
    if not file.roots:
        added = _new_chart(text, role)
        lead = "" if not file.text or file.text.endswith("\n") else "\n"
        return [(len(file.text), len(file.text), lead + added)], text
    if (
        not file.holders
        and len(file.roots) == 1
        and isinstance(root := file.roots[0], ManifestMap)
        and not root.is_flow
    ):
        lead = "" if file.text.endswith("\n") else "\n"
        added = _new_chart(text, role)
        if "\r\n" in file.text:
            lead, added = lead.replace("\n", "\r\n"), added.replace("\n", "\r\n")
        return [(len(file.text), len(file.text), lead + added)], text
    pair = file.holder.find(role)
    if pair is not None and isinstance(pair.value, ManifestScalar) and pair.value.is_text and pair.value.value == text:
        return [], text
    return _Editor(file, role).edits(text)


def _new_chart(text: str, role: ListRole) -> str:
    """Return the lines of Helm values that hold a list and nothing else."""
    key = KEYS["helm"][role]
    if not fits_block(text):
        return f"tetragon:\n  {key}: {quote(text)}\n"
    style = choose_block_style(text, 2)
    return f"tetragon:\n  {key}: {style.header(text)}\n{style.lines(text, chr(10))}"


def _apply(text: str, edits: Sequence[Edit]) -> str:
    for start, stop, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[stop:]
    return text


def _prove(before: ListFile, after: ListFile, role: ListRole, wanted: str) -> None:
    """Raise RefusedError unless the list is read back as it was written and every other value is what it was."""
    try:
        read_back = after.list_bytes(role).decode("utf-8")
        path = after.location(role).path
        others = _other_values(after, path) == _other_values(before, path)
    except TetratuiError as error:
        raise RefusedError(f"{before.name} could not be changed safely: {error.message}", _BY_HAND) from error
    if read_back != wanted:
        raise RefusedError(f"{before.name}: the list would not be read back as it was written", _BY_HAND)
    if not others:
        raise RefusedError(
            f"{before.name}: another value would change with the list, through an anchor or a block at the end",
            _BY_HAND,
        )


_BY_HAND = "put the list in by hand: write the key with |- and the filters on the lines below it, indented"


def _other_values(file: ListFile, path: str) -> list[tuple[int, str, str]]:
    values = [(number, *value) for number, root in enumerate(file.roots) for value in list_values(root)]
    # A `tetragon:` without a value is null before and a map afterwards.
    return sorted(value for value in values if not f"{path}.".startswith(f"{value[1]}."))


@dataclass(frozen=True)
class _Editor:
    file: ListFile
    role: ListRole

    @property
    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.file.text else "\n"

    @property
    def _key(self) -> str:
        return KEYS[self._holder.form][self.role]

    @property
    def _holder(self) -> ListHolder:
        return self.file.holder

    def _column(self, offset: int) -> int:
        start = self.file.text.rfind("\n", 0, offset) + 1
        line = self.file.text[start:offset]
        return len(line.lstrip("\ufeff")) if start == 0 else len(line)

    def edits(self, text: str) -> tuple[list[Edit], str]:
        """Return the edits that put the list in, and the text that is read back after them."""
        holder = self._holder
        pair = holder.map.own(self._key) if holder.map is not None else None
        if holder.map is None or pair is None:
            return self._add(text)
        if not isinstance(pair.value, ManifestScalar):
            # Raises, and says what stands there.
            self.file.list_bytes(self.role)
        return self._replace(pair, holder.map, text)

    def _replace(self, pair: MapPair, parent: ManifestMap, text: str) -> tuple[list[Edit], str]:
        node = pair.value
        assert isinstance(node, ManifestScalar), "edits() lets only scalars through"
        start, stop = pair.alias or (node.start, node.stop)
        gap = " " if start == stop and self.file.text[start - 1] == ":" else ""
        if node.style in {"|", ">"} and pair.alias is None and fits_block(text):
            return self._replace_block(node, parent, text)
        rest = _REST_OF_LINE.match(self.file.text, stop)
        if parent.is_flow or rest is None or not fits_block(text):
            if node.style in {"|", ">"} and pair.alias is None:
                return [(start, stop, quote(text) + self._newline)], text
            return [(start, stop, gap + quote(text))], text
        style = choose_block_style(text, self._column(parent.start))
        after, lead = self._next_line(rest.end())
        return [
            (start, stop, gap + style.header(text)),
            (after, after, lead + style.lines(text, self._newline)),
        ], style.adapt(text)

    def _next_line(self, offset: int) -> tuple[int, str]:
        """Return where the line after an offset begins, and the line break to write first if there is none."""
        end = self.file.text.find("\n", offset)
        return (end + 1, "") if end >= 0 else (len(self.file.text), self._newline)

    def _replace_block(self, node: ManifestScalar, parent: ManifestMap, text: str) -> tuple[list[Edit], str]:
        raw = self.file.text[node.start : node.stop]
        style = read_block_style(raw.replace("\r\n", "\n"), self._column(parent.start))
        header = re.match(r"[|>][-+0-9]*", raw)
        assert header is not None, "the token of a block scalar begins with its header"
        first_line, lead = self._next_line(node.start)
        lines = self.file.text[first_line : node.stop].splitlines(keepends=True)
        # Blank lines after the list are part of the token, and of the text only where all of them are kept.
        used = len(lines)
        while style.chomping != "+" and used and not lines[used - 1].strip():
            used -= 1
        tail = "".join(lines[used:]) if used else ""
        return [
            (node.start, node.start + header.end(), style.header(text)),
            (first_line, max(first_line, node.stop) - len(tail), lead + style.lines(text, self._newline)),
        ], style.adapt(text)

    def _add(self, text: str) -> tuple[list[Edit], str]:
        """Return the edits that add the key."""
        holder = self._holder
        if holder.map is not None and holder.map.is_flow:
            return [self._add_to_flow(holder.map, f"{self._name(self._key)}: {quote(text)}")], text
        if holder.map is not None and holder.map.pairs:
            column = self._column(holder.map.start)
            added, wanted = self._block(text, column)
            return [self._first_in(holder, holder.map, added, column)], wanted
        return self._add_holder(text)

    def _add_holder(self, text: str) -> tuple[list[Edit], str]:
        """Return the edits for a `tetragon:` or `data:` that is empty or not there."""
        holder = self._holder
        if holder.pair is None or holder.parent.is_flow:
            added = f"{self._name('data')}: {{{self._name(self._key)}: {quote(text)}}}"
            if holder.pair is not None:
                node = holder.pair.value
                return [(node.start, node.stop, f"{{{self._name(self._key)}: {quote(text)}}}")], text
            if holder.parent.is_flow:
                return [self._add_to_flow(holder.parent, added)], text
            column = self._column(holder.parent.start)
            block, wanted = self._block(text, column + 2)
            lines = f"data:{self._newline}{' ' * (column + 2)}{block}{' ' * column}"
            return [(holder.parent.start, holder.parent.start, lines)], wanted
        column = self._column(holder.pair.start) + 2
        block, wanted = self._block(text, column)
        rest = _REST_OF_LINE.match(self.file.text, holder.pair.value.stop)
        if rest is None:
            raise RefusedError(f"{self.file.name}: {holder.path} has no value that could be written into", _BY_HAND)
        after, lead = self._next_line(rest.end())
        node = holder.pair.value
        return [(node.start, node.stop, ""), (after, after, f"{lead}{' ' * column}{block}")], wanted

    def _block(self, text: str, column: int) -> tuple[str, str]:
        """Return the lines of key and list, the first one without indentation, and the text that is read back."""
        if not fits_block(text):
            return f"{self._key}: {quote(text)}{self._newline}", text
        style: BlockStyle = choose_block_style(text, column)
        return f"{self._key}: {style.header(text)}{self._newline}{style.lines(text, self._newline)}", style.adapt(text)

    def _first_in(self, holder: ListHolder, parent: ManifestMap, added: str, column: int) -> Edit:
        """Return the edit that puts lines first into a map, above the comments of its first key."""
        if holder.pair is not None and holder.pair.alias is None:
            colon = self.file.text.find(":", holder.pair.stop) + 1
            rest = re.compile(r"(?:[ \t]+&\S+)?[ \t]*(?:#[^\r\n]*)?\r?\n").match(self.file.text, colon)
            if rest is not None and rest.end() <= parent.start:
                return (rest.end(), rest.end(), " " * column + added)
        return (parent.start, parent.start, added + " " * column)

    def _add_to_flow(self, parent: ManifestMap, added: str) -> Edit:
        if not parent.pairs:
            return (parent.start + 1, parent.start + 1, added)
        first = parent.pairs[0].start
        return (first, first, f"{added},{self.file.text[parent.start + 1 : first] or ' '}")

    def _name(self, key: str) -> str:
        return f'"{key}"' if self.file.is_json else key

    def comment_edits(self, comments: Sequence[str] | None) -> list[Edit]:
        """Return the edits that replace the comments above the list; none where a comment cannot stand."""
        if comments is None or self.file.is_json:
            return []
        holder, text = self._holder, self.file.text
        pair = holder.map.own(self._key) if holder.map is not None else None
        if pair is None or holder.map is None or holder.map.is_flow:
            return []
        line = text.rfind("\n", 0, pair.start) + 1
        if text[line : pair.start].strip("\ufeff "):
            return []
        first = line
        while first > 0:
            above = text.rfind("\n", 0, first - 1) + 1
            if not text[above:first].lstrip().startswith(COMMENT):
                break
            first = above
        indent = text[line : pair.start].lstrip("\ufeff")
        new = "".join(f"{indent}{COMMENT}{comment(words)}{self._newline}" for words in comments)
        return [(first, line, new)] if new or first < line else []
