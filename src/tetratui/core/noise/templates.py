"""Templates of command lines: what is common to the argument texts of one binary, and which parts vary.

Learned text by text and word by word (docs/noise.md, "Templates"). Every text belongs to exactly one template, which
matches it; the result depends on the set of texts only, not on their order.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import re2

from tetratui.core.exclusion import Pattern
from tetratui.core.noise.varying import REST, VARYING, VaryingParts, sensitive
from tetratui.core.noise.varying_forms import of_arguments


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many distinct values make a part vary."""

    typed: int = 3
    """Of a decimal, hex, UUID, address or temporary name."""
    word: int = 5
    """Of any other word."""
    word_sensitive: int = 20
    """Of a word in a command line that names settings, keys, credentials or code."""
    rest: int = 24
    """Of command lines that share only their first words; never for sensitive ones."""
    texts: int = 20_000
    """Texts of one binary that are learned from; those beyond it are only matched."""


DEFAULT = Thresholds()
_FINDERS = 64
"""Templates of one binary that a lone text is tried against."""


def learn(texts: Iterable[str], thresholds: Thresholds = DEFAULT) -> dict[str, Pattern]:
    """Give each distinct text its template; one without relatives gets the pattern of exactly itself."""
    distinct = sorted(set(texts))
    marks = VaryingParts()
    more: list[str] = []
    if len(distinct) > thresholds.texts:
        # A sample that does not depend on the order, nor on how the texts begin.
        scattered = sorted(distinct, key=lambda text: (zlib.crc32(text.encode("utf-8", "surrogatepass")), text))
        distinct, more = sorted(scattered[: thresholds.texts]), scattered[thresholds.texts :]
    formed = {text: marks.formed(text) for text in distinct}
    shapes = _typed(sorted(set(formed.values())), marks, thresholds)
    shapes = _words(shapes, marks, thresholds)
    shapes = _rest(shapes, marks, thresholds)
    patterns = {shape: marks.pattern(shape) for shape in set(shapes.values())}
    found = {text: patterns[shapes[form]] for text, form in formed.items()}
    templates = [pattern for pattern in patterns.values() if pattern.literal is None]
    alone = [text for text, pattern in found.items() if pattern.literal is not None]
    _absorb(found, sorted(templates, key=Pattern.to_re2), [*alone, *sorted(more)])
    return found


def _typed(texts: Sequence[str], marks: VaryingParts, thresholds: Thresholds) -> dict[str, str]:
    """Generalise the parts that `VARYING` finds where enough distinct values stand; text to shape."""
    skeletons: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    kinds: dict[str, list[str]] = {}
    for text in texts:
        if len(text) > 4096:
            skeletons[text].append((text, []))
            continue
        skeleton, found = _skeleton(text)
        if skeleton not in kinds:
            kinds[skeleton] = [_KIND_OF_LETTER[letter] for letter in skeleton.split("\ud800")[1::2]]
        skeletons[skeleton].append((text, found))
    shapes: dict[str, str] = {}
    for skeleton, members in skeletons.items():
        for part in _split(members, thresholds.typed):
            shapes.update(_filled(skeleton, kinds.get(skeleton, []), part, marks))
    return shapes


_KIND_OF_LETTER = {kind[0]: kind for kind in VARYING.groupindex}


def _skeleton(text: str) -> tuple[str, list[str]]:
    """Put the letter of its kind in place of each part that varies by nature; the parts come beside it."""
    found: list[str] = []

    def letter(match: re.Match[str]) -> str:
        found.append(match.group())
        return f"\ud800{str(match.lastgroup)[0]}\ud800"

    return VARYING.sub(letter, text), found


Members = list[tuple[str, list[str]]]
"""Texts of one skeleton, each with its values place by place."""


def _split(members: Members, threshold: int) -> Iterable[Members]:
    """Cut members until every place holds either one value or enough distinct ones to vary."""
    waiting = [members]
    while waiting:
        part = waiting.pop()
        counts = [len({values[place] for _, values in part}) for place in range(len(part[0][1]))]
        few = [(count, place) for place, count in enumerate(counts) if 1 < count < threshold]
        if not few:
            yield part
            continue
        _, place = min(few)
        by_value: dict[str, Members] = defaultdict(list)
        for member in part:
            by_value[member[1][place]].append(member)
        waiting.extend(by_value.values())


def _filled(skeleton: str, kinds: Sequence[str], members: Members, marks: VaryingParts) -> dict[str, str]:
    """Put values or marks into a skeleton's places."""
    if not kinds:
        return {text: text for text, _ in members}
    pieces = skeleton.split("\ud800")
    for place, kind in enumerate(kinds):
        values = {found[place] for _, found in members}
        pieces[2 * place + 1] = next(iter(values)) if len(values) == 1 else marks.of_column(kind, values)
    shape = "".join(pieces)
    return {text: shape for text, _ in members}


def _words(shapes: dict[str, str], marks: VaryingParts, thresholds: Thresholds) -> dict[str, str]:
    """Generalise a word where shapes differ in that one word only; three rounds, so up to three words."""
    for _ in range(3):
        renamed = _one_word(sorted(set(shapes.values())), marks, thresholds)
        if not renamed:
            break
        shapes = {text: renamed.get(shape, shape) for text, shape in shapes.items()}
    return shapes


def _one_word(shapes: Sequence[str], marks: VaryingParts, thresholds: Thresholds) -> dict[str, str]:
    places: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for shape in shapes:
        words = shape.split(" ")
        if len(words) > 40:
            continue
        start = 0
        for place, word in enumerate(words):
            places[place, shape[:start], shape[start + len(word) :]].append(shape)
            start += len(word) + 1
    renamed: dict[str, str] = {}
    for (place, before, after), members in sorted(places.items(), key=lambda item: (-len(item[1]), item[0])):
        free = [shape for shape in members if shape not in renamed]
        if len(free) < thresholds.word:
            continue
        values = [shape[len(before) : len(shape) - len(after)] for shape in free]
        if len(free) < thresholds.word_sensitive and any(sensitive(shape) for shape in free):
            continue
        if place == 0 and not after:
            continue
        renamed.update(dict.fromkeys(free, before + marks.of_tokens(values) + after))
    return renamed


def _rest(shapes: dict[str, str], marks: VaryingParts, thresholds: Thresholds) -> dict[str, str]:
    """Last resort: command lines that share their first one or two words and nothing else, if they are many."""
    for words in (2, 1):
        counts: Counter[str] = Counter()
        begins: dict[str, str] = {}
        for shape in sorted(set(shapes.values())):
            begin = " ".join(shape.split(" ")[:words])
            if shape.count(" ") >= words and not sensitive(shape) and begin.strip():
                counts[begin] += 1
                begins[shape] = begin
        many = {begin for begin, count in counts.items() if count >= thresholds.rest}
        renamed = {s: f"{begin} {marks.mark(REST)}" for s, begin in begins.items() if begin in many and "\n" not in s}
        shapes = {text: renamed.get(shape, shape) for text, shape in shapes.items()}
    return shapes


def _absorb(found: dict[str, Pattern], templates: Sequence[Pattern], texts: Sequence[str]) -> None:
    """Give texts that stand alone, or were not learned from, to a template that matches them all the same."""
    finders = [(re2.compile(template.to_re2()).search, template) for template in templates[:_FINDERS]]
    for text in texts:
        for search, template in finders:
            if search(text):
                found[text] = template
                break
        else:
            found.setdefault(text, of_arguments(text))
