"""Translate the Unicode names that Go's regular expressions accept in `\\p{…}` into the spelling of RE2.

Since 1.25 Go ignores case, spaces, `_` and `-` in them (Go 1.25 release notes, "regexp/syntax"); RE2 knows one
spelling. RE2 lacks the long names of categories and a name for unassigned characters. An expression with such a name
is not emulated here.
"""

from __future__ import annotations

_CATEGORIES = "Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs Any"
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
_NOT_EMULATED = """
ASCII Assigned C Cased_Letter Close_Punctuation Cn Combining_Mark Connector_Punctuation Control Currency_Symbol
Dash_Punctuation Decimal_Number Enclosing_Mark Final_Punctuation Format Initial_Punctuation LC Letter Letter_Number
Line_Separator Lowercase_Letter Mark Math_Symbol Modifier_Letter Modifier_Symbol Nonspacing_Mark Number
Open_Punctuation Other Other_Letter Other_Number Other_Punctuation Other_Symbol Paragraph_Separator Private_Use
Punctuation Separator Space_Separator Spacing_Mark Surrogate Symbol Titlecase_Letter Unassigned Uppercase_Letter cntrl
digit punct
"""


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()


_SPELLINGS = {_folded(name): name for name in (*_CATEGORIES.split(), *_SCRIPTS.split())}
_UNANSWERED = frozenset(map(_folded, _NOT_EMULATED.split()))
_BEFORE_GO_1_25 = frozenset({*_CATEGORIES.split(), *_SCRIPTS.split(), "C"})


def is_known_before_go_1_25(name: str) -> bool:
    """Return whether Go before 1.25 reads a name too. It knows one spelling, and no long names of categories."""
    return name in _BEFORE_GO_1_25


def is_emulated(name: str) -> bool:
    """Return whether a name is none of those that Go knows and RE2 lacks."""
    return _folded(name) not in _UNANSWERED


def re2_spelling(name: str) -> str | None:
    """Return a name as RE2 spells it, None for a name that RE2 does not know."""
    return _SPELLINGS.get(_folded(name))
