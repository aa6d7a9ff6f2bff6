"""Strategies for patterns over all of pcre2's syntax, mostly well-formed, and for texts that they may match."""

from __future__ import annotations

from hypothesis import strategies as st

PLAIN = (
    rb"a b c A 1 - . ^ $ \d \w \s \D \W \h \v \R \N \b \B \A \z \Z \G \K \x61 \x{61} \141 \o{141} \n \xe9 \- \8".split()
)
"""Items of one character or escape."""
CHANGED = [
    *rb"{,3} \x \x{ \C \N{2} \X \p{Lu} \P{Ll} \p{Lt} \p{^Nd} \pL \p{L&} \p{Kawi} \p{Greek} \u0061 \U".split(),
    *rb"\E \Q\E # { } (?r) (?aD) (?i) (?x) (?xx) (?-x) (?^) (?s) (?J) (?n) (?#{,3}) (?C) (?C'a') (?[a])".split(),
    *rb"(*ACCEPT) (*F) (*SKIP) (*PRUNE) (*MARK:{,3}) (?=a)b?a (*scs:(1)a) (?1(2))".split(),
    *rb"(?(VERSION>=10.43)a|b) (?(VERSION=10.42)a|b)".split(),
    *(b"{ 1, 3 }", b"{1 }", b"\\x{ 41 }", b"\\o{ 101 }", b"\\N{ 3 }", b"\\p{ ^Lu }", b"\\p{ Lu }", b"\\Q{,2}\\E"),
    b"\xe9",
]
"""Items that changed between the two versions, and items that look like them."""
REFERENCES = [
    *rb"\1 \2 \g1 \g{1} \g{-1} \k'n' \k{n} \g{n} (?1) (?2) (?R) (?-1) (?+1) (?&n) (?P>n) (?P=n) \g<1> \g'n'".split(),
    *(b"\\g{ 1 }", b"\\k{ n }", b"(?1(2))"),
]
IN_CLASS = [
    *rb"a b z - - - \] \d \w \W \h [:alpha:] [:^digit:] [: \Qb]\E \E \Q\E \x61 \x \k \b \n \p{Lu} 1 { } & ~ \1".split(),
    *(b" ", b"\t", b"\n", b"\\x{ 41 }", b"\xe9"),
]
REPEATS = [*rb"* + ? *? ++ ?+ {2} {1,2} {0} {0,1}? {1,} {,} {,2} {}".split(), b"{ 1 }", b"{1, 2}"]
GROUPS = [
    *rb"( (?: (?= (?! (?> (?| (?i: (?x: (?xx: (?s: (?n: (?^: (?-i: (?'n' (?<m> (?* (?(1) (?('n')".split(),
    *rb"(?(R) (?(DEFINE) (*pla: (*atomic: (*sr: (?<= (?<! (*plb: (?(?=a) (?(?!b) (?a: (?i-r:".split(),
]
STARTS = rb"(*UTF) (*UCP) (*CRLF) (*ANY) (*NOTEMPTY) (*LIMIT_MATCH=9) (*CASELESS_RESTRICT)".split()
STARTS += rb"(a)(?'n'b)? (a)(?'n'b)? (?i) (?x) (?xx)".split()


def _class(head: bytes, parts: list[bytes]) -> bytes:
    return b"[" + head + b"".join(parts) + b"]"


def _nested(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    branches = st.lists(inner, min_size=1, max_size=2).map(b"|".join)
    return st.builds(lambda opening, content: opening + content + b")", st.sampled_from(GROUPS), branches)


_CLASSES = st.builds(
    _class,
    st.sampled_from([b"", b"", b"^", b"]", b"\\E^", b" ^"]),
    st.lists(st.sampled_from(IN_CLASS), min_size=1, max_size=4),
)
_ATOMS = st.one_of(*[st.sampled_from(PLAIN)] * 3, st.sampled_from(CHANGED), st.sampled_from(REFERENCES), _CLASSES)
_REPEATED = st.builds(lambda atom, repeat: atom + repeat, _ATOMS, st.sampled_from(REPEATS))
_SEQUENCES = st.recursive(
    st.lists(_ATOMS | _REPEATED, max_size=4).map(b"".join),
    lambda inner: st.lists(_nested(inner) | _ATOMS | _REPEATED, min_size=1, max_size=3).map(b"".join),
    max_leaves=6,
)
PATTERNS = st.builds(
    lambda starts, body: b"".join(starts) + body, st.lists(st.sampled_from(STARTS), max_size=1), _SEQUENCES
)
TEXTS = st.lists(
    st.sampled_from([*b"a b c A 1 - z { } {,3} x k \r\n \xe9 \xc3\xa9 \xa9\xae".split(b" "), b" ", b"\n"]), max_size=8
).map(b"".join)
