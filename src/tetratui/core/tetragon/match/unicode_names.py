"""The names that Go's regular expressions take in `\\p{…}`, in the spelling that RE2 takes.

Since 1.25 Go reads them in any case, without regard to spaces, `_` and `-`, and knows the long names of categories
(Go 1.25 release notes, "regexp/syntax"); RE2 wants one spelling and no long names.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

_CATEGORIES = {
    "C": "Other",
    "Cc": "Control cntrl",
    "Cf": "Format",
    "Co": "Private_Use",
    "Cs": "Surrogate",
    "L": "Letter",
    "Ll": "Lowercase_Letter",
    "Lm": "Modifier_Letter",
    "Lo": "Other_Letter",
    "Lt": "Titlecase_Letter",
    "Lu": "Uppercase_Letter",
    "M": "Mark Combining_Mark",
    "Mc": "Spacing_Mark",
    "Me": "Enclosing_Mark",
    "Mn": "Nonspacing_Mark",
    "N": "Number",
    "Nd": "Decimal_Number digit",
    "Nl": "Letter_Number",
    "No": "Other_Number",
    "P": "Punctuation punct",
    "Pc": "Connector_Punctuation",
    "Pd": "Dash_Punctuation",
    "Pe": "Close_Punctuation",
    "Pf": "Final_Punctuation",
    "Pi": "Initial_Punctuation",
    "Po": "Other_Punctuation",
    "Ps": "Open_Punctuation",
    "S": "Symbol",
    "Sc": "Currency_Symbol",
    "Sk": "Modifier_Symbol",
    "Sm": "Math_Symbol",
    "So": "Other_Symbol",
    "Z": "Separator",
    "Zl": "Line_Separator",
    "Zp": "Paragraph_Separator",
    "Zs": "Space_Separator",
}
_SCRIPTS = """
Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo
Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common
Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs
Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul
Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian
Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha
Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi
Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar
Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian
Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage
Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra
Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog
Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic
Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square
"""


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()


_KNOWN = {_folded(name): name for name in _SCRIPTS.split()}
_KNOWN |= {_folded(name): short for short, names in _CATEGORIES.items() for name in (short, *names.split())}


_OLD = frozenset({*_SCRIPTS.split(), *_CATEGORIES, "Any"})


def is_old(name: str) -> bool:
    """Say whether Go before 1.25 reads a name too: in one spelling, and no long names of categories."""
    return name in _OLD


def class_items(name: str) -> str | None:
    """Give what stands for `\\p{name}` between the brackets of an RE2 class; None if Go does not know the name."""
    folded = _folded(name)
    if folded == "any":
        return r"\x{0}-\x{10FFFF}"
    if folded == "ascii":
        return r"\x00-\x7F"
    if folded in {"lc", "casedletter"}:
        return r"\p{Ll}\p{Lt}\p{Lu}"
    if folded in {"cn", "unassigned"}:
        return _unassigned()
    if folded == "assigned":
        return r"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{C}"
    known = _KNOWN.get(folded)
    if known == "C":
        return r"\p{C}" + _unassigned()
    return f"\\p{{{known}}}" if known else None


def other_items(name: str) -> str | None:
    """Give what stands for `\\P{name}` between the brackets of a class; None where no class can say it (`\\P{Any}`)."""
    folded = _folded(name)
    if folded == "ascii":
        return r"\x{80}-\x{10FFFF}"
    if folded in {"lc", "casedletter"}:
        return r"\p{Lm}\p{Lo}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{C}" + _unassigned()
    if folded in {"cn", "unassigned"}:
        return class_items("assigned")
    if folded == "assigned":
        return _unassigned()
    known = _KNOWN.get(folded)
    if known == "C":
        return r"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}"
    return f"\\P{{{known}}}" if known else None


@cache
def _unassigned() -> str:
    """Spell the unassigned code points as ranges: RE2 has no name for them, and Go counts them into C."""
    ranges: list[str] = []
    start: int | None = None
    for code in range(sys.maxunicode + 2):
        free = code <= sys.maxunicode and unicodedata.category(chr(code)) == "Cn"
        if free and start is None:
            start = code
        elif not free and start is not None:
            ranges.append(f"\\x{{{start:X}}}-\\x{{{code - 1:X}}}")
            start = None
    return "".join(ranges)
