from __future__ import annotations

import re

import pcre2
import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.exclusion import Chars, Literal, Pattern
from tetratui.core.noise.templates import learn

HEX = ["0f3a91", "c0ffee1", "1a2b3c4d", "9f8e7d6c"]


@pytest.mark.parametrize(
    ("texts", "template"),
    [
        ([f"--worker {n}" for n in (3, 44, 905)], "^--worker [0-9]+$"),
        ([f"-s http://10.0.{n}.{n + 1}:9100/x" for n in range(4)], r"^-s http://10\.0\.[0-9]+\.[0-9]+:9100/x$"),
        ([f"--id {h * 2}" for h in ("0f3a", "c0fe", "1a2b")], "^--id [0-9a-f]{8}$"),
        (
            [f"get 0f3a91c{n}-1a2b-4c3d-8e9f-0a1b2c3d4e5{n}" for n in range(3)],
            "^get [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        ),
        ([f"-6 fe80::{n}a" for n in range(3)], "^-6 [0-9a-fA-F:]{2,39}$"),
        ([f"--since 2026-11-2{n}T10:3{n}:00" for n in range(3)], "^--since 2026-11-[0-9]+T10:[0-9]+:00$"),
        ([f"-o /tmp/tmp.{n * 10}" for n in "aBc"], r"^-o /tmp/tmp\.[0-9A-Za-z_]{10}$"),
        ([f"cat /srv/{name}/log" for name in ("a", "bc", "d", "ef", "g")], "^cat /srv/[^/ ]+/log$"),
        ([f"show {name} now" for name in ("a/b", "c/d/e", "f", "g/h", "i")], "^show [^ ]+ now$"),
    ],
    ids=["decimal", "ipv4", "hex-of-a-length", "uuid", "ipv6", "time", "temp-name", "path-segment", "free-word"],
)
def test_each_class_of_varying_part_becomes_its_narrowest_class(texts: list[str], template: str) -> None:
    assert {pattern.to_re2() for pattern in learn(texts).values()} == {template}


def test_many_lines_that_share_only_their_first_words_end_in_a_rest() -> None:
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"]
    texts = [f"run job {words[n % 11]} {words[n * 3 % 7]} {words[n // 11]}" + " more" * (n % 3) for n in range(60)]
    assert "^run job [^\\n]*$" in {pattern.to_re2() for pattern in learn(texts).values()}


@pytest.mark.parametrize("flag", ["cat /etc/{}.conf", "-c {}", "cat /root/.ssh/{}", "--password {}"])
def test_settings_keys_and_code_need_many_more_values(flag: str) -> None:
    texts = [flag.format(name) for name in ("a", "b", "c", "d", "e", "f")]
    assert all(pattern.literal is not None for pattern in learn(texts).values())


def test_too_few_values_stay_apart() -> None:
    assert {pattern.literal for pattern in learn(["sleep 1", "sleep 5"]).values()} == {"sleep 1", "sleep 5"}


def test_the_order_of_the_texts_does_not_matter() -> None:
    texts = [f"-n {n} -t {n % 3}" for n in range(30)]
    assert learn(texts) == learn(reversed(texts))


WORDS = st.text(st.sampled_from("ab/.=- \n\t0123456789:é🔥\u2028"), max_size=14)
TEXTS = st.lists(
    st.one_of(WORDS, st.builds("-p {} {}".format, st.integers(0, 10**9), WORDS), st.uuids().map(str)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150)
@given(TEXTS, st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=20))
def test_a_template_matches_what_it_was_learned_from_and_means_the_same_in_both_dialects(
    texts: list[str], others: list[str]
) -> None:
    templates = learn(texts)
    for text, pattern in templates.items():
        go, pcre = re2.compile(pattern.to_re2()), pcre2.compile(pattern.to_pcre2().encode())
        assert go.search(text)
        for text_to_search in {text, "", *others, *(text + more for more in others[:3])}:
            assert bool(go.search(text_to_search)) == bool(pcre.search(text_to_search.encode())), text_to_search
        assert bool(go.search("")) == (text == "")


def test_the_shape_of_a_class_is_what_both_dialects_take() -> None:
    pattern = Pattern((Literal("a b"), Chars("^ ", 0), Chars(r"^\n", 0)))
    assert re.fullmatch(r"\^a b\[\^ \]\*\[\^\\n\]\*\$", pattern.to_re2())
