"""Learn templates of command lines: what the argument texts of a binary have in common, and which parts vary.

First come parts that vary by nature (numbers, UUIDs, addresses), then whole words, then all but the first words
(docs/noise.md, "Templates"). Every text belongs to exactly one template, which matches it. The result depends only on
the set of texts, not on their order.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import re2

from tetratui.core.exclusion import Pattern
from tetratui.core.noise.varying import REST, VARYING, VaryingParts, is_sensitive
from tetratui.core.noise.varying_forms import of_arguments


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many distinct values a part needs to count as varying."""

    typed: int = 3
    """For a decimal or hex number, a UUID, an address or a temporary name."""
    word: int = 5
    """For any other word."""
    word_sensitive: int = 20
    """For a word in a command line that names settings, keys, credentials or code."""
    rest: int = 24
    """For command lines that share only their first words; sensitive ones never count."""
    texts: int = 20_000
    """The most texts of a binary that are learned from; the others are only matched."""


DEFAULT = Thresholds()
_LONGEST_TEXT = 4096
"""Characters of a text beyond which its varying parts are not looked for."""
_MOST_WORDS = 40
"""Words of a text beyond which none of its words is generalised."""
_FINDERS = 64
"""The most templates of a binary that a text without one is tried against."""


def learn(texts: Iterable[str], thresholds: Thresholds = DEFAULT) -> dict[str, Pattern]:
    """Return the template of each distinct text; for a text without similar ones, a pattern of its exact text."""
    distinct = sorted(set(texts))
    marks = VaryingParts()
    more: list[str] = []
    if len(distinct) > thresholds.texts:
        # A sample that depends neither on the order of the texts nor on how they begin.
        scattered = sorted(distinct, key=lambda text: (zlib.crc32(text.encode("utf-8", "surrogatepass")), text))
        distinct, more = sorted(scattered[: thresholds.texts]), scattered[thresholds.texts :]
    formed = {text: marks.formed(text) for text in distinct}
    shapes = _generalise_typed_parts(sorted(set(formed.values())), marks, thresholds)
    shapes = _generalise_words(shapes, marks, thresholds)
    shapes = _generalise_rest(shapes, marks, thresholds)
    patterns = {shape: marks.pattern(shape) for shape in set(shapes.values())}
    template_of_text = {text: patterns[shapes[form]] for text, form in formed.items()}
    templates = [pattern for pattern in patterns.values() if pattern.literal is None]
    alone = [text for text, pattern in template_of_text.items() if pattern.literal is not None]
    _match_remaining(template_of_text, sorted(templates, key=Pattern.to_re2), [*alone, *sorted(more)])
    return template_of_text


def _generalise_typed_parts(texts: Sequence[str], marks: VaryingParts, thresholds: Thresholds) -> dict[str, str]:
    """Return the shape of each text: marks replace the parts that `VARYING` finds and that have enough values."""
    skeletons: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    kinds: dict[str, list[str]] = {}
    for text in texts:
        if len(text) > _LONGEST_TEXT:
            skeletons[text].append((text, []))
            continue
        skeleton, values = _cut_skeleton(text)
        if skeleton not in kinds:
            kinds[skeleton] = [_KIND_OF_LETTER[letter] for letter in skeleton.split("\ud800")[1::2]]
        skeletons[skeleton].append((text, values))
    shapes: dict[str, str] = {}
    for skeleton, members in skeletons.items():
        for part in _split(members, thresholds.typed):
            shapes.update(_fill_skeleton(skeleton, kinds.get(skeleton, []), part, marks))
    return shapes


_KIND_OF_LETTER = {kind[0]: kind for kind in VARYING.groupindex}


def _cut_skeleton(text: str) -> tuple[str, list[str]]:
    """Return a text with the letter of its kind instead of each part that varies by nature, and those parts.

    A lone surrogate before and after the letter separates it from the text, which never holds one.
    """
    values: list[str] = []

    def replace_by_letter(match: re.Match[str]) -> str:
        values.append(match.group())
        return f"\ud800{str(match.lastgroup)[0]}\ud800"

    return VARYING.sub(replace_by_letter, text), values


Members = list[tuple[str, list[str]]]
"""Texts of one skeleton, each with the values of its slots."""


def _split(members: Members, threshold: int) -> Iterable[Members]:
    """Split members until every slot has either one value or enough distinct ones to vary.

    The slot with the fewest values is split first.
    """
    waiting = [members]
    while waiting:
        part = waiting.pop()
        counts = [len({values[slot] for _, values in part}) for slot in range(len(part[0][1]))]
        few = [(count, slot) for slot, count in enumerate(counts) if 1 < count < threshold]
        if not few:
            yield part
            continue
        _, slot = min(few)
        by_value: dict[str, Members] = defaultdict(list)
        for member in part:
            by_value[member[1][slot]].append(member)
        waiting.extend(by_value.values())


def _fill_skeleton(skeleton: str, kinds: Sequence[str], members: Members, marks: VaryingParts) -> dict[str, str]:
    """Return the shape of each member: the skeleton with the value of each slot, or marks where it varies."""
    if not kinds:
        return {text: text for text, _ in members}
    pieces = skeleton.split("\ud800")
    for slot, kind in enumerate(kinds):
        values = {member_values[slot] for _, member_values in members}
        pieces[2 * slot + 1] = next(iter(values)) if len(values) == 1 else marks.mark_values(kind, values)
    shape = "".join(pieces)
    return {text: shape for text, _ in members}


def _generalise_words(shapes: dict[str, str], marks: VaryingParts, thresholds: Thresholds) -> dict[str, str]:
    """Generalise a word where shapes differ in that word only. Three rounds generalise up to three words."""
    for _ in range(3):
        renamed = _generalise_one_word(sorted(set(shapes.values())), marks, thresholds)
        if not renamed:
            break
        shapes = {text: renamed.get(shape, shape) for text, shape in shapes.items()}
    return shapes


def _generalise_one_word(shapes: Sequence[str], marks: VaryingParts, thresholds: Thresholds) -> dict[str, str]:
    """Return the new shapes of those that differ from enough others in exactly one word.

    Shapes are collected under what stands before and after each of their words. The biggest collection comes first,
    and a shape changes only once a round.
    """
    alike: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for shape in shapes:
        words = shape.split(" ")
        if len(words) > _MOST_WORDS:
            continue
        start = 0
        for position, word in enumerate(words):
            alike[position, shape[:start], shape[start + len(word) :]].append(shape)
            start += len(word) + 1
    renamed: dict[str, str] = {}
    for (position, before, after), members in sorted(alike.items(), key=lambda item: (-len(item[1]), item[0])):
        free = [shape for shape in members if shape not in renamed]
        if len(free) < thresholds.word:
            continue
        values = [shape[len(before) : len(shape) - len(after)] for shape in free]
        if len(free) < thresholds.word_sensitive and any(is_sensitive(shape) for shape in free):
            continue
        if position == 0 and not after:
            # A text of one word would become a template that matches any word.
            continue
        renamed.update(dict.fromkeys(free, before + marks.mark_words(values) + after))
    return renamed


def _generalise_rest(shapes: dict[str, str], marks: VaryingParts, thresholds: Thresholds) -> dict[str, str]:
    """Generalise all that follows the first two words, or the first, of many shapes that share nothing else."""
    for words in (2, 1):
        counts: Counter[str] = Counter()
        begins: dict[str, str] = {}
        for shape in sorted(set(shapes.values())):
            begin = " ".join(shape.split(" ")[:words])
            if shape.count(" ") >= words and not is_sensitive(shape) and begin.strip():
                counts[begin] += 1
                begins[shape] = begin
        frequent = {begin for begin, count in counts.items() if count >= thresholds.rest}
        renamed = {
            s: f"{begin} {marks.mark(REST)}" for s, begin in begins.items() if begin in frequent and "\n" not in s
        }
        shapes = {text: renamed.get(shape, shape) for text, shape in shapes.items()}
    return shapes


def _match_remaining(template_of_text: dict[str, Pattern], templates: Sequence[Pattern], texts: Sequence[str]) -> None:
    """Give each of these texts the first template that matches it, or else a pattern of its exact text.

    These are the texts that got no template of their own, or that were not learned from.
    """
    finders = [(re2.compile(template.to_re2()).search, template) for template in templates[:_FINDERS]]
    for text in texts:
        for search, template in finders:
            if search(text):
                template_of_text[text] = template
                break
        else:
            template_of_text.setdefault(text, of_arguments(text))
